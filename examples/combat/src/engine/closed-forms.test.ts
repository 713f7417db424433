/** What the engine plays against what can be worked out on paper. */
import { describe, expect, test } from 'vitest';
import type { AbilityDefinition, DotDefinition } from '../catalog/model.ts';
import type { Fight } from '../fight.ts';
import type { CombatResult, DamageSource } from '../result/result.ts';
import { summarize } from '../result/summarize.ts';
import { microFight, named } from '../testing/micro-fight.ts';

const play = (fight: Fight, count = 400): CombatResult =>
  fight.simulate({ seed: 11, from: 0, count });

function source(
  { sources }: CombatResult,
  id: string,
  kind: DamageSource['kind'] = 'ability',
): DamageSource {
  const found = sources.find((each) => each.id === id && each.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} ${id}`);
  return found;
}

const blow = (more: Partial<AbilityDefinition> = {}): AbilityDefinition => ({
  ...named('blow'),
  effects: [{ type: 'damage', power: 1 }],
  ...more,
});

/** A count that is binomial, within four standard deviations. */
function expectBinomial(count: number, trials: number, chance: number): void {
  const deviation = Math.sqrt(trials * chance * (1 - chance));
  expect(Math.abs(count - trials * chance)).toBeLessThan(4 * deviation);
}

describe('auto-attacks', () => {
  const weapon = { kind: 'blade', min: 80, max: 120, speed: 2000 } as const;
  // 12 % of the power for each second of the weapon's speed.
  const mean = 100 + 0.12 * 100 * 2;

  test.each([0, 100, 250, 400])('come as often as %i of haste rating says', (hasteRating) => {
    const percent = hasteRating / 10;
    const haste = 1 + (percent <= 30 ? percent : 30 + (percent - 30) / 2) / 100;
    const interval = Math.round(2000 / haste);
    const result = play(microFight({ mainHand: weapon, stats: { hasteRating } }), 10);
    // The first at 0, none at the very end.
    expect(source(result, 'auto_attack', 'attack').hits).toBe(10 * Math.ceil(100_000 / interval));
  });

  test.each([0, 0.05, 0.3])('do the damage they should with a critical chance of %f', (crit) => {
    const count = 2000;
    const result = play(microFight({ mainHand: weapon, stats: { crit } }), count);
    const swings = 50;
    const { mean: dps, standardError, standardDeviation } = summarize(result);
    expect(Math.abs(dps - (swings * mean * (1 + crit)) / 100)).toBeLessThan(4 * standardError);

    const square = mean ** 2 + (120 - 80) ** 2 / 12;
    const variance = square * (1 + 3 * crit) - (mean * (1 + crit)) ** 2;
    const deviation = Math.sqrt(swings * variance) / 100;
    expect(standardDeviation / deviation).toBeGreaterThan(0.92);
    expect(standardDeviation / deviation).toBeLessThan(1.08);
  });

  test('of the off-hand do half', () => {
    const fixed = { kind: 'blade', min: 100, max: 100, speed: 2000 } as const;
    const result = play(microFight({ mainHand: fixed, offHand: fixed }), 1);
    expect(source(result, 'auto_attack', 'attack').damage).toBe(50 * 124);
    expect(source(result, 'off_hand_attack', 'attack').damage).toBe(50 * 62);
  });

  test('stop while moving, and start when that is over', () => {
    const fixed = { kind: 'blade', min: 100, max: 100, speed: 1000 } as const;
    const result = play(microFight({ mainHand: fixed, style: 'movement', duration: 30 }), 1);
    // Moves from 12 s to 17 s.
    const struck = result.timeline.damage.map((damage) => (damage > 0 ? 1 : 0));
    expect(struck.slice(0, 12)).toEqual(Array(12).fill(1));
    expect(struck.slice(12, 17)).toEqual(Array(5).fill(0));
    expect(struck.slice(17, 30)).toEqual(Array(13).fill(1));
  });
});

describe('damage', () => {
  test('is power times all factors, rounded at each hit', () => {
    const fight = microFight({
      abilities: [blow({ effects: [{ type: 'damage', power: 1.5, flat: 7 }] })],
      focus: ['blow'],
      rotation: 'cast blow',
      stats: { focus: 0.1, mightRating: 50 },
    });
    const hits = 100;
    expect(play(fight, 1).dps.mean).toBe((hits * Math.round(157 * 1.1 * 1.05)) / 100);
  });

  test('is doubled by critical hits, which come as often as they should', () => {
    const result = play(
      microFight({ abilities: [blow()], rotation: 'cast blow', stats: { critRating: 200 } }),
    );
    const { hits, crits, damage } = source(result, 'blow');
    expect(hits).toBe(400 * 100);
    expectBinomial(crits, hits, 0.2);
    expect(damage).toBe(100 * (hits + crits));
  });

  test.each([1, 3, 5, 8])(
    'to all is spread over %i targets: beyond five it is √(5/n) each',
    (n) => {
      const fight = microFight({
        abilities: [blow({ effects: [{ type: 'damage', power: 10, targets: 8 }] })],
        rotation: 'cast blow',
        style: n === 1 ? 'patchwork' : 'cleave',
        targets: n,
      });
      const { hits, damage } = source(play(fight, 1), 'blow');
      expect(hits).toBe(100 * n);
      expect(damage).toBe(100 * n * Math.round(1000 * (n > 5 ? Math.sqrt(5 / n) : 1)));
    },
  );
});

describe('damage over time', () => {
  const burn: DotDefinition = { ...named('burn'), ms: 18_000, every: 2000, power: 1 };
  const light = blow({ ...named('light'), effects: [{ type: 'dot', dot: 'burn' }] });
  const only = 'cast light if time < 1s';

  test.each([
    { haste: 0, ticks: 9 },
    { haste: 25, ticks: 11.25 },
    { haste: 10, ticks: 18_000 / 1818 },
  ])('ticks $ticks times with $haste % haste: a part of a tick at its end', ({ haste, ticks }) => {
    const fight = microFight({
      abilities: [light],
      dots: [burn],
      rotation: only,
      stats: { hasteRating: haste * 10 },
    });
    const { hits, damage } = source(play(fight, 1), 'burn', 'dot');
    expect(hits).toBe(Math.ceil(ticks));
    const whole = Math.floor(ticks);
    expect(damage).toBe(whole * 100 + Math.round((ticks - whole) * 100));
  });

  test('renewed keeps up to 30 % of its time, and does not lose its next tick', () => {
    const renewed = (at: string): DamageSource => {
      const rotation = `${only}\ncast light if time >= ${at} and time < ${at} + 1s`;
      const fight = microFight({ abilities: [light], dots: [burn], rotation });
      return source(play(fight, 1), 'burn', 'dot');
    };
    // 18 s, of which 5 s are left at 13 s: 13 + 18 + 5 = 36 s of ticks.
    expect(renewed('13s').damage).toBe(18 * 100);
    // At 3 s, 5.4 s of what is left is kept: 3 + 18 + 5.4 = 26.4 s.
    expect(renewed('3s').damage).toBe(13 * 100 + 20);
  });

  test('is over as long as it should be on the target', () => {
    const fight = microFight({ abilities: [light], dots: [burn], rotation: only });
    expect(play(fight, 1).dots).toEqual([{ id: 'burn', ms: 18_000, count: 1 }]);
  });

  test('can be done at once', () => {
    const fight = microFight({
      abilities: [
        light,
        blow({ ...named('quench'), effects: [{ type: 'detonate', dot: 'burn', percent: 150 }] }),
      ],
      dots: [burn],
      rotation: `${only}\ncast quench if time >= 5s and time < 6s`,
    });
    const result = play(fight, 1);
    // Two ticks have been; 14 s since the last one would have been seven more.
    expect(source(result, 'burn', 'dot').damage).toBe(200);
    expect(source(result, 'quench').damage).toBe(7 * 150);
  });

  test('makes its target suffer more of what it says', () => {
    const open: DotDefinition = {
      ...named('open'),
      ms: 10_000,
      every: 0,
      power: 0,
      vulnerable: { percent: 50, of: ['blow'] },
    };
    const fight = microFight({
      abilities: [blow(), blow({ ...named('cut'), effects: [{ type: 'dot', dot: 'open' }] })],
      dots: [open],
      rotation: 'cast cut if time < 1s\ncast blow',
    });
    // The blows at 1 s to 9 s.
    expect(source(play(fight, 1), 'blow').damage).toBe(99 * 100 + 9 * 50);
  });
});

describe('cooldowns', () => {
  const uses = (more: Partial<AbilityDefinition>): number =>
    source(play(microFight({ abilities: [blow(more)], rotation: 'cast blow' }), 1), 'blow').casts;

  test('allow so many uses', () => {
    expect(uses({})).toBe(100);
    expect(uses({ cooldown: 10_000 })).toBe(10);
    expect(uses({ cooldown: 7000 })).toBe(15);
    // Two at once, then one every 10 s.
    expect(uses({ cooldown: 10_000, charges: 2 })).toBe(11);
    expect(uses({ cooldown: 10_000, charges: 3 })).toBe(12);
  });

  test('are shorter by what makes them so', () => {
    const hasten = { type: 'hasten', ability: 'blow', ms: 4000 } as const;
    expect(uses({ cooldown: 10_000, effects: [hasten] })).toBe(Math.ceil(100 / 6));
  });

  test('of a cast begin when it is finished', () => {
    expect(uses({ cast: 2000 })).toBe(49);
    expect(uses({ cast: 2000, cooldown: 8000 })).toBe(10);
  });

  test('and casts and the global cool-down are shortened by haste, the last to 750 ms at least', () => {
    const casts = (more: Partial<AbilityDefinition>, hasteRating: number): number => {
      const fight = microFight({
        abilities: [blow(more)],
        rotation: 'cast blow',
        stats: { hasteRating },
        gcd: { ms: 1500, hasted: true },
      });
      return source(play(fight, 1), 'blow').casts;
    };
    expect(casts({}, 250)).toBe(Math.ceil(100_000 / 1200));
    expect(casts({}, 10_000)).toBe(Math.ceil(100_000 / 750));
    expect(casts({ cast: 2500 }, 250)).toBe(Math.floor(99_999 / 2000));
  });

  test('of things that are used are kept, and one locks the others for 20 s', () => {
    const usable = (id: string) => ({
      id,
      use: { cooldown: 30_000, effects: [{ type: 'damage', flat: 10 } as const] },
    });
    const fight = microFight({
      uses: [null, usable('first'), usable('second')],
      rotation: 'use trinket1\nuse trinket2\nuse main_hand',
    });
    const result = play(fight, 1);
    // The first at 0, 40, 80 s; the second at 20, 60 s: each locks the other.
    expect(source(result, 'first', 'item').casts).toBe(3);
    expect(source(result, 'second', 'item').casts).toBe(2);
  });
});

describe('procs', () => {
  const spark = { type: 'damage', flat: 1 } as const;

  test('with a chance come up that often', () => {
    const procs = [{ ...named('spark'), on: 'hit', chance: 10, effects: [spark] } as const];
    const result = play(microFight({ abilities: [blow()], procs, rotation: 'cast blow' }));
    expectBinomial(source(result, 'spark', 'proc').casts, 400 * 100, 0.1);
  });

  test('per minute come up that often, more with haste, however often they are tried', () => {
    for (const { gcd, hasteRating } of [
      { gcd: 500, hasteRating: 0 },
      { gcd: 2000, hasteRating: 0 },
      { gcd: 1000, hasteRating: 200 },
    ]) {
      const count = 2000;
      const fight = microFight({
        abilities: [blow()],
        procs: [{ ...named('spark'), on: 'hit', perMinute: 3, effects: [spark] }],
        rotation: 'cast blow',
        gcd: { ms: gcd, hasted: false },
        stats: { hasteRating },
      });
      const tries = 100_000 / gcd - 1;
      const chance = (3 / 60) * (gcd / 1000) * (1 + hasteRating / 1000);
      const result = play(fight, count);
      expectBinomial(source(result, 'spark', 'proc').casts, count * tries, chance);
    }
  });

  test('do not come up again within their own cooldown, and set off nothing', () => {
    const fight = microFight({
      abilities: [blow()],
      procs: [
        { ...named('spark'), on: 'hit', chance: 100, cooldown: 5000, effects: [spark] },
        { ...named('echo'), on: 'hit', of: ['spark'], chance: 100, effects: [spark] },
      ],
      rotation: 'cast blow',
    });
    const result = play(fight, 1);
    expect(source(result, 'spark', 'proc').casts).toBe(20);
    expect(source(result, 'echo', 'proc').casts).toBe(0);
  });

  test('on critical hits, ticks, casts and swings come up on these alone', () => {
    const fight = microFight({
      abilities: [
        blow({
          effects: [
            { type: 'damage', power: 1 },
            { type: 'dot', dot: 'burn' },
          ],
        }),
      ],
      dots: [{ ...named('burn'), ms: 4000, every: 1000, power: 1 }],
      mainHand: { kind: 'blade', min: 10, max: 10, speed: 2500 },
      procs: (['crit', 'tick', 'cast', 'swing'] as const).map((on) => ({
        ...named(`on_${on}`),
        on,
        chance: 100,
        effects: [spark],
      })),
      rotation: 'cast blow if not dot.burn.active',
      stats: { crit: 0.5 },
    });
    const result = play(fight, 50);
    const count = (id: string): number => source(result, id, 'proc').casts;
    const { hits, crits } = source(result, 'blow');
    const swings = source(result, 'auto_attack', 'attack');
    expect(count('on_crit')).toBe(crits + swings.crits);
    expect(count('on_tick')).toBe(source(result, 'burn', 'dot').hits);
    expect(count('on_cast')).toBe(hits);
    expect(count('on_swing')).toBe(swings.hits);
  });
});
