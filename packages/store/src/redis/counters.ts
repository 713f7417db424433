import type { StoreCounters } from '../store.ts';

const NAMES = [
  'batches',
  'ops',
  'ops_failed',
  'noscript_reloads',
  'reconnects',
  'redirects',
  'dedup_hits',
  'inbox_full',
  'dead_letters',
  'dead_letters_dropped',
  'sends_to_missing_actors',
  'presence_expired',
  'presence_events_dropped',
  'publications_suppressed',
  'commits',
  'stale_commits',
  'claims',
  'actors_claimed',
  'publications',
  'relayed',
  'relay_skipped',
  'relay_failures',
  'delivery_interruptions',
  'publications_received',
  'wakes_received',
] as const;

/** What this driver counts; see `docs/guarantees.md` for what each means. */
export type CounterName = (typeof NAMES)[number];

/** What scripts count, in the order of `stats` in scripts/includes/partition.lua. */
const SCRIPT_STATS: readonly CounterName[] = [
  'dedup_hits',
  'inbox_full',
  'dead_letters',
  'dead_letters_dropped',
  'sends_to_missing_actors',
  'presence_expired',
  'presence_events_dropped',
  'publications_suppressed',
];

/** Counts since the store was opened. */
export class Counters {
  readonly #counts = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<
    CounterName,
    number
  >;

  add(name: CounterName, by = 1): void {
    this.#counts[name] += by;
  }

  /** Adds what a script returned as its stats. */
  addStats(stats: unknown): void {
    if (!Array.isArray(stats)) return;
    for (const [i, name] of SCRIPT_STATS.entries()) {
      const by = Number(stats[i]);
      if (by > 0) this.#counts[name] += by;
    }
  }

  snapshot(): StoreCounters {
    return { ...this.#counts };
  }
}
