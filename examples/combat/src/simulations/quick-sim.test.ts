import { runLocally } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { prepare } from '../fight.ts';
import { merge } from '../result/merge.ts';
import { summarize } from '../result/summarize.ts';
import { quickSim } from './quick-sim.ts';

const CHARACTER = { class: 'cinderwright', duration: 60 } as const;

async function validate(value: unknown) {
  return quickSim.input['~standard'].validate(value);
}

async function inputOf(value: unknown) {
  const checked = await validate(value);
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  return checked.value;
}

describe('a Quick Sim', () => {
  test('fights what `prepare` fights, in blocks', async () => {
    const input = await inputOf({ character: CHARACTER, iterations: 500 });
    const { result, iterations } = runLocally(quickSim, input, { seed: 9 });
    expect(iterations).toBe(600);
    expect(result.dps.count).toBe(600);
    const whole = prepare(CHARACTER).simulate({ seed: 9, from: 0, count: 600 });
    // But for the last digits of mean and variance, which depend on the order.
    expect({ ...result, dps: null }).toEqual({ ...whole, dps: null });
    expect(result.dps.mean).toBeCloseTo(whole.dps.mean, 6);
  });

  test('stops when it is exact enough', async () => {
    const input = await inputOf({ character: CHARACTER, iterations: 100_000 });
    const { result, iterations } = runLocally(quickSim, input, { targetError: 0.01 });
    expect(iterations).toBeLessThan(100_000);
    expect(quickSim.error?.(result)).toBeLessThanOrEqual(0.01);
    expect(quickSim.error?.(prepare(CHARACTER).simulate({ seed: 1, from: 0, count: 9 }))).toBe(
      Infinity,
    );
  });

  test('is told in a few kilobytes, with every fight in the distribution', async () => {
    const input = await inputOf({ character: { ...CHARACTER, duration: 300 }, iterations: 400 });
    const { result } = runLocally(quickSim, input);
    const summary = quickSim.summarize(result, input);
    const whole = summarize(result);
    expect(JSON.stringify(summary).length).toBeLessThan(12_000);
    expect(summary.character.class).toBe('cinderwright');
    expect(summary.mean).toBeCloseTo(whole.mean, 1);
    const { from, width, counts } = summary.distribution;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(summary.count, 0);
    expect(from).toBeLessThanOrEqual(summary.quantiles.p5);
    expect(from + width * counts.length).toBeGreaterThanOrEqual(summary.quantiles.p95 * 0.999);
    expect(summary.timeline.values.length).toBeLessThanOrEqual(100);
    const seconds = summary.timeline.width * summary.timeline.values.length;
    expect(seconds).toBeGreaterThan(330);
    // All that is done is in the timeline.
    const mean = summary.timeline.values.reduce((sum, each) => sum + each, 0);
    expect(mean / summary.timeline.values.length / summary.mean).toBeCloseTo(1, 0);
  });

  test('of one fight, and of fights that are all the same, can be told too', async () => {
    const input = await inputOf({ character: CHARACTER });
    const one = prepare(CHARACTER).simulate({ seed: 1, from: 0, count: 1 });
    const told = quickSim.summarize(one, input);
    expect(told.distribution.counts.some((count) => count > 0)).toBe(true);
    const twice = quickSim.summarize(merge(one, one), input);
    expect(JSON.parse(JSON.stringify(twice))).toEqual(twice);
  });

  test('says what is wrong with a character, and where', async () => {
    const bad = { ...CHARACTER, gear: { head: 'no_such_cap' }, rotation: 'cast nothing' };
    const { issues } = await validate({ character: bad, iterations: 1 });
    const told = issues?.map(({ path, message }) => [path?.map(String).join('.'), message]);
    expect(told).toContainEqual([
      'character.gear.head',
      expect.stringContaining('there is no item "no_such_cap"'),
    ]);
    expect(told).toContainEqual([
      'character.rotation',
      expect.stringMatching(/^line 1, column 6: /),
    ]);
    expect((await validate({})).issues).not.toBeUndefined();
    expect((await validate(null)).issues).not.toBeUndefined();
  });
});
