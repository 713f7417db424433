import { DEFAULT_PARTITIONS, MAX_PARTITIONS } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import type { Store, StoreOptions } from '../store.ts';
import { Budget } from './batcher.ts';
import { Counters } from './counters.ts';
import type { Core } from './core.ts';
import { checkDeployment } from './deployment.ts';
import { Link } from './link.ts';
import { taggedPlace } from './place.ts';
import { RedisStore } from './redis-store.ts';
import { parseRedisUrl } from './redis-url.ts';
import { Router } from './router.ts';
import type { ConnectionSettings } from './server-connection.ts';
import { checkVersion, readInfo } from './server-info.ts';
import { slotOf } from './slot.ts';
import { checkWhole } from './validate.ts';

export interface RedisStoreOptions extends StoreOptions {
  /**
   * `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. Several separated by commas, or `redis+cluster://`, are seeds of
   * a Cluster; a Cluster is also recognised by itself.
   */
  readonly url: string;
  /** What every key starts with: letters, digits, `_`, `-`, `.` and `:`. Default `belfry`. */
  readonly prefix?: string;
  /** Told once, at the start, of everything that the operator should change. */
  readonly onWarning?: (warning: string) => void;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_DEDUP_WINDOW_MS = 300_000;
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024;
const PREFIX = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * Opens the store on Redis 7.0 or newer or on Valkey, standalone or Cluster.
 *
 * Rejects with a StoreError: 'invalid' (an option), 'unavailable' (nobody answers within `timeoutMs`), 'unsupported' (too old),
 * 'incompatible' (the data was made with another number of partitions or by another version).
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { prefix = 'belfry', partitions = DEFAULT_PARTITIONS } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const dedupWindowMs = options.dedupWindowMs ?? DEFAULT_DEDUP_WINDOW_MS;
  checkWhole('partitions', partitions, { min: 1, max: MAX_PARTITIONS });
  checkWhole('timeoutMs', timeoutMs, { min: 1, max: 3_600_000 });
  checkWhole('dedupWindowMs', dedupWindowMs, { min: 1 });
  if (!PREFIX.test(prefix)) {
    throw new StoreError(
      'invalid',
      `prefix: ${JSON.stringify(prefix)}; use 1 to 64 letters, digits, "_", "-", "." and ":"`,
    );
  }
  const counters = new Counters();
  const settings: ConnectionSettings = {
    target: parseRedisUrl(options.url),
    timeoutMs,
    onReconnect: () => counters.add('reconnects'),
  };
  const router = new Router(settings);
  const link = new Link({ router, counters, timeoutMs, dedupWindowMs, now: options.now });
  const core: Core = {
    link,
    counters,
    budget: new Budget(options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES),
    places: Array.from({ length: partitions }, (_, p) => taggedPlace(prefix, String(p))),
  };
  try {
    checkVersion(readInfo(await router.start()));
    const meta = `${prefix}:meta`;
    await checkDeployment(link, { base: meta, guard: meta, slot: slotOf(meta) }, partitions);
  } catch (error) {
    link.abort();
    router.close();
    throw error;
  }
  const store = new RedisStore({ core, router, settings, members: taggedPlace(prefix, 'members') });
  if (options.onWarning !== undefined) {
    for (const warning of (await store.health()).warnings) options.onWarning(warning);
  }
  return store;
}
