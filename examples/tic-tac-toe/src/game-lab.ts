/** For tests: a server that referees, and players. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBelfry } from 'belfry';
import { connect, GuestSession } from '@belfry/client';
import type { ActorHandle, BelfryClient } from '@belfry/client';
import { createTicTacToe } from './actor.ts';
import type { ControlMessage, RoomPublication } from './messages.ts';
import type { RoomTimes } from './room-state.ts';

export interface GameServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts a whole Belfry on a free port and a new directory. @param portal where the built portal is; absent: none */
export async function startGameServer(
  times: Partial<RoomTimes> = {},
  portal?: string,
): Promise<GameServer> {
  const directory = await mkdtemp(join(tmpdir(), 'belfry-game-'));
  const belfry = await startBelfry({
    environment: 'development',
    actors: [createTicTacToe(times)],
    guests: { enabled: true },
    data_dir: directory,
    http_server: { port: 0 },
    log: { level: 'warn' },
    ...(portal === undefined ? {} : { portal: { enabled: true, dir: portal } }),
  });
  if (belfry.url === undefined) throw new Error('the server does not listen');
  return {
    url: belfry.url,
    async [Symbol.asyncDispose]() {
      await belfry.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type RoomHandle = ActorHandle<ControlMessage, RoomPublication, never>;

/** Somebody with a connection. */
export interface Visitor extends Disposable {
  readonly client: BelfryClient;
  readonly user: string;
  readonly token: string;
  /** A room, with all it publishes from now on. */
  room(id: string): RoomHandle & { readonly log: RoomPublication[] };
  createRoom(): Promise<string>;
}

/** Signs a guest in and connects. @param through where to connect if not to the server itself, e.g. a proxy */
export async function visit(url: string, name: string, through: string = url): Promise<Visitor> {
  const guest = await new GuestSession({ url, name }).signIn();
  const client = connect({
    url: through,
    token: guest.token,
    timeoutMs: 2_000,
    reconnect: { minMs: 20, maxMs: 200 },
  });
  return {
    client,
    user: guest.user,
    token: guest.token,
    room(id) {
      const handle = client.actor<ControlMessage, RoomPublication>('tictactoe', id);
      const log: RoomPublication[] = [];
      handle.onPublication(({ message }) => log.push(message));
      return Object.assign(handle, { log });
    },
    createRoom: async () =>
      (await client.rpc<{ id: string }>('createRoom', { kind: 'tictactoe' })).id,
    [Symbol.dispose]: () => client.close(),
  };
}
