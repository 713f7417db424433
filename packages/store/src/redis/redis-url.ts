import { StoreError } from '../store-error.ts';

/** Where to connect and as whom. */
export interface RedisTarget {
  /** Seeds; a standalone server has one. */
  readonly seeds: readonly Endpoint[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Only a standalone server has other than 0. */
  readonly database: number;
  /** The URL says that it is a Cluster; else the server is asked. */
  readonly cluster: boolean;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const SCHEME = /^(rediss?)(\+cluster)?:\/\//;
const DEFAULT_PORT = 6379;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `rediss://…` (TLS), `redis+cluster://…`, or several separated by commas
 * (seeds of a Cluster; credentials are the first one's). Throws a StoreError 'invalid' that never repeats the password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = url.split(',').map((part) => part.trim());
  const scheme = SCHEME.exec(parts[0] ?? '');
  if (scheme === null) {
    throw invalid('it must start with redis://, rediss://, redis+cluster:// or rediss+cluster://');
  }
  const parsed = parts.map((part) => {
    const plain = part.replace(SCHEME, 'http://');
    const text = plain.startsWith('http://') ? plain : `http://${plain}`;
    if (!URL.canParse(text)) throw invalid('a host or port in it is not valid');
    const parsed = new URL(text);
    if (parsed.hostname === '') throw invalid('it names no host');
    return parsed;
  });
  const first = parsed[0] as URL;
  const database = Number(first.pathname.slice(1) || '0');
  if (!Number.isInteger(database) || database < 0) {
    throw invalid('what follows the / must be a database number');
  }
  const cluster = scheme[2] !== undefined || parts.length > 1;
  if (cluster && database !== 0) throw invalid('a Cluster has database 0 only');
  return {
    seeds: parsed.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? DEFAULT_PORT : Number(port),
    })),
    tls: scheme[1] === 'rediss',
    username: first.username === '' ? undefined : decodeURIComponent(first.username),
    password: first.password === '' ? undefined : decodeURIComponent(first.password),
    database,
    cluster,
  };
}

function invalid(problem: string): StoreError {
  return new StoreError('invalid', `redis url: ${problem}; e.g. redis://127.0.0.1:6379`);
}
