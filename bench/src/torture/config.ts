/** What the processes under torture are told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSecrets } from './deployment-secrets.ts';

const ACTORS = fileURLToPath(new URL('torture-actors.ts', import.meta.url));

export interface TortureConfig {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  token(user: string): Promise<string>;
}

/**
 * Channels keep and recover everything, so that every client's log can be compared with the store's; all else is as a
 * deployment has it.
 */
export function writeConfig(dir: string): TortureConfig {
  const log = { history_size: 100_000, history_ttl: '24h', force_recovery: true };
  const config = {
    actors: [ACTORS],
    client: { recovery_max_publication_limit: 100_000 },
    channel: {
      namespaces: [
        { name: 'server', allow_subscribe_for_client: true, ...log },
        // What no client sees: which moves the rooms made.
        { name: 'trace', ...log },
        { name: 'user', allow_user_limited_channels: true, ...log },
      ],
    },
  };
  const file = join(dir, 'belfry.config.json');
  writeFileSync(file, JSON.stringify(config, null, 2));
  const { env, token } = makeSecrets();
  return { file, env, token };
}
