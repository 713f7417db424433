import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore, openRedisStore, type Store, StoreError } from '@belfry/store';
import { maskUrl } from '../config/mask.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import { StartError } from './start-error.ts';

export interface OpenStoreOptions {
  readonly log: Logger;
  /** Ends the waiting for a store that cannot be reached. */
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** What people can do about it. */
function explain(error: StoreError, config: ResolvedConfig): string {
  const { data_dir: dataDir, redis } = config;
  switch (error.code) {
    case 'locked':
      return `another process has ${dataDir} open: is Belfry running already? Stop it, or choose another directory with --data-dir. Several processes can share a store on Redis: --redis URL.`;
    case 'unavailable':
    case 'timeout':
      return redis.url === undefined
        ? `the store in ${dataDir} does not answer: ${error.message}`
        : `Redis at ${maskUrl(redis.url)} cannot be reached: ${error.message}. Is it running, and is redis.url right?`;
    case 'incompatible':
    case 'unsupported':
    case 'overloaded':
    case 'invalid':
    case 'closed':
    case 'internal':
      return `the store cannot be opened: ${error.message}`;
  }
}

function open(config: ResolvedConfig): Promise<Store> {
  const { store, redis } = config;
  const options = {
    partitions: store.partitions,
    dedupWindowMs: store.dedup_window,
    timeoutMs: store.timeout,
    maxQueuedBytes: store.max_queued_bytes,
  };
  return redis.url === undefined
    ? openEmbeddedStore({ ...options, dataDir: config.data_dir })
    : openRedisStore({ ...options, url: redis.url, prefix: redis.prefix });
}

/** Opens the store unless `signal` is aborted first; one that opens after that is closed again. */
async function openUnlessAborted(
  config: ResolvedConfig,
  signal: AbortSignal | undefined,
): Promise<Store> {
  const opening = open(config);
  if (signal === undefined) return opening;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(new StartError('it was stopped while it waited for the store.'));
    opening.then(
      (store) => store.close(),
      () => undefined,
    );
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([opening, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Opens the store that the config says. Redis may come up later than this process: for `redis.connect_timeout` it is tried again. Throws
 * a `StartError`.
 */
export async function openStore(
  config: ResolvedConfig,
  { log, signal }: OpenStoreOptions,
): Promise<Store> {
  const started = Date.now();
  const { url, connect_timeout: connectTimeout } = config.redis;
  const limitMs = url === undefined ? 0 : connectTimeout;
  if (url !== undefined) log.info({ redis: maskUrl(url) }, 'connecting to Redis');
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await openUnlessAborted(config, signal);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const waited = Date.now() - started;
      const mayComeUp = error.code === 'unavailable' || error.code === 'timeout';
      if (!mayComeUp || waited + pause > limitMs) {
        throw new StartError(explain(error, config), { cause: error });
      }
      const seconds = (ms: number): number => Math.round(ms / 1_000);
      log.warn(
        { reason: error.message },
        `waiting for Redis (${seconds(waited)} of ${seconds(limitMs)} s)`,
      );
      await pauseFor(pause, signal);
    }
  }
}

async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (aborted) {
    throw new StartError('it was stopped while it waited for the store.', { cause: aborted });
  }
}
