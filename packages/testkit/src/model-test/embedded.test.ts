import { test } from 'vitest';
import { openMemoryStore } from '../conformance/open-embedded.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 100);

test('the embedded store does what the model does', { timeout: 0 }, async () => {
  await checkModel({ open: openMemoryStore, runs, timeLimitMs: Math.max(40_000, 1_000 * runs) });
});
