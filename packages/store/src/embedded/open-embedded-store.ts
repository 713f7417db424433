import { statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEFAULT_PARTITIONS, MAX_PARTITIONS, partitionOf } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import type { Store, StoreCounters, StoreHealth, StoreOptions } from '../store.ts';
import { checkInteger, checkSpan } from './checks.ts';
import { SharedCounters } from './counter-names.ts';
import { Delivery } from './delivery.ts';
import { EmbeddedActors, WakeListener } from './embedded-actors.ts';
import { EmbeddedChannels } from './embedded-channels.ts';
import { EmbeddedMembership } from './embedded-membership.ts';
import { EmbeddedTokens } from './embedded-tokens.ts';
import { EmbeddedLink } from './link.ts';
import type { Operation } from './link.ts';
import { op } from './wire.ts';

export interface EmbeddedStoreOptions extends StoreOptions {
  /** Where the data lies; made (mode 0700) when missing. One process at a time. `':memory:'`: nowhere, it ends with the store. */
  readonly dataDir: string;
}

const MIB = 1024 * 1024;
/** Below this much free disk, health warns. */
const LOW_DISK_BYTES = 512 * MIB;

const pingOperation: Operation<null, void> = {
  code: op.ping,
  write: () => undefined,
  read: () => undefined,
};

/**
 * Opens the embedded store: SQLite in a thread of this process. What a resolved promise reports survives the process and, as far as
 * the disk keeps what it has synced, the machine; only leases, presence and membership may be older after the machine failed. The log
 * (`belfry.db-wal`) takes about 66 MB of disk from soon after the opening.
 *
 * Rejects with `StoreError` `locked` when another process has the directory open, `incompatible` when the data was made with other
 * partitions or by a newer Belfry, `invalid` when an option is out of its range or the directory cannot be written.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const settings = checkOptions(options);
  const counters = new SharedCounters();
  const wakes = new WakeListener();
  const { link, sqlite } = await EmbeddedLink.open({
    timeoutMs: settings.timeoutMs,
    maxQueuedBytes: settings.maxQueuedBytes,
    now: options.now ?? null,
    onWakes: (values) => wakes.tell(values),
    thread: {
      dataDir: settings.dataDir,
      partitions: settings.partitions,
      dedupWindowMs: settings.dedupWindowMs,
      counters: counters.buffer,
    },
  });
  const now = options.now ?? Date.now;
  return new EmbeddedStore(settings, { link, counters, wakes, sqlite, now });
}

interface Settings {
  readonly dataDir: string;
  readonly partitions: number;
  readonly dedupWindowMs: number;
  readonly timeoutMs: number;
  readonly maxQueuedBytes: number;
}

function checkOptions(options: EmbeddedStoreOptions): Settings {
  const { dataDir } = options;
  if (typeof dataDir !== 'string' || dataDir === '') {
    throw new StoreError('invalid', "dataDir is empty; give a directory, or ':memory:'");
  }
  const { partitions = DEFAULT_PARTITIONS, maxQueuedBytes = 64 * MIB } = options;
  return {
    dataDir: dataDir === ':memory:' ? dataDir : resolve(dataDir),
    partitions: checkInteger('partitions', partitions, [1, MAX_PARTITIONS]),
    dedupWindowMs: checkSpan('dedupWindowMs', options.dedupWindowMs ?? 300_000, 1),
    timeoutMs: checkInteger('timeoutMs', options.timeoutMs ?? 5000, [1, 2 ** 31 - 1]),
    maxQueuedBytes: checkInteger('maxQueuedBytes', maxQueuedBytes, [1024, Number.MAX_SAFE_INTEGER]),
  };
}

interface Parts {
  readonly link: EmbeddedLink;
  readonly counters: SharedCounters;
  readonly wakes: WakeListener;
  readonly sqlite: string;
  readonly now: () => number;
}

class EmbeddedStore implements Store {
  readonly partitions: number;
  readonly actors: EmbeddedActors;
  readonly channels: EmbeddedChannels;
  readonly membership: EmbeddedMembership;
  readonly tokens: EmbeddedTokens;
  readonly #link: EmbeddedLink;
  readonly #counters: SharedCounters;
  readonly #dataDir: string;
  readonly #description: string;
  #closed: Promise<void> | null = null;

  constructor(settings: Settings, { link, counters, wakes, sqlite, now }: Parts) {
    const { partitions, dataDir } = settings;
    const delivery = new Delivery();
    const areNeighbours = (a: string, b: string): boolean =>
      partitionOf(a, partitions) === partitionOf(b, partitions);
    this.partitions = partitions;
    this.actors = new EmbeddedActors({ link, wakes, partitions, delivery, areNeighbours });
    this.channels = new EmbeddedChannels({ link, delivery, partitions, now });
    this.membership = new EmbeddedMembership(link);
    this.tokens = new EmbeddedTokens(now);
    this.#link = link;
    this.#counters = counters;
    this.#dataDir = dataDir;
    const where = dataDir === ':memory:' ? dataDir : join(dataDir, 'belfry.db');
    this.#description = `sqlite ${sqlite} ${where}`;
  }

  async health(): Promise<StoreHealth> {
    const warnings: string[] = [];
    let ok = true;
    try {
      await this.#link.call(pingOperation, null);
    } catch (error) {
      ok = false;
      warnings.push(error instanceof Error ? error.message : String(error));
    }
    const low = this.#dataDir === ':memory:' ? null : await lowDisk(this.#dataDir);
    if (low !== null) warnings.push(low);
    return { ok, description: this.#description, warnings };
  }

  counters(): StoreCounters {
    const counters = this.#counters.read();
    const publications = (counters['publications'] ?? 0) + this.channels.passed;
    return { ...counters, publications, queued_bytes: this.#link.queuedBytes };
  }

  close(): Promise<void> {
    this.tokens.close();
    this.#closed ??= this.#link.close();
    return this.#closed;
  }
}

async function lowDisk(dataDir: string): Promise<string | null> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    if (free >= LOW_DISK_BYTES) return null;
    return `${Math.floor(free / MIB)} MiB are free in ${dataDir}; the store stops when the disk is full`;
  } catch (error) {
    return `${dataDir} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
