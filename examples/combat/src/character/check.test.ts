import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CombatError } from '../combat-error.ts';
import { prepare } from '../fight.ts';
import { characterSchema } from './character.ts';
import { checkCharacter, parseCharacter } from './check.ts';
import { statsAt, sumStats } from './stats.ts';

const problems = (input: unknown): string[] =>
  checkCharacter(input).problems.map(({ field, problem, fix }) => `${field}: ${problem}; ${fix}`);

describe('a character', () => {
  test('needs nothing but a class', () => {
    expect(parseCharacter({ class: 'gloamstrider' })).toEqual({
      class: 'gloamstrider',
      level: 60,
      gear: {},
      bonus: {},
      style: 'patchwork',
      duration: 300,
      variation: 20,
    });
  });

  const cases: [input: object, problem: string][] = [
    [
      { class: 'gloamstrid' },
      'class: there is no class "gloamstrid"; did you mean "gloamstrider"?',
    ],
    [{ levle: 3 }, 'levle: there is no such field; did you mean "level"?'],
    [{ level: 61 }, 'level: Too big: expected number to be <=60; give a whole number from 1 to 60'],
    [
      { level: 1.5 },
      'level: Invalid input: expected int, received number; give a whole number from 1 to 60',
    ],
    [{ duration: 1 }, 'duration: Too small: expected number to be >=5; give seconds from 5 to 900'],
    [
      { duration: Number.NaN },
      'duration: Invalid input: expected number, received NaN; give seconds from 5 to 900',
    ],
    [
      { variation: 80 },
      'variation: Too big: expected number to be <=50; give percent from 0 to 50',
    ],
    [
      { style: 'patchwrok' },
      'style: there is no fight style "patchwrok"; did you mean "patchwork"?',
    ],
    [{ targets: 3 }, 'targets: Patchwork cannot have 3 targets; it has 1: leave it out'],
    [
      { style: 'cleave', targets: 9 },
      'targets: Cleave cannot have 9 targets; give a number from 2 to 8',
    ],
    [
      { gear: { head: 'lamplit_hod' } },
      'gear.head: there is no item "lamplit_hod"; did you mean "lamplit_hood"?',
    ],
    [
      { gear: { head: 'lens_ring' } },
      'gear.head: Lens Ring does not go there; it goes into ring1 or ring2',
    ],
    [
      { gear: { head: 'kilnmaster_cowl' } },
      "gear.head: a Gloamstrider cannot wear Kilnmaster's Cowl; choose another item",
    ],
    [
      { gear: { ring1: 'band_of_low_tide', ring2: 'band_of_low_tide' } },
      'gear.ring2: Band of Low Tide can be worn only once; choose another item for one of the two slots',
    ],
    [
      { gear: { main_hand: 'bellrope_cleaver', off_hand: 'tollkeeper' } },
      'gear.off_hand: Bellrope Cleaver takes both hands; leave the off-hand empty, or wield one-handed weapons',
    ],
    [{ gear: { hat: 'lamplit_hood' } }, 'gear.hat: there is no such field; did you mean "head"?'],
    [
      { bonus: { haste: -1 } },
      'bonus.haste: Too small: expected number to be >=0; give an object of whole numbers from 0 on, by power, haste, crit, focus, might',
    ],
    [
      { rotation: 'cast quick_cot' },
      'rotation: line 1, column 6: the Gloamstrider has no ability "quick_cot"; did you mean "quick_cut"?',
    ],
  ];
  test.each(cases)('%j is told what is wrong, and what to do', (input, problem) => {
    expect(problems({ class: 'gloamstrider', ...input })).toContainEqual(problem);
  });

  test('is told all problems at once', () => {
    const input = { class: 'gloamstrider', style: 'x', gear: { head: 'y' }, rotation: 'cast z' };
    expect(problems(input)).toHaveLength(3);
    expect(() => prepare(input)).toThrow(CombatError);
    expect(() => prepare(input)).toThrow(/gear\.head: .*\n.*style: .*\n.*rotation: line 1/);
  });

  test('may be anything without a crash', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const { character, problems: found } = checkCharacter(input);
        expect(character === null).toBe(found.length > 0);
      }),
    );
    expect(problems(null)).toEqual([
      expect.stringContaining('give an object with at least a class'),
    ]);
  });

  test('has a schema for whatever takes schemas', () => {
    expect(characterSchema.safeParse({ class: 'x', gear: { ring1: 'y' } }).success).toBe(true);
    expect(characterSchema.safeParse({ gear: { ring3: 'y' } }).success).toBe(false);
  });

  test('is another fight for whatever changes what comes out, and the same for another name', () => {
    const of = (more: object): string => prepare({ class: 'gloamstrider', ...more }).id;
    const ids = [
      {},
      { level: 59 },
      { gear: { head: 'lamplit_hood' } },
      { bonus: { haste: 1 } },
      { rotation: 'cast quick_cut' },
      { style: 'cleave' },
      { style: 'cleave', targets: 4 },
      { duration: 301 },
      { variation: 19 },
    ].map(of);
    expect(new Set(ids).size).toBe(ids.length);
    expect(of({ name: 'Ann' })).toBe(of({}));
    expect(of({ bonus: { crit: 1, haste: 2 } })).toBe(of({ bonus: { haste: 2, crit: 1 } }));
  });

  test('has the stats of its level and its gear', () => {
    const sums = sumStats([
      { power: 10, haste: 5 },
      { haste: 7, might: 1 },
    ]);
    expect(sums).toEqual({ power: 10, haste: 12, crit: 0, focus: 0, might: 1 });
    expect(statsAt(60, sums)).toMatchObject({ power: 510, hasteRating: 12, ratingPerPercent: 30 });
  });
});
