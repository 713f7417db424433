import type { z } from 'zod';
import { catalog, findClass, findItem, findStyle, slotsFor } from '../catalog/catalog.ts';
import { SLOTS } from '../catalog/model.ts';
import type { ClassDefinition, ItemDefinition, Slot } from '../catalog/model.ts';
import { CombatError } from '../combat-error.ts';
import type { Problem } from '../combat-error.ts';
import { compile } from '../rotation/compile.ts';
import { vocabularyFor } from '../rotation/editor.ts';
import { MAX_TEXT } from '../rotation/parse.ts';
import { mostLike, suggestion } from '../rotation/suggest.ts';
import { characterSchema, MAX_DURATION, MAX_VARIATION, MIN_DURATION } from './character.ts';
import type { Character } from './character.ts';
import { MAX_LEVEL, STATS } from './stats.ts';

/** Of the items of one family, so many may be worn. */
export const FAMILY_LIMIT = 2;

const FIELDS: Readonly<Record<string, string>> = {
  name: 'give a text of at most 60 characters, or leave it out',
  class: `give one of ${catalog.classes.map(({ id }) => id).join(', ')}`,
  level: `give a whole number from 1 to ${MAX_LEVEL}`,
  gear: 'give an object of slots and item ids',
  bonus: `give an object of whole numbers from 0 on, by ${STATS.join(', ')}`,
  rotation: `give a text of at most ${MAX_TEXT} characters, or leave it out`,
  style: `give one of ${catalog.fightStyles.map(({ id }) => id).join(', ')}`,
  targets: 'give a whole number from 1 on, or leave it out',
  duration: `give seconds from ${MIN_DURATION} to ${MAX_DURATION}`,
  variation: `give percent from 0 to ${MAX_VARIATION}`,
};

export type Checked =
  | { readonly character: Character; readonly problems: readonly [] }
  | { readonly character: null; readonly problems: readonly Problem[] };

/** Checks whatever a player sent: that it has the shape of a character, that what it names exists, and that it fits together. Never throws. */
export function checkCharacter(input: unknown): Checked {
  const parsed = characterSchema.safeParse(input);
  if (!parsed.success) {
    return { character: null, problems: parsed.error.issues.flatMap(shapeProblems) };
  }
  const character = parsed.data;
  const definition = findClass(character.class);
  if (definition === undefined) {
    const known = catalog.classes.map(({ id }) => id);
    const fix = suggestion(character.class, known, FIELDS['class'] as string);
    const problem = `there is no class "${character.class}"`;
    return { character: null, problems: [{ field: 'class', problem, fix }] };
  }
  const problems = [
    ...gearProblems(character.gear, definition),
    ...styleProblems(character),
    ...rotationProblems(character, definition),
  ];
  return problems.length > 0 ? { character: null, problems } : { character, problems: [] };
}

/** As `checkCharacter`, but throws a CombatError that tells all problems. */
export function parseCharacter(input: unknown): Character {
  const { character, problems } = checkCharacter(input);
  if (character === null) throw new CombatError(problems);
  return character;
}

function shapeProblems(issue: z.core.$ZodIssue): Problem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = issue.path.length === 0 ? Object.keys(FIELDS) : [...SLOTS, ...STATS];
      const fix = suggestion(key, known, 'remove it');
      const place = field === '' ? key : `${field}.${key}`;
      return { field: place, problem: 'there is no such field', fix };
    });
  }
  if (issue.code === 'invalid_key') {
    const key = `${issue.path.at(-1)?.toString()}`;
    const known: readonly string[] = issue.path[0] === 'gear' ? SLOTS : STATS;
    const fix = suggestion(key, known, `give one of ${known.join(', ')}`);
    return [{ field, problem: `"${key}" is none of its names`, fix }];
  }
  const fix = FIELDS[`${issue.path[0]?.toString()}`] ?? 'give an object with at least a class';
  return [{ field: field === '' ? 'character' : field, problem: issue.message, fix }];
}

function styleProblems({ style, targets }: Character): Problem[] {
  const found = findStyle(style);
  if (found === undefined) {
    const known = catalog.fightStyles.map(({ id }) => id);
    const fix = suggestion(style, known, FIELDS['style'] as string);
    return [{ field: 'style', problem: `there is no fight style "${style}"`, fix }];
  }
  const { min, max } = found.targets;
  if (targets === undefined || (targets >= min && targets <= max)) return [];
  const fix = min === max ? `it has ${min}: leave it out` : `give a number from ${min} to ${max}`;
  return [{ field: 'targets', problem: `${found.name} cannot have ${targets} targets`, fix }];
}

function rotationProblems({ rotation }: Character, definition: ClassDefinition): Problem[] {
  if (rotation === undefined) return [];
  return compile(rotation, vocabularyFor(definition)).problems.map(({ span, message, fix }) => ({
    field: 'rotation',
    problem: `line ${span.line}, column ${span.column}: ${message}`,
    fix,
  }));
}

/** Whether a class can wear these items in these slots, all at once. */
export function gearProblems(gear: Character['gear'], definition: ClassDefinition): Problem[] {
  const problems: Problem[] = [];
  const worn: { slot: Slot; item: ItemDefinition }[] = [];
  for (const slot of SLOTS) {
    const itemId = gear[slot];
    if (itemId === undefined) continue;
    const field = `gear.${slot}`;
    const item = findItem(itemId);
    if (item === undefined) {
      const like = mostLike(
        itemId,
        catalog.items.map(({ id }) => id),
      );
      const fix = like === undefined ? 'see the list of items' : `did you mean "${like}"?`;
      problems.push({ field, problem: `there is no item "${itemId}"`, fix });
      continue;
    }
    const slots = slotsFor(item, definition);
    if (slots.includes(slot)) worn.push({ slot, item });
    else if (slots.length === 0) {
      const problem = `a ${definition.name} cannot wear ${item.name}`;
      problems.push({ field, problem, fix: 'choose another item' });
    } else {
      const problem = `${item.name} does not go there`;
      problems.push({ field, problem, fix: `it goes into ${slots.join(' or ')}` });
    }
  }
  return [...problems, ...pairProblems(worn)];
}

function pairProblems(
  worn: readonly { readonly slot: Slot; readonly item: ItemDefinition }[],
): Problem[] {
  const problems: Problem[] = [];
  const times = new Map<string, number>();
  const inFamily = new Map<string, number>();
  const twoHander = worn.find(({ item }) => item.slot === 'two_hand');
  for (const { slot, item } of worn) {
    const field = `gear.${slot}`;
    const before = times.get(item.id) ?? 0;
    times.set(item.id, before + 1);
    if (item.unique === true && before > 0) {
      const problem = `${item.name} can be worn only once`;
      problems.push({ field, problem, fix: 'choose another item for one of the two slots' });
    }
    if (item.family !== undefined) {
      const kin = (inFamily.get(item.family) ?? 0) + 1;
      inFamily.set(item.family, kin);
      if (kin > FAMILY_LIMIT) {
        const problem = `more than ${FAMILY_LIMIT} items of the family ${item.family}`;
        problems.push({ field, problem, fix: 'choose another item for one of them' });
      }
    }
    if (slot === 'off_hand' && twoHander !== undefined) {
      const problem = `${twoHander.item.name} takes both hands`;
      problems.push({
        field,
        problem,
        fix: 'leave the off-hand empty, or wield one-handed weapons',
      });
    }
  }
  return problems;
}
