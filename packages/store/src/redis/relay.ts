import { setTimeout as sleep } from 'node:timers/promises';
import { placeOf, type Core } from './core.ts';
import { decodeEntry, type OutboxEntry } from './outbox-entry.ts';

const MAX_BATCH = 256;
const RETRIES = 3;
const RETRY_MS = 50;

/**
 * Brings what commits left in a partition's outbox to where it belongs. Any number of processes may do it for one partition at the same
 * time: each reads from the head, the destination keeps a mark and skips what it has, and only what was delivered everywhere
 * is removed. What it cannot deliver now stays, and the next claim that meets it starts a relay again.
 */
export class Relay {
  readonly #core: Core;
  /** Partitions relayed now; true: there is more since. */
  readonly #running = new Map<number, boolean>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Relays a partition's outbox in the background until it is empty. */
  start(partition: number): void {
    if (this.#running.has(partition)) {
      this.#running.set(partition, true);
      return;
    }
    this.#running.set(partition, false);
    void this.#run(partition);
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  async #run(partition: number): Promise<void> {
    for (let failures = 0; failures < RETRIES;) {
      this.#running.set(partition, false);
      try {
        const left = await this.#pass(partition);
        failures = 0;
        if (left === 0 && this.#running.get(partition) === false) break;
      } catch {
        failures += 1;
        this.#core.counters.add('relay_failures');
        if (failures < RETRIES) await sleep(RETRY_MS * failures);
      }
    }
    this.#running.delete(partition);
  }

  /** How many entries are left. */
  async #pass(partition: number): Promise<number> {
    const { link } = this.#core;
    const place = placeOf(this.#core, partition);
    const head = (await link.command(
      place,
      ['LRANGE', `${place.base}ob`, '0', String(MAX_BATCH - 1)],
      { idempotent: true, internal: true },
    )) as string[];
    if (head.length === 0) return 0;
    const entries = head.map(decodeEntry);
    const destinations = Map.groupBy(entries, (entry) => entry.partition);
    const delivered = await Promise.allSettled(
      [...destinations].map(([to, theirs]) => this.#apply(partition, to, theirs)),
    );
    const failed = new Set(
      [...destinations.keys()].filter((_, i) => delivered[i]?.status === 'rejected'),
    );
    const stop = entries.findIndex((entry) => failed.has(entry.partition));
    const last = entries[(stop < 0 ? entries.length : stop) - 1];
    const left = last === undefined ? entries.length : await this.#acknowledge(partition, last);
    if (failed.size > 0) throw new Error(`${failed.size} partitions could not be reached`);
    return left;
  }

  async #apply(from: number, to: number, entries: readonly OutboxEntry[]): Promise<void> {
    const { link, counters } = this.#core;
    const args = link.head('apply');
    args.push(String(from));
    for (const { number, fields } of entries) args.push(number, ...fields);
    const reply = await link.run(placeOf(this.#core, to), args, {
      idempotent: true,
      internal: true,
    });
    const [stats, applied, skipped] = reply as [unknown, number, number];
    counters.addStats(stats);
    counters.add('relayed', applied);
    counters.add('relay_skipped', skipped);
  }

  async #acknowledge(partition: number, last: OutboxEntry): Promise<number> {
    const { link } = this.#core;
    const args = link.head('acknowledge');
    args.push(last.number, String(MAX_BATCH));
    const left = await link.run(placeOf(this.#core, partition), args, {
      idempotent: true,
      internal: true,
    });
    return Number(left);
  }
}
