import type { OutboxEntry } from './outbox-entry.ts';

/** A partition that entries of an outbox are for. */
export interface Destination {
  readonly partition: number;
  /** The number of the last entry that it is known to have. */
  delivered: number;
  /** The number of the first entry that it may lack, while `busy` or `passedOver`. */
  lacks: number;
  /** What is being delivered to it. One at a time: it takes entries in order only. */
  busy: Promise<void> | null;
  /** Entries for it have been left where they are since the run last began at the head. */
  passedOver: boolean;
  /** Deliveries in a row that failed. */
  failures: number;
}

/**
 * What one run of a relay knows of an outbox: how far it has read, and who has what. What is for a destination that is busy or has
 * failed is passed over; when that has changed, the run begins at the head again, where the destination's first entry still is.
 */
export class RelayRun {
  readonly partition: number;
  /** How many entries from the head have been read, and the number of the last of them. */
  index = 0;
  last = 0;
  /** The number of the last entry that was removed. */
  acknowledged = 0;
  readonly #destinations = new Map<number, Destination>();
  #again = false;
  #notified = false;
  #change = Promise.withResolvers<void>();

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Something may have been added. */
  notify(): void {
    this.#notified = true;
    this.#change.resolve();
  }

  /** To be called before reading on: what changes from here on is not missed by `changed`. */
  begin(): void {
    this.#notified = false;
    this.#change = Promise.withResolvers<void>();
    if (this.#again) this.rewind();
  }

  /** Resolves when there may be something to do. */
  changed(): Promise<void> {
    return this.#change.promise;
  }

  /** Begins at the head again. */
  rewind(): void {
    this.#again = false;
    this.index = 0;
    this.last = 0;
    for (const to of this.#destinations.values()) to.passedOver = false;
  }

  /** Whether all that there was is delivered, and nothing was added since `begin`. */
  get done(): boolean {
    return !this.#notified && !this.#again && this.#waited().next().done === true;
  }

  /** How many entries have been read and not removed. */
  get waiting(): number {
    return this.index;
  }

  /** Takes the next entries of the outbox; those to deliver now, by destination. */
  sort(page: readonly OutboxEntry[]): [Destination, OutboxEntry[]][] {
    const groups = new Map<Destination, OutboxEntry[]>();
    for (const entry of page) {
      const to = this.#destination(entry.partition);
      const number = Number(entry.number);
      if (number <= to.delivered) continue;
      if (to.busy !== null || to.passedOver) {
        to.passedOver = true;
        continue;
      }
      const group = groups.get(to);
      if (group === undefined) {
        to.lacks = number;
        groups.set(to, [entry]);
      } else {
        group.push(entry);
      }
    }
    this.index += page.length;
    this.last = Number(page.at(-1)?.number ?? this.last);
    return [...groups];
  }

  /** Delivers by `work`, which never rejects and tells whether it could. */
  deliver(
    to: Destination,
    entries: readonly OutboxEntry[],
    work: () => Promise<boolean>,
  ): Promise<void> {
    const last = Number(entries.at(-1)?.number);
    const end = async (): Promise<void> => {
      if (await work()) {
        to.delivered = last;
        to.lacks = last + 1;
      } else {
        // If a replica takes over there, it may lack what was delivered before: all that is still here goes again.
        to.delivered = 0;
        to.lacks = this.acknowledged + 1;
        to.passedOver = true;
      }
      to.busy = null;
      if (to.passedOver) this.#again = true;
      this.#change.resolve();
    };
    to.busy = end();
    return to.busy;
  }

  /** The number up to which all that has been read was delivered. */
  get deliveredThrough(): number {
    let through = this.last;
    for (const { lacks } of this.#waited()) through = Math.min(through, lacks - 1);
    return through;
  }

  /** The first `count` entries have been removed. */
  removed(count: number): void {
    this.index = Math.max(this.index - count, 0);
  }

  *#waited(): Generator<Destination, undefined> {
    for (const to of this.#destinations.values()) {
      if (to.busy !== null || to.passedOver) yield to;
    }
  }

  #destination(partition: number): Destination {
    let to = this.#destinations.get(partition);
    if (to === undefined) {
      to = { partition, delivered: 0, lacks: 0, busy: null, passedOver: false, failures: 0 };
      this.#destinations.set(partition, to);
    }
    return to;
  }
}
