import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { startRedis, type RedisServer, type RedisServerOptions } from './redis-server.ts';

const INSTALL = 'install it with "apt-get install valkey" or "brew install valkey"';

/** Starts a Valkey as `startRedis` starts a Redis. Throws an Error that says how to install it when it is missing. */
export function startValkey(
  options: Omit<RedisServerOptions, 'binary' | 'install'> = {},
): Promise<RedisServer> {
  return startRedis({ ...options, binary: 'valkey-server', install: INSTALL });
}

/** Why Valkey cannot be started: it is in none of the directories of `path` (a PATH). `null`: it can. */
export async function whyNoValkey(path: string): Promise<string | null> {
  for (const dir of path.split(delimiter)) {
    try {
      await access(join(dir, 'valkey-server'), constants.X_OK);
      return null;
    } catch {
      // Not in this one.
    }
  }
  return `valkey-server is not installed (${INSTALL})`;
}
