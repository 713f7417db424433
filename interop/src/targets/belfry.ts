import { fileURLToPath } from 'node:url';
import { startRedis } from '@belfry/testkit';
import { startServer } from './server-process.ts';
import type { RunningTarget, Target } from './target.ts';

const BIN = fileURLToPath(new URL('../../../packages/belfry/src/bin.ts', import.meta.url));

export const STORES = ['embedded', 'redis'] as const;
export type StoreName = (typeof STORES)[number];

function startOn(configFile: string, more: readonly string[] = []): Promise<RunningTarget> {
  return startServer({
    command: process.execPath,
    args: ['--conditions=@belfry/source', BIN, 'start', '--config', configFile, ...more],
    portVariable: 'BELFRY_HTTP_SERVER_PORT',
  });
}

/** Each server has a Redis of its own: on one they would be one deployment. */
async function startOnRedis(configFile: string): Promise<RunningTarget> {
  await using starting = new AsyncDisposableStack();
  const redis = starting.use(await startRedis());
  const server = starting.use(await startOn(configFile, ['--redis', redis.url]));
  const both = starting.move();
  return { ...server, echoesApart: true, [Symbol.asyncDispose]: () => both.disposeAsync() };
}

export function belfry(store: StoreName = 'embedded'): Target {
  return {
    name: 'belfry',
    start: (configFile) => (store === 'redis' ? startOnRedis(configFile) : startOn(configFile)),
  };
}
