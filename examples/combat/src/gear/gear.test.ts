import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalog, slotsFor } from '../catalog/catalog.ts';
import { gearProblems } from '../character/check.ts';
import { CombatError } from '../combat-error.ts';
import { combinations } from './combinations.ts';
import type { Gear } from './combinations.ts';
import { dropCandidates } from './drops.ts';

const [gloamstrider, cinderwright] = catalog.classes;
const unordered = (...ids: (string | undefined)[]): string =>
  ids
    .map((id) => id ?? '')
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();
const worn = (all: readonly { readonly gear: Gear }[], ...slots: (keyof Gear)[]): string[] =>
  all.map(({ gear }) => slots.map((slot) => gear[slot] ?? '-').join(' '));

describe('combinations of what is owned', () => {
  const of = (gear: Gear, items: readonly string[], limit?: number) =>
    combinations({
      character: { class: 'gloamstrider', gear },
      items,
      ...(limit === undefined ? {} : { limit }),
    });

  test('are one when there is nothing to choose', () => {
    const gear = { head: 'lamplit_hood', ring1: 'lens_ring' };
    expect(of(gear, [])).toEqual([{ id: expect.any(String), gear, changed: [] }]);
    expect(of({}, [])).toMatchObject([{ gear: {}, changed: [] }]);
  });

  test('begin with what is worn, and say what each changes', () => {
    const found = of({ head: 'lamplit_hood', feet: 'soot_treads' }, [
      'guildwrought_cap',
      'guildwrought_boots',
    ]);
    expect(worn(found, 'head', 'feet')).toEqual([
      'lamplit_hood soot_treads',
      'lamplit_hood guildwrought_boots',
      'guildwrought_cap soot_treads',
      'guildwrought_cap guildwrought_boots',
    ]);
    expect(found.map(({ changed }) => changed)).toEqual([[], ['feet'], ['head'], ['head', 'feet']]);
  });

  test('fill an empty slot when something fits', () => {
    expect(worn(of({}, ['lamplit_hood']), 'head')).toEqual(['lamplit_hood']);
  });

  test('take two rings or trinkets in one order only', () => {
    const rings = ['briar_ring', 'lens_ring', 'loop_of_the_last_verse'];
    expect(worn(of({}, rings), 'ring1', 'ring2')).toEqual([
      'briar_ring lens_ring',
      'briar_ring loop_of_the_last_verse',
      'lens_ring loop_of_the_last_verse',
    ]);
    // What is worn stays as it is worn.
    const now = { ring1: 'lens_ring', ring2: 'briar_ring' };
    expect(worn(of(now, ['loop_of_the_last_verse']), 'ring1', 'ring2')).toEqual([
      'lens_ring briar_ring',
      'briar_ring loop_of_the_last_verse',
      'lens_ring loop_of_the_last_verse',
    ]);
  });

  test('take two of the same only when two are owned, and they may be worn twice', () => {
    const rings = (...items: string[]): string[] => worn(of({}, items), 'ring1', 'ring2');
    expect(rings('guildwrought_ring')).toEqual(['guildwrought_ring -']);
    expect(rings('guildwrought_ring', 'guildwrought_ring')).toEqual([
      'guildwrought_ring guildwrought_ring',
    ]);
    expect(rings('band_of_low_tide', 'band_of_low_tide')).toEqual(['band_of_low_tide -']);
  });

  test('put two blades into either hand, and nothing beside what takes both', () => {
    const found = of({ main_hand: 'tollkeeper', off_hand: 'wickcutter' }, ['bellrope_cleaver']);
    expect(worn(found, 'main_hand', 'off_hand')).toEqual([
      'tollkeeper wickcutter',
      'bellrope_cleaver -',
      'wickcutter tollkeeper',
    ]);
  });

  test('leave out what the class cannot wear', () => {
    expect(of({}, ['kilnmaster_cowl', 'observatory_spar'])).toHaveLength(1);
  });

  test('have ids that stand for the gear, whatever else is in the bag', () => {
    const small = of({ head: 'lamplit_hood' }, ['guildwrought_cap']);
    const large = of({ head: 'guildwrought_cap' }, ['lamplit_hood', 'moonless_veil']);
    const idOf = (all: typeof small, head: string) =>
      all.find((each) => each.gear.head === head)?.id;
    for (const head of ['lamplit_hood', 'guildwrought_cap']) {
      expect(idOf(small, head)).toBe(idOf(large, head));
    }
    expect(new Set(large.map(({ id }) => id)).size).toBe(3);
  });

  test('are refused when there are too many, with where they come from', () => {
    const items = catalog.items.filter((item) => slotsFor(item, gloamstrider!).length > 0);
    const all = items.map(({ id }) => id);
    expect(() => of({}, all)).toThrow(CombatError);
    expect(() => of({}, all, 100)).toThrow(
      /items: there are more than 100 combinations, up to \d+; leave some out; most choices are there for trinket1 and trinket2 \(\d+\), /,
    );
    expect(() => of({}, ['lamplit_hood'], 0)).toThrow('limit: 0 is no limit; give a whole number');
    expect(() => of({}, ['lamplit_hat'])).toThrow('items.0: there is no item "lamplit_hat"');
    expect(() => of({}, Array(501).fill('lamplit_hood'))).toThrow('give 500 at most');
  });

  test('can all be worn, are all different, and are the same again', () => {
    const bag = fc.subarray(
      catalog.items.map(({ id }) => id),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(fc.constantFrom(gloamstrider!, cinderwright!), bag, (definition, items) => {
        const list = () =>
          combinations({ character: { class: definition.id, gear: {} }, items, limit: 5000 });
        const found = list();
        expect(found.length).toBeGreaterThan(0);
        for (const { gear } of found) expect(gearProblems(gear, definition)).toEqual([]);
        const pairs = found.map(({ gear: { ring1, ring2, trinket1, trinket2, ...rest } }) =>
          JSON.stringify([rest, unordered(ring1, ring2), unordered(trinket1, trinket2)]),
        );
        expect(new Set(pairs).size).toBe(found.length);
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
        expect(list()).toEqual(found);
      }),
      { numRuns: 60 },
    );
  });
});

describe('drops of a source', () => {
  const drops = (classId: string, gear: Gear, source: string) =>
    dropCandidates({ class: classId, gear }, source).map(({ item, slot }) => `${item} ${slot}`);

  test('go into every slot that they fit, and leave all else', () => {
    const gear = { ring1: 'lens_ring', ring2: 'briar_ring', head: 'lamplit_hood' };
    const found = dropCandidates({ class: 'gloamstrider', gear }, 'ashen_choir');
    const rings = found.filter(({ item }) => item === 'loop_of_the_last_verse');
    expect(rings.map(({ slot }) => slot)).toEqual(['ring1', 'ring2']);
    expect(rings[0]?.gear).toEqual({ ...gear, ring1: 'loop_of_the_last_verse' });
  });

  test('are only those of the class', () => {
    const found = drops('cinderwright', {}, 'last_lamplighter');
    expect(found).toContain('cinder_taper main_hand');
    expect(found).toContain('kilnmaster_cowl head');
    expect(found.join(' ')).not.toMatch(/wickcutter|moonless/);
  });

  test('are not what is worn already', () => {
    const gear = { ring1: 'band_of_low_tide' };
    expect(drops('gloamstrider', gear, 'undertide').join(' ')).not.toContain('low_tide');
  });

  test('that take both hands empty the other, and the other way round', () => {
    const blades = { main_hand: 'tollkeeper', off_hand: 'wickcutter' };
    const cleaver = dropCandidates({ class: 'gloamstrider', gear: blades }, 'hollow_bell').find(
      ({ item }) => item === 'bellrope_cleaver',
    );
    expect(cleaver?.gear).toEqual({ main_hand: 'bellrope_cleaver' });
    const staff = { main_hand: 'observatory_spar' };
    const orb = dropCandidates({ class: 'cinderwright', gear: staff }, 'glass_warden').find(
      ({ slot }) => slot === 'off_hand',
    );
    expect(orb?.gear).toEqual({ off_hand: 'unblown_globe' });
  });

  test('of all sources are those of each', () => {
    const each = catalog.sources.flatMap(({ id }) => drops('gloamstrider', {}, id));
    expect(drops('gloamstrider', {}, 'all').toSorted()).toEqual(each.toSorted());
    expect(each.length).toBeGreaterThan(40);
  });

  test('of a source or for a class that is unknown are refused', () => {
    expect(() => drops('gloamstrider', {}, 'hollow_bel')).toThrow(
      'source: there is no source "hollow_bel"; did you mean "hollow_bell"?',
    );
    expect(() => drops('bard', {}, 'all')).toThrow('class: there is no class "bard"');
  });
});
