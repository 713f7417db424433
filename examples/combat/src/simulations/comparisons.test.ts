import { runLocally, type Simulation } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { prepare } from '../fight.ts';
import { summarize } from '../result/summarize.ts';
import { bestInBags } from './best-in-bags.ts';
import { dropOptimizer } from './drop-optimizer.ts';
import type { Tally } from './tally.ts';

const CHARACTER = {
  class: 'cinderwright',
  duration: 60,
  gear: {
    main_hand: 'guildwrought_wand',
    off_hand: 'guildwrought_orb',
    chest: 'guildwrought_vest',
    waist: 'guildwrought_belt',
    trinket1: 'guildwrought_charm',
    trinket2: 'whetted_charm',
  },
} as const;

async function checked<Input>(simulation: Simulation<Input, Tally>, value: unknown) {
  const result = await simulation.input['~standard'].validate(value);
  return result.issues === undefined
    ? { value: result.value, issues: [] }
    : { value: undefined, issues: result.issues };
}

/** What was accepted. */
async function inputFor<Input>(simulation: Simulation<Input, Tally>, value: unknown) {
  const { value: input, issues } = await checked(simulation, value);
  if (input === undefined) throw new Error(JSON.stringify(issues));
  return input;
}

const BAG = ['orchard_wake', 'anchor_belt', 'thornmothers_eye'];

async function bag(more: object = {}) {
  return inputFor(bestInBags, { character: CHARACTER, items: BAG, precision: 1, ...more });
}

describe('Best in Bags', () => {
  test('ranks every way to wear what is owned, and drops early what cannot win', async () => {
    const input = await bag();
    const { result, rounds } = runLocally(bestInBags, input, { seed: 3 });
    const summary = bestInBags.summarize(result, input);
    expect(rounds).toBeGreaterThan(1);
    expect(summary).toMatchObject({ combinations: 12, seen: 12 });
    expect(summary.ranking).toHaveLength(12);
    expect(summary.left).toBeLessThan(12);
    expect(summary.ranking.filter(({ culled }) => culled)).toHaveLength(12 - summary.left);
    const [best] = summary.ranking;
    const worst = summary.ranking.at(-1);
    if (best === undefined || worst === undefined) throw new Error('nothing is ranked');
    expect(worst.fights * 2).toBeLessThanOrEqual(best.fights);
    expect(summary.current).toMatchObject({ changes: {}, gain: 0 });
    // What it says is so, by a long fight of the winner on its own.
    const gear = { ...CHARACTER.gear, ...best.changes } as typeof CHARACTER.gear;
    const alone = summarize(
      prepare({ ...CHARACTER, gear }).simulate({ seed: 77, from: 0, count: 2_000 }),
    );
    expect(Math.abs(alone.mean - best.mean)).toBeLessThan(4 * (best.error + alone.standardError));
    expect(1.96 * best.error).toBeLessThanOrEqual(0.01 * best.mean);
  });

  test('comes out the same however often it is run', async () => {
    const input = await bag({ precision: 4 });
    const once = runLocally(bestInBags, input, { seed: 8 });
    const again = runLocally(bestInBags, await bag({ precision: 4 }), { seed: 8 });
    expect(again).toEqual(once);
  });

  test('with an empty bag says how what is worn does', async () => {
    const input = await bag({ items: [], precision: 4 });
    const summary = bestInBags.summarize(runLocally(bestInBags, input).result, input);
    expect(summary).toMatchObject({ combinations: 1, left: 1 });
    expect(summary.ranking[0]).toMatchObject({ changes: {}, gain: 0, culled: false });
  });

  test('refuses what is unknown, and more ways than can be fought', async () => {
    const unknown = await checked(bestInBags, { character: CHARACTER, items: ['no_such_thing'] });
    expect(unknown.issues?.[0]).toMatchObject({
      path: ['items', '0'],
      message: expect.stringContaining('there is no item "no_such_thing"') as string,
    });
    const wrong = await checked(bestInBags, { character: { class: 'nobody' }, items: [] });
    expect(wrong.issues?.[0]?.path).toEqual(['character', 'class']);
  });
});

describe('the Drop Optimizer', () => {
  const request = { character: CHARACTER, sources: ['thornmother'], precision: 1 };

  test('says of every drop how much better it is, and fights no further with what is no gain', async () => {
    const input = await inputFor(dropOptimizer, request);
    const { result } = runLocally(dropOptimizer, input, { seed: 3 });
    const { drops, seen, current, ranking } = dropOptimizer.summarize(result, input);
    expect(drops).toBeGreaterThan(5);
    expect(seen).toBe(drops);
    expect(new Set(ranking.map(({ item }) => item)).size).toBe(drops);
    const gains = ranking.map(({ gain }) => gain);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    // A far better chest than the one that is worn; and a trinket of which everybody knows that it is worse than two that have a use.
    const [best] = ranking;
    expect(best?.gain).toBeGreaterThan(2 * (best?.gainError ?? Infinity));
    expect(ranking.find(({ item }) => item === 'thornmothers_eye')).toMatchObject({ culled: true });
    for (const { gainError, culled } of ranking) {
      if (!culled) expect(gainError * 1.96).toBeLessThanOrEqual(0.01 * current.mean);
    }
  });

  test('takes a drop of two sources once, and a source that is unknown not at all', async () => {
    const twice = { ...request, sources: ['thornmother', 'thornmother', 'all'] };
    const value = await inputFor(dropOptimizer, twice);
    const plan = dropOptimizer.plan({ input: value, round: 0, result: undefined });
    const all = await inputFor(dropOptimizer, {
      ...request,
      sources: ['all'],
    });
    expect(dropOptimizer.plan({ input: all, round: 0, result: undefined })?.blocks).toBe(
      plan?.blocks,
    );
    const unknown = await checked(dropOptimizer, { ...request, sources: ['thornmothr'] });
    expect(unknown.issues?.[0]?.message).toContain('did you mean "thornmother"?');
    expect((await checked(dropOptimizer, { ...request, sources: [] })).issues).toHaveLength(1);
  });
});
