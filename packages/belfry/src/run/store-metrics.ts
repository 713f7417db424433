import type { Store } from '@belfry/store';
import type { MetricSource } from './metrics.ts';
import type { StoreWatch } from './watch-store.ts';

/** Of a store's counters, those that also go down. */
const GAUGES: ReadonlySet<string> = new Set(['queued_bytes', 'outbox_length']);

/** The figures of a store for `/metrics`. */
export function storeMetrics(
  store: Pick<Store, 'counters'>,
  watch: Pick<StoreWatch, 'losses'>,
): MetricSource {
  const some = (wanted: (name: string) => boolean): Record<string, number> =>
    Object.fromEntries(Object.entries(store.counters()).filter(([name]) => wanted(name)));
  return {
    prefix: 'store',
    counters: () => ({ ...some((name) => !GAUGES.has(name)), losses: watch.losses }),
    gauges: () => some((name) => GAUGES.has(name)),
  };
}
