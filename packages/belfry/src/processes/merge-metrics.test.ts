import { expect, test } from 'vitest';
import { mergeMetrics } from './merge-metrics.ts';

const one = `# HELP up Whether.
# TYPE up gauge
up 1

# HELP seen_total How many.
# TYPE seen_total counter
seen_total{code="3001"} 2
seen_total{} 4
# HELP empty_total None.
# TYPE empty_total counter
`;

test('samples of several processes stand together and say whose they are', () => {
  const text = mergeMetrics([
    { process: 1, text: one },
    {
      process: 3,
      text: `${one}# HELP late Seconds.\n# TYPE late histogram\nlate_bucket{le="1"} 5\n`,
    },
  ]);
  expect(text).toBe(`# HELP up Whether.
# TYPE up gauge
up{process="1"} 1
up{process="3"} 1

# HELP seen_total How many.
# TYPE seen_total counter
seen_total{process="1",code="3001"} 2
seen_total{process="1"} 4
seen_total{process="3",code="3001"} 2
seen_total{process="3"} 4

# HELP late Seconds.
# TYPE late histogram
late_bucket{process="3",le="1"} 5
`);
});
