import {
  catalog,
  checkCharacter,
  findClass,
  findItem,
  prepare,
  SLOTS,
} from '@belfry/example-combat';
import { describe, expect, test } from 'vitest';
import { BAG_GROUPS, countCombinations, dropCount, exampleBag, ownedIn } from './bag.ts';
import { bagText, readBag } from './bag-text.ts';
import { gainSpan, gainText, percentText, verdictOf } from './gains.ts';
import {
  gearLevel,
  itemsFor,
  shownChanges,
  statChanges,
  statsText,
  weaponText,
  wornSets,
} from './item-text.ts';
import { nameOf } from './names.ts';
import {
  addDraft,
  changeDraft,
  characterOf,
  currentDraft,
  type Draft,
  draftOf,
  firstRoster,
  MAX_DRAFTS,
  newDraft,
  readRoster,
  removeDraft,
  wear,
} from './roster.ts';

function draftFor(classId: string): Draft {
  const definition = findClass(classId);
  if (definition === undefined) throw new Error(classId);
  return newDraft('d', definition);
}

const CASTER = draftFor('cinderwright');

describe('characters', () => {
  test('begin with something in every slot, and can be fought as they are', () => {
    const roster = firstRoster();
    expect(roster.drafts.map((draft) => draft.class)).toEqual(catalog.classes.map(({ id }) => id));
    for (const draft of roster.drafts) {
      expect(SLOTS.filter((slot) => draft.gear[slot] === undefined)).toEqual([]);
      expect(checkCharacter(characterOf(draft)).problems).toEqual([]);
      expect(
        prepare(characterOf(draft)).simulate({ seed: 1, from: 0, count: 1 }).dps.mean,
      ).toBeGreaterThan(0);
    }
  });

  test('come back from where they were kept; what cannot be read is left out', () => {
    const roster = changeDraft(firstRoster(), 'cinderwright', {
      name: 'Ember',
      rotation: 'cast nothing yet',
      targets: 3,
      style: 'cleave',
      bag: ['orchard_wake'],
    });
    expect(readRoster(JSON.stringify(roster))).toEqual(roster);
    expect(readRoster(null)).toEqual(firstRoster());
    expect(readRoster('{oops')).toEqual(firstRoster());
    expect(readRoster('{"drafts":[1,{"id":"x","class":"nobody"}]}')).toEqual(firstRoster());
    const broken = {
      drafts: [{ ...CASTER, gear: { head: 'gone', chest: 'tollkeeper' }, bag: [1, 'gone'] }],
    };
    expect(readRoster(JSON.stringify(broken)).drafts[0]).toMatchObject({ gear: {}, bag: [] });
  });

  test('are made, copied and deleted, but for the last one and beyond the limit', () => {
    let roster = firstRoster();
    for (let i = 0; i < 100; i++) roster = addDraft(roster, { ...CASTER, id: `d${i}` });
    expect(roster.drafts).toHaveLength(MAX_DRAFTS);
    expect(currentDraft(roster).id).toBe(`d${MAX_DRAFTS - 3}`);
    for (const { id } of roster.drafts) roster = removeDraft(roster, id);
    expect(roster.drafts).toHaveLength(1);
    expect(currentDraft(roster)).toBe(roster.drafts[0]);
  });

  test('of somebody else can be taken over', () => {
    const taken = draftOf('new', { ...characterOf(CASTER), name: 'Ann' });
    expect(taken).toEqual({ ...CASTER, id: 'new', name: 'Ann' });
    expect(draftOf('new', { class: 'nobody' })).toBeNull();
  });
});

describe('gear', () => {
  test('that is put on sends what was there into the bag, and what cannot be worn beside it', () => {
    const staff = wear(CASTER, 'main_hand', 'staff_of_the_drowned_light');
    expect(staff.gear).toMatchObject({ main_hand: 'staff_of_the_drowned_light' });
    expect(staff.gear.off_hand).toBeUndefined();
    expect(staff.bag).toEqual(['guildwrought_wand', 'guildwrought_orb']);
    const orb = wear(staff, 'off_hand', 'guildwrought_orb');
    expect(orb.gear).toMatchObject({ off_hand: 'guildwrought_orb' });
    expect(orb.gear.main_hand).toBeUndefined();
    expect(orb.bag.toSorted()).toEqual(['guildwrought_wand', 'staff_of_the_drowned_light']);
    const tide = wear(wear(CASTER, 'ring1', 'band_of_low_tide'), 'ring2', 'band_of_low_tide');
    expect(tide.gear.ring1).toBeUndefined();
    expect(wear(tide, 'ring2', null).gear.ring2).toBeUndefined();
  });

  test('has texts, levels, and sets of which some is worn', () => {
    const wand = findItem('guildwrought_wand');
    expect(statsText(wand?.stats ?? {})).toMatch(/^Power \d+ · /);
    expect(weaponText(findItem('guildwrought_blade')!)).toMatch(/damage every 2\.4 s$/);
    expect(weaponText(findItem('guildwrought_orb')!)).toBe('');
    expect(gearLevel({})).toBe(0);
    expect(gearLevel(CASTER.gear)).toBeGreaterThan(100);
    expect(statChanges({ haste: 5, crit: 1 }, { haste: 5, might: 2 })).toEqual([
      { stat: 'crit', by: -1 },
      { stat: 'might', by: 2 },
    ]);
    expect(wornSets({ hands: 'kilnmaster_mitts', legs: 'kilnmaster_skirts' })).toMatchObject([
      {
        worn: 2,
        bonuses: [
          { pieces: 2, active: true },
          { pieces: 4, active: false },
        ],
      },
    ]);
    const levels = itemsFor('chest', findClass('cinderwright')!).map(({ level }) => level);
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
  });

  test('that only went to the other finger is no change', () => {
    const worn = { ring1: 'a', ring2: 'b', head: 'c' };
    expect(shownChanges({ ring1: 'd', ring2: 'a', head: null }, worn)).toEqual([
      ['head', null],
      ['ring1', 'd'],
    ]);
    expect(shownChanges({}, worn)).toEqual([]);
  });

  test('and everything in a result has a name', () => {
    for (const draft of firstRoster().drafts) {
      const { sources, buffs } = prepare(characterOf(draft)).simulate({
        seed: 1,
        from: 0,
        count: 5,
      });
      for (const { id } of [...sources, ...buffs]) expect(nameOf(id, draft.class)).not.toBe(id);
    }
    expect(nameOf('who_knows', 'cinderwright')).toBe('who_knows');
  });
});

describe('a bag', () => {
  const full = { ...CASTER, bag: ['orchard_wake', 'band_of_low_tide', 'hedgeknife'] };

  test('is shown by where its things go, what is worn first', () => {
    const rings = BAG_GROUPS.find(({ name }) => name === 'Rings');
    const chest = BAG_GROUPS.find(({ name }) => name === 'Chest');
    if (rings === undefined || chest === undefined) throw new Error('no such group');
    expect(ownedIn(full, rings).map(({ item, worn }) => [item.id, worn])).toEqual([
      ['guildwrought_ring', true],
      ['briar_ring', true],
      ['band_of_low_tide', false],
    ]);
    expect(ownedIn(full, chest).map(({ item }) => item.id)).toEqual([
      'guildwrought_vest',
      'orchard_wake',
    ]);
    expect(BAG_GROUPS.flatMap(({ slots }) => slots)).toEqual([...SLOTS]);
  });

  test('says how many ways there are to wear it, or that there are too many', () => {
    expect(countCombinations(CASTER)).toEqual({ count: 1 });
    expect(countCombinations(full)).toEqual({ count: 6 });
    const all = catalog.items.map(({ id }) => id);
    expect(countCombinations({ ...CASTER, bag: all })).toMatchObject({
      problem: expect.stringContaining('leave some out') as string,
    });
    for (const draft of firstRoster().drafts) {
      const tried = countCombinations({ ...draft, bag: exampleBag(draft) });
      expect('count' in tried && tried.count > 20).toBe(true);
    }
    expect(dropCount(CASTER, 'undertide')).toBeGreaterThan(3);
  });

  test('is a text that can be taken elsewhere, and typed by hand', () => {
    expect(readBag(bagText(full.bag))).toEqual({ items: full.bag, problems: [] });
    expect(bagText([])).toBe('');
    const typed = readBag(
      'Orchard Wake\n\n# mine\n band_of_low_tide # ring\norchard_wake\nband low\nxyz',
    );
    expect(typed.items).toEqual(['orchard_wake', 'band_of_low_tide']);
    expect(typed.problems).toEqual([
      { line: 6, message: expect.stringMatching(/“band low”; did you mean band_of_/) as string },
      { line: 7, message: 'there is no item “xyz”' },
    ]);
  });
});

test('gains are told with their sign, and as settled only where their interval is', () => {
  expect([361.4, -12.2, 0.3].map(gainText)).toEqual(['+361', '−12', '0']);
  expect([
    percentText(36, 400),
    percentText(-1, 400),
    percentText(0, 400),
    percentText(1, 0),
  ]).toEqual(['+9.0 %', '−0.25 %', '0 %', '0 %']);
  expect(verdictOf({ gain: 10, gainError: 5 })).toBe('more');
  expect(verdictOf({ gain: -10, gainError: 5 })).toBe('less');
  expect(verdictOf({ gain: 10, gainError: 6 })).toBe('open');
  const { from, to } = gainSpan([
    { gain: 10, gainError: 1 },
    { gain: 40, gainError: 1 },
  ]);
  expect(from).toBeLessThan(0);
  expect(to).toBeGreaterThan(40);
  expect(gainSpan([])).toEqual({ from: -1, to: 1 });
});
