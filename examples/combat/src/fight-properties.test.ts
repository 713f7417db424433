import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CharacterInput } from './character/character.ts';
import { prepare } from './fight.ts';
import { merge } from './result/merge.ts';
import type { CombatResult } from './result/result.ts';
import { summarize } from './result/summarize.ts';
import { arbitraryCharacter } from './testing/arbitrary-character.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Without what depends on the order in which parts are merged. */
function orderless({ dps: { mean: _mean, m2: _m2, ...dps }, ...rest }: CombatResult): unknown {
  return { ...rest, dps };
}

describe('whatever is fought', () => {
  test('the books agree: damage by source and by second, time, resources, hits', () => {
    fc.assert(
      fc.property(arbitraryCharacter, fc.nat(1000), (character, seed) => {
        const result = prepare(character).simulate({ seed, from: 0, count: 3 });
        const damage = sum(result.sources.map((each) => each.damage));
        expect(sum(result.timeline.damage)).toBe(damage);
        expect(sum(result.timeline.exposure)).toBe(result.time.total);
        expect(result.time.idle).toBeLessThanOrEqual(result.time.total);
        expect(sum(result.histogram.counts)).toBe(3);
        for (const { start, gained, wasted, spent, end } of result.resources) {
          expect(start + gained).toBe(spent + end);
          for (const amount of [gained, wasted, spent, end]) {
            expect(amount).toBeGreaterThanOrEqual(0);
            expect(Number.isInteger(amount)).toBe(true);
          }
        }
        for (const { hits, crits, damage: done } of result.sources) {
          expect(crits).toBeLessThanOrEqual(hits);
          expect(Number.isInteger(done)).toBe(true);
          if (hits === 0) expect(done).toBe(0);
        }
        for (const { ms, count } of [...result.buffs, ...result.dots]) {
          expect(ms).toBeLessThanOrEqual(result.time.total);
          // What is given and consumed in the same millisecond was there for none.
          if (count === 0) expect(ms).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a resource is never below nothing, nor above what it can be', () => {
    fc.assert(
      fc.property(arbitraryCharacter, fc.nat(1000), (character, seed) => {
        // After every single iteration of some.
        const fight = prepare(character);
        for (let from = 0; from < 4; from++) {
          const { resources } = fight.simulate({ seed, from, count: 1 });
          for (const { end } of resources) {
            expect(end).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThanOrEqual(100_000_000);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('the same seed gives the same bytes', () => {
    fc.assert(
      fc.property(arbitraryCharacter, fc.maxSafeNat(), (character, seed) => {
        const play = (): string =>
          JSON.stringify(prepare(character).simulate({ seed, from: 5, count: 2 }));
        expect(play()).toBe(play());
      }),
      { numRuns: 40 },
    );
  });

  test('an iteration knows nothing of those that were played before it', () => {
    fc.assert(
      fc.property(arbitraryCharacter, fc.nat(1000), (character, seed) => {
        const used = prepare(character);
        used.simulate({ seed, from: 0, count: 3 });
        const last = { seed, from: 3, count: 1 };
        expect(used.simulate(last)).toEqual(prepare(character).simulate(last));
      }),
      { numRuns: 60 },
    );
  });

  test('it is JSON of at most 20 kB, and reads as what was written', () => {
    fc.assert(
      fc.property(arbitraryCharacter, fc.nat(100), (character, seed) => {
        const result = prepare({ ...character, duration: 900, variation: 50 }).simulate({
          seed,
          from: 0,
          count: 6,
        });
        const text = JSON.stringify(result);
        expect(JSON.parse(text)).toEqual(result);
        // As large as its numbers get after a million iterations.
        const grown = JSON.stringify(result, (_key, value: unknown) =>
          typeof value === 'number' && Number.isInteger(value) ? value * 150_000 : value,
        );
        expect(grown.length).toBeLessThan(20_000);
      }),
      { numRuns: 12 },
    );
  });
});

describe('ranges of iterations', () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 39 }), { maxLength: 6 });
  const character: CharacterInput = { class: 'cinderwright', style: 'adds', duration: 40 };
  const fight = prepare(character);

  function parts(at: readonly number[]): CombatResult[] {
    const edges = [0, ...at.toSorted((a, b) => a - b), 40];
    return edges.slice(1).map((edge, index) => {
      const from = edges[index] as number;
      // A node of its own for each.
      return prepare(character).simulate({ seed: 9, from, count: edge - from });
    });
  }

  test('cut anyhow and merged in order give the same bytes for the same cuts', () => {
    fc.assert(
      fc.property(cuts, (at) => {
        expect(JSON.stringify(parts(at).reduce(merge))).toBe(
          JSON.stringify(parts(at).reduce(merge)),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('cut anyhow and merged anyhow agree in all but the last digits of mean and variance', () => {
    const whole = fight.simulate({ seed: 9, from: 0, count: 40 });
    fc.assert(
      fc.property(cuts, fc.nat(), (at, turn) => {
        const all = parts(at);
        const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
        for (const merged of [all.reduce(merge), turned.reduce(merge), all.reduceRight(merge)]) {
          expect(orderless(merged)).toEqual(orderless(whole));
          expect(Math.abs(merged.dps.mean / whole.dps.mean - 1)).toBeLessThan(1e-12);
          expect(Math.abs(merged.dps.m2 / whole.dps.m2 - 1)).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('that are empty change nothing', () => {
    const none = fight.simulate({ seed: 9, from: 0, count: 0 });
    const some = fight.simulate({ seed: 9, from: 0, count: 5 });
    expect(merge(none, some)).toEqual(some);
    expect(merge(some, none)).toEqual(some);
    expect(merge(none, none)).toEqual(none);
    expect(summarize(none)).toMatchObject({ count: 0, mean: 0, standardError: 0, sources: [] });
  });

  test('of two fights are not merged', () => {
    const other = prepare({ ...character, duration: 41 });
    const range = { seed: 1, from: 0, count: 1 };
    expect(() => merge(fight.simulate(range), other.simulate(range))).toThrow(/two fights/);
    expect(() => fight.run(range, other.createSink())).toThrow(/sink is of another fight/);
  });

  test.each([
    { seed: -1, from: 0, count: 1 },
    { seed: 1, from: 0.5, count: 1 },
    { seed: 1, from: 0, count: -3 },
    { seed: Number.NaN, from: 0, count: 1 },
    { seed: 1, from: Number.MAX_SAFE_INTEGER, count: 1 },
  ])('must be whole numbers from 0 on, unlike %o', (range) => {
    expect(() => fight.simulate(range)).toThrow(/must be a whole number from 0/);
  });
});

describe('more of a stat', () => {
  const simple: Record<string, string> = {
    gloamstrider: 'cast nightfall_edge if omens >= 5\ncast quick_cut',
    cinderwright: 'cast brand if not dot.brand.active\ncast slag_bolt\ncast ember_dart',
  };

  test.each(
    ['gloamstrider', 'cinderwright'].flatMap((className) =>
      (['power', 'haste', 'crit', 'focus', 'might'] as const).map(
        (stat) => [className, stat] as const,
      ),
    ),
  )('never makes a %s worse: %s', (className, stat) => {
    let before = { mean: 0, standardError: 0 };
    for (const points of [0, 60, 150, 400, 900]) {
      const fight = prepare({
        class: className,
        rotation: simple[className],
        bonus: { [stat]: points },
        duration: 120,
      });
      const after = summarize(fight.simulate({ seed: 4, from: 0, count: 400 }));
      const noise = Math.hypot(before.standardError, after.standardError);
      expect(after.mean).toBeGreaterThan(before.mean - 4 * noise);
      before = after;
    }
  });
});
