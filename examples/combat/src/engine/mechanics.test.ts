import { describe, expect, test } from 'vitest';
import type { AbilityDefinition, BuffDefinition } from '../catalog/model.ts';
import type { Fight } from '../fight.ts';
import type { CombatResult } from '../result/result.ts';
import { microFight, named } from '../testing/micro-fight.ts';
import { UNIT } from './rules.ts';

const once = (fight: Fight): CombatResult => fight.simulate({ seed: 5, from: 0, count: 1 });
const casts = (result: CombatResult, id: string): number | undefined =>
  result.sources.find((each) => each.id === id)?.casts;
const damage = (result: CombatResult, id: string): number | undefined =>
  result.sources.find((each) => each.id === id)?.damage;
/** In which seconds there was damage. */
const seconds = ({ timeline }: CombatResult): number[] =>
  timeline.damage.flatMap((amount, second) => (amount > 0 ? [second] : []));

const hits = (id: string, more: Partial<AbilityDefinition> = {}): AbilityDefinition => ({
  ...named(id),
  effects: [{ type: 'damage', power: 1 }],
  ...more,
});

describe('resources', () => {
  const vigor = { ...named('vigor'), max: 100, start: 50, regen: 10 };

  test('come back by themselves: what is spent is what was there and what came', () => {
    const fight = microFight({
      resources: [vigor],
      abilities: [hits('cut', { cost: { resource: 'vigor', amount: 40 } })],
      rotation: 'cast cut',
    });
    const result = once(fight);
    const [found] = result.resources;
    // 50 + 1,000 in 100 s: 26 cuts, and 10 are left.
    expect(casts(result, 'cut')).toBe(26);
    expect(found).toEqual({
      id: 'vigor',
      start: 50 * UNIT,
      gained: 1000 * UNIT,
      wasted: 0,
      spent: 1040 * UNIT,
      end: 10 * UNIT,
    });
    // One at 0, and then whenever there is enough, to the millisecond: at 3 s, 7 s, 11 s, …
    expect(seconds(result).slice(0, 4)).toEqual([0, 3, 7, 11]);
  });

  test('come back faster with haste', () => {
    const fight = microFight({
      resources: [vigor],
      abilities: [hits('cut', { cost: { resource: 'vigor', amount: 40 } })],
      rotation: 'cast cut',
      stats: { hasteRating: 200 },
    });
    expect(once(fight).resources[0]?.gained).toBe(1200 * UNIT);
  });

  test('that are full are wasted', () => {
    const [found] = once(microFight({ resources: [vigor] })).resources;
    expect(found).toMatchObject({ gained: 50 * UNIT, wasted: 950 * UNIT, end: 100 * UNIT });
  });

  test('that are built are spent all at once, for so much more', () => {
    const fight = microFight({
      resources: [{ ...named('omens'), max: 5, start: 0 }],
      abilities: [
        hits('read', { effects: [{ type: 'gain', resource: 'omens', amount: 1 }] }),
        hits('tell', {
          spends: 'omens',
          effects: [{ type: 'damage', power: 1, perSpent: true }],
        }),
      ],
      rotation: 'cast tell if omens >= 3\ncast read',
      duration: 40,
    });
    const result = once(fight);
    expect(casts(result, 'tell')).toBe(10);
    expect(damage(result, 'tell')).toBe(10 * 300);
    expect(result.resources[0]).toMatchObject({ gained: 30 * UNIT, spent: 30 * UNIT, wasted: 0 });
  });

  test('are given for each target, up to so many', () => {
    const fight = microFight({
      resources: [{ ...named('omens'), max: 100, start: 0 }],
      abilities: [
        hits('read', {
          cooldown: 1_000_000,
          effects: [{ type: 'gain', resource: 'omens', amount: 2, perTarget: 3 }],
        }),
      ],
      rotation: 'cast read',
      style: 'cleave',
      targets: 5,
    });
    expect(once(fight).resources[0]?.end).toBe(6 * UNIT);
  });
});

describe('buffs', () => {
  const give = (buff: string, more: Partial<AbilityDefinition> = {}): AbilityDefinition => ({
    ...named(`give_${buff}`),
    gcd: false,
    cooldown: 1_000_000,
    effects: [{ type: 'buff', buff }],
    ...more,
  });
  const withBuff = (buff: BuffDefinition, more: Partial<AbilityDefinition> = {}): CombatResult =>
    once(
      microFight({
        buffs: [buff],
        abilities: [give(buff.id, more), hits('cut')],
        rotation: `cast give_${buff.id}\ncast cut`,
      }),
    );

  test('change what they say for as long as they last', () => {
    const strong: BuffDefinition = {
      ...named('strong'),
      ms: 10_000,
      modifiers: [{ type: 'damage', percent: 50 }],
    };
    const result = withBuff(strong);
    expect(result.dps.mean).toBe((100 * 100 + 10 * 50) / 100);
    expect(result.buffs).toEqual([{ id: 'strong', ms: 10_000, count: 1 }]);
  });

  test('stack, and lose a stack to what consumes them', () => {
    const stored: BuffDefinition = {
      ...named('stored'),
      ms: 60_000,
      stacks: 3,
      modifiers: [{ type: 'damage', percent: 10, of: ['cut'] }],
      consumedBy: ['cut'],
    };
    const result = withBuff(stored, { effects: [{ type: 'buff', buff: 'stored', stacks: 5 }] });
    // Three stacks, then two, then one.
    expect(damage(result, 'cut')).toBe(100 * 100 + 30 + 20 + 10);
  });

  test('that an ability gives itself are there for its next use', () => {
    const echo: BuffDefinition = {
      ...named('echo'),
      ms: 60_000,
      modifiers: [{ type: 'damage', percent: 100, of: ['cut'] }],
      consumedBy: ['cut'],
    };
    const cut = hits('cut', {
      effects: [
        { type: 'damage', power: 1 },
        { type: 'buff', buff: 'echo' },
      ],
    });
    // Each use after the first finds it, and takes it: it is there for every second use.
    const fight = microFight({ buffs: [echo], abilities: [cut], rotation: 'cast cut' });
    expect(once(fight).timeline.damage.slice(0, 4)).toEqual([100, 200, 100, 200]);
  });

  test('that carry keep 30 % of what is left of them', () => {
    const dance: BuffDefinition = { ...named('dance'), ms: 10_000, carries: true };
    const fight = microFight({
      buffs: [dance],
      abilities: [{ ...named('give'), effects: [{ type: 'buff', buff: 'dance' }] }],
      rotation: 'cast give if time < 1s or time >= 5s and time < 6s',
    });
    expect(once(fight).buffs).toEqual([{ id: 'dance', ms: 5000 + 13_000, count: 2 }]);
  });

  test('make things instant, free, and possible', () => {
    const free: BuffDefinition = {
      ...named('free'),
      ms: 10_000,
      modifiers: [
        { type: 'cast', percent: -100, of: ['bolt'] },
        { type: 'cost', percent: -100, of: ['bolt'] },
        { type: 'unlock', of: ['bolt'] },
      ],
    };
    const fight = microFight({
      resources: [{ ...named('heat'), max: 100, start: 0 }],
      buffs: [free],
      abilities: [
        give('free'),
        hits('bolt', { cast: 2000, below: 20, cost: { resource: 'heat', amount: 50 } }),
      ],
      rotation: 'cast give_free\ncast bolt',
    });
    expect(casts(once(fight), 'bolt')).toBe(10);
  });

  test('with a pulse do something every so often, and to the end', () => {
    const moon: BuffDefinition = {
      ...named('moon'),
      ms: 10_000,
      pulse: { ms: 3000, effects: [{ type: 'damage', flat: 10 }] },
    };
    const fight = microFight({
      buffs: [moon],
      abilities: [give('moon')],
      rotation: 'cast give_moon',
    });
    const result = once(fight);
    expect(result.sources.find(({ kind }) => kind === 'buff')).toMatchObject({ hits: 3 });
    expect(seconds(result)).toEqual([3, 6, 9]);
  });
});

describe('a channel', () => {
  const stream = hits('stream', { channel: { ms: 3000, ticks: 6 }, cooldown: 10_000 });

  test('does its effects so many times, the last one at its end', () => {
    const fight = microFight({ abilities: [stream], rotation: 'cast stream', duration: 10 });
    const result = once(fight);
    expect(result.sources[0]).toMatchObject({ casts: 1, hits: 6 });
    // Every half second from 0.5 s to 3 s.
    expect(result.timeline.damage.slice(0, 5)).toEqual([100, 200, 200, 100, 0]);
  });

  test('is cut short by moving, and has been paid for', () => {
    const fight = microFight({
      abilities: [stream],
      rotation: 'cast stream if time >= 11s',
      style: 'movement',
      duration: 20,
    });
    // From 11 s; from 12 s to 17 s there is moving. The second tick falls on 12 s, too late.
    expect(once(fight).sources[0]).toMatchObject({ casts: 1, hits: 1 });
  });
});

describe('moving', () => {
  test('breaks off a cast, which costs nothing, and forbids the next', () => {
    const fight = microFight({
      resources: [{ ...named('heat'), max: 100, start: 100 }],
      abilities: [hits('bolt', { cast: 5000, cost: { resource: 'heat', amount: 10 } })],
      rotation: 'cast bolt',
      style: 'movement',
      duration: 30,
    });
    const result = once(fight);
    // Finished at 5, 10 s; begun at 10 s, broken off at 12 s; then at 22, 27 s.
    expect(seconds(result)).toEqual([5, 10, 22, 27]);
    expect(result.resources[0]?.spent).toBe(40 * UNIT);
  });

  test('leaves what is instant', () => {
    const fight = microFight({
      abilities: [hits('cut')],
      rotation: 'cast cut if moving',
      style: 'movement',
      duration: 30,
    });
    expect(seconds(once(fight))).toEqual([12, 13, 14, 15, 16]);
  });
});

describe('targets', () => {
  test('of a wave come and go, with what is on them', () => {
    const fight = microFight({
      abilities: [hits('ring', { effects: [{ type: 'damage', power: 1, targets: 8 }] })],
      rotation: 'cast ring',
      style: 'adds',
      targets: 4,
      duration: 100,
    });
    // Waves from 15 to 30 s, and from 60 to 75 s.
    const { damage: perSecond } = once(fight).timeline;
    expect(perSecond[14]).toBe(100);
    expect(perSecond.slice(15, 30)).toEqual(Array(15).fill(400));
    expect(perSecond.slice(30, 60)).toEqual(Array(30).fill(100));
    expect(perSecond.slice(60, 75)).toEqual(Array(15).fill(400));
    expect(perSecond[75]).toBe(100);
  });

  test('that are gone do not go on burning', () => {
    const fight = microFight({
      abilities: [
        {
          ...named('tide'),
          cooldown: 1_000_000,
          effects: [{ type: 'dot', dot: 'burn', targets: 8 }],
        },
      ],
      dots: [{ ...named('burn'), ms: 60_000, every: 1000, power: 1 }],
      rotation: 'cast tide if targets > 1',
      style: 'adds',
      targets: 3,
      duration: 100,
    });
    const { damage: perSecond } = once(fight).timeline;
    expect(perSecond.slice(16, 30)).toEqual(Array(14).fill(300));
    expect(perSecond.slice(31, 60)).toEqual(Array(29).fill(100));
  });

  test('are looked at one after the other by "on any"', () => {
    const fight = microFight({
      abilities: [{ ...named('mark'), effects: [{ type: 'dot', dot: 'burn' }] }],
      dots: [{ ...named('burn'), ms: 30_000, every: 10_000, power: 1 }],
      rotation: 'cast mark on any if not dot.burn.active',
      style: 'cleave',
      targets: 3,
      duration: 30,
    });
    const result = once(fight);
    expect(casts(result, 'mark')).toBe(3);
    expect(seconds(result)).toEqual([10, 11, 12, 20, 21, 22]);
  });

  test('can be finished off when they are weak', () => {
    const last = hits('last', { below: 20 });
    const finish = (style: string): number[] =>
      seconds(once(microFight({ abilities: [last], rotation: 'cast last', style })));
    // 20 % of 100 s are left at 80 s: below it only after that.
    expect(finish('patchwork')[0]).toBe(80);
    expect(finish('patchwork')).toHaveLength(20);
    // Of 35 %, 20 % are left when 15/35 are over.
    expect(finish('execute')[0]).toBe(Math.floor((100 * 15) / 35));
  });
});
