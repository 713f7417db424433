import { StoreError } from '../store-error.ts';

/** What a server says about itself. */
export interface ServerInfo {
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads the reply to `INFO`. */
export function readInfo(info: string): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const valkey = fields.get('valkey_version');
  return {
    product: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? fields.get('redis_version') ?? 'unknown',
    fields,
  };
}

/** Throws a StoreError 'unsupported' for a server that is too old. */
export function checkVersion({ product, version, fields }: ServerInfo): void {
  // Valkey says here which Redis it is compatible with.
  const compatible = Number.parseInt(fields.get('redis_version') ?? '0', 10);
  if (compatible >= 7) return;
  throw new StoreError(
    'unsupported',
    `${product} ${version} is too old: Redis 7.0 or newer, or Valkey, is needed (sharded pub/sub)`,
  );
}

/** What the operator should change. `config`: settings that `INFO` does not tell; `null` when the server does not give them. */
export function settingsWarnings(
  { fields }: ServerInfo,
  config: ReadonlyMap<string, string> | null,
): string[] {
  const warnings: string[] = [];
  const policy = fields.get('maxmemory_policy') ?? config?.get('maxmemory-policy');
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(
      `maxmemory-policy is ${policy}: the server may throw away actors and messages when memory is short; set it to noeviction`,
    );
  }
  const aof = fields.get('aof_enabled') === '1';
  if (aof) {
    const fsync = config?.get('appendfsync');
    if (fsync === 'everysec') {
      warnings.push(
        'appendfsync is everysec: when the machine fails, up to about one second of acknowledged work may be lost; appendfsync always prevents it',
      );
    } else if (fsync === 'no') {
      warnings.push(
        'appendfsync is no: when the machine fails, acknowledged work of half a minute or more may be lost; set it to everysec or always',
      );
    }
  } else if (config !== null && config.get('save') === '') {
    warnings.push(
      'persistence is off: everything is lost when the server stops; set appendonly yes',
    );
  } else if (config !== null) {
    warnings.push(
      `only snapshots are saved (save ${config.get('save')}): what was acknowledged since the last one is lost when the server stops; set appendonly yes`,
    );
  }
  if (config === null) {
    warnings.push('the server does not allow CONFIG GET, so its persistence could not be checked');
  }
  return warnings;
}
