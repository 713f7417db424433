import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../conformance/open-embedded.ts';
import { checkModel } from './check-model.ts';
import { FAULTS, withFault } from './faults.ts';

describe('the model test finds a store that', () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(name, { timeout: 120_000 }, async () => {
      const check = { open: withFault(openMemoryStore, fault), runs: 200, shortenMs: 0 };
      await expect(checkModel({ ...check, timeLimitMs: 100_000 })).rejects.toThrow(
        /^seed -?\d+, run \d+: [^]*\nscenario of \d+ steps/,
      );
    });
  }
});

test('a failure is made shorter, and its seed plays it again', { timeout: 120_000 }, async () => {
  const fault = FAULTS['applies a publication twice'];
  if (!fault) throw new Error('no such fault');
  const check = { open: withFault(openMemoryStore, fault), runs: 200, timeLimitMs: 100_000 };
  const fail = async (seed?: number): Promise<string> => {
    const options = seed === undefined ? { shortenMs: 20_000 } : { seed, shortenMs: 0 };
    const error: unknown = await checkModel({ ...check, ...options }).catch(
      (caught: unknown) => caught,
    );
    return error instanceof Error ? error.message : 'it did not fail';
  };
  const first = await fail();
  // A message or a presence, a claim, a turn.
  expect(first).toMatch(/scenario of [3-6] steps/);
  const [, seed, run] = /^seed (-?\d+), run (\d+)/.exec(first) ?? [];
  expect(await fail(Number(seed))).toMatch(new RegExp(`^seed ${seed}, run ${run}:`));
});
