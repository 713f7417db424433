import type { ProxyFigures } from '@belfry/beacon';
import type { LabelledCounts, LabelledHistograms } from './metrics.ts';

type Figures = Readonly<Record<string, ProxyFigures>>;

/** `subscribe/default` as the values of two labels. */
function labelsOf(key: string): string {
  return key.replace('/', ' ');
}

/** Requests to proxies, and those that got no answer. */
export function proxyMetrics(proxies: Figures): Record<string, LabelledCounts> {
  const all = Object.entries(proxies);
  return {
    proxy_calls: {
      label: ['use', 'proxy'],
      counts: new Map(all.map(([key, { calls }]) => [labelsOf(key), calls])),
    },
    proxy_failures: {
      label: ['use', 'proxy', 'reason'],
      counts: new Map(
        all.flatMap(([key, { failures }]) =>
          Object.entries(failures).map(
            ([reason, count]) => [`${labelsOf(key)} ${reason}`, count] as const,
          ),
        ),
      ),
    },
  };
}

/** How long the answers of proxies took, in seconds. */
export function proxyHistograms(proxies: Figures): LabelledHistograms {
  return {
    label: ['use', 'proxy'],
    figures: new Map(
      Object.entries(proxies).map(([key, { durations }]) => {
        const { buckets, sum, count } = durations;
        const inSeconds = buckets.map(({ le, count }) => ({ le: le / 1000, count }));
        return [labelsOf(key), { buckets: inSeconds, sum: sum / 1000, count }];
      }),
    ),
  };
}
