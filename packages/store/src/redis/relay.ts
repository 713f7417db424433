import { setTimeout as sleep } from 'node:timers/promises';
import { placeOf, type Core } from './core.ts';
import { decodeEntry, type OutboxEntry } from './outbox-entry.ts';
import { RelayRun, type Destination } from './relay-run.ts';

const MAX_BATCH = 256;
const RETRIES = 3;
const RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;
/** For how long the entries after a page wait for destinations that do not answer. */
const PATIENCE_MS = 100;

/**
 * Brings what commits left in a partition's outbox to where it belongs. Any number of processes may do it for one partition at the same
 * time: each reads from the head, the destination keeps a mark and skips what it has, and only what was delivered everywhere
 * is removed. What cannot be delivered now stays, and does not keep what is for other destinations; when the partition itself cannot be
 * reached, the next claim that meets it starts a relay again.
 */
export class Relay {
  readonly #core: Core;
  readonly #running = new Map<number, RelayRun>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Relays a partition's outbox in the background until it is empty. */
  start(partition: number): void {
    const running = this.#running.get(partition);
    if (running !== undefined) {
      running.notify();
      return;
    }
    const run = new RelayRun(partition);
    this.#running.set(partition, run);
    void this.#run(run);
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  /** How many entries are left in the outboxes that are relayed here. */
  get waiting(): number {
    let sum = 0;
    for (const run of this.#running.values()) sum += run.waiting;
    return sum;
  }

  async #run(run: RelayRun): Promise<void> {
    for (let failures = 0; failures < RETRIES;) {
      try {
        run.begin();
        await this.#pass(run);
        failures = 0;
        if (run.done) break;
        await run.changed();
      } catch {
        failures += 1;
        run.rewind();
        this.#core.counters.add('relay_failures');
        if (failures < RETRIES) await sleep(RETRY_MS * failures);
      }
    }
    this.#running.delete(run.partition);
  }

  /** Reads on to the end of the outbox, and hands on what is not kept by something before it. */
  async #pass(run: RelayRun): Promise<void> {
    for (;;) {
      const page = await this.#read(run);
      if (page === null) {
        run.rewind();
        continue;
      }
      const deliveries = run
        .sort(page)
        .map(([to, entries]) =>
          run.deliver(to, entries, () => this.#deliver(run.partition, to, entries)),
        );
      if (deliveries.length > 0) await patience(Promise.all(deliveries));
      await this.#acknowledge(run);
      if (page.length < MAX_BATCH) return;
    }
  }

  /** The next entries; `null`: the head has been removed meanwhile, so where they begin is unknown. */
  async #read({ partition, index, last }: RelayRun): Promise<OutboxEntry[] | null> {
    const place = placeOf(this.#core, partition);
    // With the one before them: as long as it is the same, nothing between was passed over.
    const from = Math.max(index - 1, 0);
    const items = (await this.#core.link.command(
      place,
      ['LRANGE', `${place.base}ob`, String(from), String(index + MAX_BATCH - 1)],
      { idempotent: true, internal: true },
    )) as string[];
    const entries = items.map(decodeEntry);
    if (index === 0) return entries;
    return Number(entries.shift()?.number) === last ? entries : null;
  }

  async #deliver(from: number, to: Destination, entries: readonly OutboxEntry[]): Promise<boolean> {
    try {
      await this.#apply(from, to.partition, entries);
      to.failures = 0;
      return true;
    } catch {
      this.#core.counters.add('relay_failures');
      to.failures += 1;
      await sleep(Math.min(RETRY_MS * to.failures, MAX_RETRY_MS), undefined, { ref: false });
      return false;
    }
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

  /** Removes what was delivered everywhere from the head. */
  async #acknowledge(run: RelayRun): Promise<void> {
    const { link } = this.#core;
    const through = run.deliveredThrough;
    if (through <= run.acknowledged) return;
    for (let removed = MAX_BATCH; removed === MAX_BATCH;) {
      const args = link.head('acknowledge');
      args.push(String(through), String(MAX_BATCH));
      removed = Number(
        await link.run(placeOf(this.#core, run.partition), args, {
          idempotent: true,
          internal: true,
        }),
      );
      run.removed(removed);
    }
    run.acknowledged = through;
  }
}

async function patience(work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
