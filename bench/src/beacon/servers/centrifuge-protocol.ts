/** The servers that read a config file of Centrifugo v6 and speak its protocol: they get the same file. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis } from '@belfry/testkit';
import { API_KEY } from '../load/server-api.ts';
import { TOKEN_SECRET } from '../load/token.ts';
import { launch } from './launch.ts';
import { running } from './running.ts';
import type { RunningServer, ServerNeeds, Target } from './target.ts';

function config(port: number, redisUrl: string | null): object {
  return {
    http_server: { address: '127.0.0.1', port },
    log: { level: 'error' },
    engine:
      redisUrl === null ? { type: 'memory' } : { type: 'redis', redis: { address: redisUrl } },
    client: {
      token: { hmac_secret_key: TOKEN_SECRET },
      connection_limit: 0,
      // Publishers of the benchmark's own are not limited, and nobody is slow for 64 MiB.
      queue_max_size: 64 * 2 ** 20,
    },
    http_api: { key: API_KEY },
    channel: {
      without_namespace: { allow_subscribe_for_client: true, allow_publish_for_subscriber: true },
    },
  };
}

/** @param command what runs the server with a config file, in a directory */
export function centrifugeProtocol(
  server: Pick<Target, 'name' | 'version'> & {
    readonly command: (config: string, dir: string) => readonly string[];
  },
): Target {
  const one = (core: number, redisUrl: string | null): ReturnType<typeof launch> =>
    launch({
      core,
      install: 'taskset is part of util-linux',
      async command(port, dir) {
        const file = join(dir, 'config.json');
        await writeFile(file, JSON.stringify(config(port, redisUrl)));
        return server.command(file, dir);
      },
    });
  return {
    name: server.name,
    version: server.version,
    dialect: 'centrifuge',
    auth: 'JWT (HS256)',
    overRedis: true,
    async start({ overRedis, core }: ServerNeeds): Promise<RunningServer> {
      await using held = new AsyncDisposableStack();
      if (!overRedis) {
        const { port, pid } = held.use(await one(core, null));
        return running(held, { port, apiPort: port, pids: { server: pid } });
      }
      const redis = held.use(await startRedis());
      execFileSync('taskset', ['-acp', String(core), String(redis.pid)], { stdio: 'ignore' });
      const publisher = held.use(await one(core, redis.url));
      const subscriber = held.use(await one(core, redis.url));
      const pids = { publisher: publisher.pid, subscriber: subscriber.pid, redis: redis.pid };
      return running(held, { port: subscriber.port, apiPort: publisher.port, pids });
    },
  };
}
