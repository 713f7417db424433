/** The counters of the embedded driver; each is a slot of an array that both threads share. */
export const counterNames = [
  'batches',
  'batches_not_synced',
  'ops',
  'ops_failed',
  'batches_retried',
  'dedup_hits',
  'inbox_full',
  'sends_to_missing_actors',
  'dead_letters',
  'dead_letters_dropped',
  'commits',
  'stale_commits',
  'claims',
  'actors_claimed',
  'publications',
  'publications_suppressed',
  'presence_expired',
  'presence_events_dropped',
  'sweeps_failed',
] as const;

export type CounterName = (typeof counterNames)[number];

/** Counters that one thread raises and the other reads. */
export class SharedCounters {
  readonly buffer: SharedArrayBuffer;
  readonly #slots: Float64Array;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer =
      buffer ?? new SharedArrayBuffer(counterNames.length * Float64Array.BYTES_PER_ELEMENT);
    this.#slots = new Float64Array(this.buffer);
  }

  add(name: CounterName, by = 1): void {
    const slot = slotOf[name];
    this.#slots[slot] = (this.#slots[slot] ?? 0) + by;
  }

  read(): Record<string, number> {
    return Object.fromEntries(counterNames.map((name, slot) => [name, this.#slots[slot] ?? 0]));
  }
}

const slotOf = Object.fromEntries(counterNames.map((name, slot) => [name, slot])) as Record<
  CounterName,
  number
>;
