import { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { pathOf } from '../http/request-url.ts';
import {
  handleOf,
  peek,
  unpeek,
  type Peeker,
  type SocketHandle,
} from '../runtime/direct-socket.ts';
import { readUpgradeHead, type UpgradeRequest } from './request-head.ts';

/** Who says nothing for so long is left to `node:http`, which has time-outs for that; in ms. */
const SILENCE_MS = 1000;
const SWEEP_MS = 250;

/** Takes the request of a WebSocket; `head`: what came behind it. */
export type TakeUpgrade = (request: UpgradeRequest, socket: Socket, head: Buffer) => void;

type Accept = (this: Server, socket: Socket) => void;

/**
 * Looks at what a connection says first, before `node:http` does: the request of a WebSocket, which is most of what comes, takes none of
 * its parsers, requests and listeners. Everything else it gets as if nobody had looked.
 */
class EarlyUpgrades {
  readonly #server: Server;
  readonly #paths: ReadonlySet<string>;
  readonly #take: TakeUpgrade;
  /** What the server does with a connection by itself. */
  readonly #usual: readonly Accept[];
  /** Those that have said nothing yet, the oldest first. */
  readonly #silent = new Set<Newcomer>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    server: Server,
    { paths, take }: { readonly paths: ReadonlySet<string>; readonly take: TakeUpgrade },
  ) {
    this.#server = server;
    this.#paths = paths;
    this.#take = take;
    this.#usual = server.listeners('connection') as Accept[];
    server.removeAllListeners('connection');
    server.on('connection', this.#accept);
  }

  /** Leaves everything to the server again, also who has said nothing yet. */
  end(): void {
    this.#server.off('connection', this.#accept);
    for (const each of this.#usual) this.#server.on('connection', each);
    this.#sweep(Number.POSITIVE_INFINITY);
  }

  readonly #accept = (socket: Socket): void => {
    const handle = handleOf(socket);
    const newcomer = handle === null ? null : new Newcomer(this, socket, handle);
    if (newcomer === null || !peek(newcomer.handle, newcomer)) {
      this.#giveUp(socket);
      return;
    }
    this.#silent.add(newcomer);
    this.#timer ??= setInterval(
      () => this.#sweep(performance.now() - SILENCE_MS),
      SWEEP_MS,
    ).unref();
  };

  came(newcomer: Newcomer, bytes: Buffer | null): void {
    this.#silent.delete(newcomer);
    const { socket } = newcomer;
    if (bytes === null) {
      socket.destroy();
      return;
    }
    const request = readUpgradeHead(bytes);
    if (request !== null && this.#paths.has(pathOf(request))) {
      this.#take(request, socket, bytes.subarray(request.end));
      return;
    }
    socket.unshift(bytes);
    this.#giveUp(socket);
  }

  #giveUp(socket: Socket): void {
    for (const each of this.#usual) each.call(this.#server, socket);
  }

  /** Gives up those that came before. */
  #sweep(before: number): void {
    for (const newcomer of this.#silent) {
      if (newcomer.since > before && this.#server.listening) break;
      this.#silent.delete(newcomer);
      unpeek(newcomer.handle);
      // A server that has been closed would wait for it, and has no time-outs any more.
      if (this.#server.listening) this.#giveUp(newcomer.socket);
      else newcomer.socket.destroy();
    }
    if (this.#silent.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** A connection that has said nothing yet. */
class Newcomer implements Peeker {
  readonly socket: Socket;
  readonly handle: SocketHandle;
  readonly since: number = performance.now();
  readonly #door: EarlyUpgrades;

  constructor(door: EarlyUpgrades, socket: Socket, handle: SocketHandle) {
    this.#door = door;
    this.socket = socket;
    this.handle = handle;
  }

  came(bytes: Buffer | null): void {
    this.#door.came(this, bytes);
  }
}

/**
 * Takes the WebSocket requests for some paths before a server of plain HTTP has anything to do with them. Over TLS, and where Node is not
 * as expected, nothing is taken. Returns a function that ends it.
 */
export function takeUpgradesEarly(
  server: Server | SecureServer,
  options: { readonly paths: ReadonlySet<string>; readonly take: TakeUpgrade },
): () => void {
  if (!(server instanceof Server)) return () => {};
  const early = new EarlyUpgrades(server, options);
  return () => early.end();
}
