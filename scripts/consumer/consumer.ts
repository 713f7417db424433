/**
 * A program of somebody else's, who has the types of what is installed checked too: `npm run check -- consumer` compiles it on the built
 * packages, all that are published.
 */
import { runTurn } from '@belfry/actors';
import { createBeacon } from '@belfry/beacon';
import { BelfryError, connect, GuestSession } from '@belfry/client';
import { controlChannel, parseActorKey } from '@belfry/protocol';
import { openEmbeddedStore, openRedisStore } from '@belfry/store';
import { type BelfryConfig, defineActor, defineConfig, startBelfry } from 'belfry';
import { z } from 'zod';

export const chat = defineActor('chat', {
  control: z.strictObject({ say: z.string() }),
  server: z.strictObject({ said: z.string(), by: z.string() }),
  initial: () => ({ lines: [] as string[] }),
  onMessage(ctx, { say }, { user }) {
    ctx.state.lines.push(say);
    ctx.publish({ said: say, by: user });
  },
});

export const config: BelfryConfig = defineConfig({
  actors: [chat],
  roles: ['beacon', 'worker'],
  environment: 'development',
  log: { level: 'warn' },
});

/** Says something and waits for it to be published. */
export async function hello(): Promise<string> {
  const belfry = await startBelfry(config);
  const url = belfry.url ?? '';
  const session = new GuestSession({ url, name: 'Ann' });
  using client = connect({ url, getToken: session.getToken });
  const lobby = client.actor<typeof chat>('chat', 'lobby');
  const { promise, resolve } = Promise.withResolvers<string>();
  lobby.onPublication(({ message }) => {
    resolve(message.said);
  });
  try {
    await lobby.enter();
    await lobby.send({ say: controlChannel('chat/lobby') });
    return await promise;
  } catch (error) {
    return error instanceof BelfryError ? error.code : String(error);
  } finally {
    await belfry.stop();
  }
}

/** The parts, for who puts a server together alone. */
export const parts = { runTurn, createBeacon, parseActorKey, openEmbeddedStore, openRedisStore };
