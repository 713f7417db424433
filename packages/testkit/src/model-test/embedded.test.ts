import { expect, test } from 'vitest';
import { openMemoryStore } from '../conformance/open-embedded.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 100);

// Enough for the runs, and to make a failure shorter.
const timeLimitMs = Math.max(40_000, 1_000 * runs);
const timeout = timeLimitMs + 80_000;

test('the embedded store does what the model does', { timeout }, async () => {
  const report = await checkModel({ open: openMemoryStore, runs, timeLimitMs });
  expect(report.scenarios).toBeGreaterThan(0);
});
