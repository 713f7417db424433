import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { prepare } from '../fight.ts';
import { checkRotation } from '../rotation/editor.ts';
import { format } from '../rotation/format.ts';
import { catalog, slotsFor } from './catalog.ts';
import type { ClassDefinition, Effect, ItemDefinition } from './model.ts';
import { SLOTS } from './model.ts';

const LONGEST_MS = 600_000;

const duplicates = (list: readonly { readonly id: string }[]): string[] =>
  list.map(({ id }) => id).filter((id, index, all) => all.indexOf(id) !== index);

describe.each(catalog.classes)('$name', (definition: ClassDefinition) => {
  test('has ten abilities or more, each of which says what it does', () => {
    expect(definition.abilities.length).toBeGreaterThanOrEqual(10);
    for (const { description } of definition.abilities)
      expect(description).toMatch(/^[A-Z0-9].*\.$/);
  });

  test.each(['abilities', 'dots', 'buffs', 'procs', 'resources'] as const)(
    'gives no two %s the same id',
    (part) => {
      expect(duplicates(definition[part])).toEqual([]);
    },
  );

  test('has a cooldown on whatever takes no time, so that no instant lasts for ever', () => {
    const free = definition.abilities.filter(({ gcd }) => gcd === false);
    expect(free.filter(({ cooldown = 0 }) => cooldown === 0)).toEqual([]);
  });

  test('has a rotation that is in order, and in the style of the formatter', () => {
    expect(checkRotation(definition.rotation, definition.id)).toEqual([]);
    expect(format(definition.rotation).text).toBe(definition.rotation);
  });

  test('uses every ability somewhere in its rotation', () => {
    for (const { id } of definition.abilities) {
      expect(definition.rotation).toMatch(new RegExp(`^ *cast ${id}\\b`, 'm'));
    }
  });

  test('can be played in every style', () => {
    for (const { id } of catalog.fightStyles) {
      const result = prepare({ class: definition.id, style: id }).simulate({
        seed: 1,
        from: 0,
        count: 20,
      });
      expect(result.dps.min).toBeGreaterThan(100);
    }
  });

  test('finds something for every slot', () => {
    for (const slot of SLOTS) {
      expect(catalog.items.filter((item) => slotsFor(item, definition).includes(slot))).not.toEqual(
        [],
      );
    }
  });

  test('can wear every item that is for it', () => {
    for (const item of catalog.items) {
      const [slot] = slotsFor(item, definition);
      if (slot === undefined) continue;
      const fight = prepare({ class: definition.id, gear: { [slot]: item.id } });
      expect(fight.simulate({ seed: 1, from: 0, count: 2 }).dps.min).toBeGreaterThan(100);
    }
  });
});

describe('the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

  test('names every ability and every style', () => {
    const all = [...catalog.classes.flatMap(({ abilities }) => abilities), ...catalog.fightStyles];
    for (const { id } of all) expect(readme).toContain(`| \`${id}\` |`);
  });

  test('shows a rotation that is in order, in the style of the formatter', () => {
    const [, example = ''] = /^```\n(# Everything[^]*?)^```/m.exec(readme) ?? [];
    expect(checkRotation(example, 'gloamstrider')).toEqual([]);
    expect(format(example).text).toBe(example);
  });
});

describe('items', () => {
  test('are sixty at least, and no two have the same id', () => {
    expect(catalog.items.length).toBeGreaterThanOrEqual(60);
    expect(duplicates(catalog.items)).toEqual([]);
  });

  test('can all be worn by somebody', () => {
    for (const item of catalog.items) {
      expect(catalog.classes.flatMap((each) => slotsFor(item, each))).not.toEqual([]);
    }
  });

  test('come from sources that there are, and every source drops something', () => {
    const known = new Set(catalog.sources.map(({ id }) => id));
    const dropped = new Set(catalog.items.flatMap(({ from }) => from));
    expect([...dropped].filter((id) => !known.has(id))).toEqual([]);
    expect([...known].filter((id) => !dropped.has(id))).toEqual([]);
  });

  test('are unique when they do something of their own: two would share their buffs', () => {
    const special = catalog.items.filter(
      ({ buffs, procs, use, slot }) =>
        (buffs ?? procs ?? use) !== undefined && ['ring', 'trinket', 'weapon'].includes(slot),
    );
    expect(special.length).toBeGreaterThan(10);
    expect(special.filter(({ unique }) => unique !== true)).toEqual([]);
  });

  test('can only be used where a rotation can name them', () => {
    const usable = catalog.items.filter(({ use }) => use !== undefined);
    expect(usable.filter(({ slot }) => !['trinket', 'weapon', 'two_hand'].includes(slot))).toEqual(
      [],
    );
  });

  test('and sets give no two buffs or procs the same id, nor one that a class has', () => {
    const powers = [...catalog.items, ...catalog.sets.flatMap(({ bonuses }) => bonuses)];
    for (const part of ['buffs', 'procs'] as const) {
      const own = powers.flatMap((each): readonly { id: string }[] => each[part] ?? []);
      for (const definition of catalog.classes) {
        expect(duplicates([...own, ...definition[part]])).toEqual([]);
      }
    }
  });

  test('of a set are five, for two bonuses', () => {
    for (const { id, bonuses } of catalog.sets) {
      expect(catalog.items.filter(({ set }) => set === id)).toHaveLength(5);
      expect(bonuses.map(({ pieces }) => pieces)).toEqual([2, 4]);
    }
  });
});

test('nothing lasts longer than ten minutes', () => {
  const times = (effects: readonly Effect[]): number[] =>
    effects.map((effect) => ('ms' in effect ? effect.ms : 0));
  const all = [
    ...catalog.classes.flatMap(({ abilities, buffs, dots }) => [
      ...abilities.flatMap(({ cooldown = 0, charges = 1, effects }) => [
        cooldown * charges,
        ...times(effects),
      ]),
      ...[...buffs, ...dots].map(({ ms }) => ms),
    ]),
    ...catalog.items.flatMap(({ buffs = [], use }: ItemDefinition) => [
      use?.cooldown ?? 0,
      ...buffs.map(({ ms }) => ms),
    ]),
  ];
  expect(Math.max(...all)).toBeLessThanOrEqual(LONGEST_MS);
});
