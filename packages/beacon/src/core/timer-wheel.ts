/** What has something to do at a time. */
export interface Timed {
  /** In ms; `Infinity`: never. */
  dueAt(): number;
  /** Does what is due. */
  tick(now: number): void;
  /** The wheel's own note: the slot it stands in, -1: none. */
  slot: number;
}

/**
 * One timer for any number of things: a ring of slots, each a span of time. Nothing is allocated per timer, and what stands far
 * ahead is merely looked at again once per turn of the ring.
 */
export class TimerWheel {
  readonly #slots: Set<Timed>[];
  readonly #spanMs: number;
  #position: number;
  #size = 0;

  /** Covers `slots` × `spanMs`; nothing fires earlier than due, nor later than one `spanMs` after the `advance` that passes it. */
  constructor(options: { readonly now: number; readonly spanMs: number; readonly slots: number }) {
    this.#spanMs = options.spanMs;
    this.#slots = Array.from({ length: options.slots }, () => new Set<Timed>());
    this.#position = Math.floor(options.now / options.spanMs);
  }

  get size(): number {
    return this.#size;
  }

  /** Puts `item` where its `dueAt` says. Call it again whenever that became earlier. */
  schedule(item: Timed): void {
    this.cancel(item);
    const due = item.dueAt();
    if (due === Number.POSITIVE_INFINITY) return;
    const ahead = Math.ceil(due / this.#spanMs) - this.#position;
    const steps = Math.min(Math.max(ahead, 1), this.#slots.length - 1);
    item.slot = (this.#position + steps) % this.#slots.length;
    this.#slots[item.slot]?.add(item);
    this.#size++;
  }

  cancel(item: Timed): void {
    if (item.slot < 0) return;
    if (this.#slots[item.slot]?.delete(item) === true) this.#size--;
    item.slot = -1;
  }

  /** Runs everything that is due at `now` and puts it where it is due next. Throws what a tick threw first, after all have run. */
  advance(now: number): void {
    const failures: unknown[] = [];
    const target = Math.floor(now / this.#spanMs);
    // After a long pause one turn of the ring meets everything.
    if (target - this.#position > this.#slots.length) {
      this.#position = target - this.#slots.length;
    }
    while (this.#position < target) {
      this.#position++;
      const index = this.#position % this.#slots.length;
      const slot = this.#slots[index];
      if (slot === undefined || slot.size === 0) continue;
      this.#slots[index] = new Set();
      this.#size -= slot.size;
      for (const item of slot) {
        // Another's tick may have moved or cancelled it.
        if (item.slot !== index) continue;
        item.slot = -1;
        if (item.dueAt() <= now) this.#run(item, { now, failures });
        if (item.slot < 0) this.schedule(item);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #run(item: Timed, { now, failures }: { now: number; failures: unknown[] }): void {
    try {
      item.tick(now);
    } catch (error) {
      failures.push(error);
    }
  }
}
