import { findClass, findItem, slotsFor } from '../catalog/catalog.ts';
import { SLOTS } from '../catalog/model.ts';
import type { ClassDefinition, ItemDefinition, Slot } from '../catalog/model.ts';
import type { Character } from '../character/character.ts';
import { gearProblems } from '../character/check.ts';
import { CombatError } from '../combat-error.ts';
import type { Problem } from '../combat-error.ts';
import { fingerprint } from '../fingerprint.ts';

export type Gear = Character['gear'];

/** One way to wear what somebody owns. */
export interface Combination {
  /** Stands for what is worn, not for its place in the list: the same gear has the same id in every list. */
  readonly id: string;
  readonly gear: Gear;
  /** The slots in which it is not what is worn now; none: it is what is worn now. */
  readonly changed: readonly Slot[];
}

export interface Bag {
  /** Who wears it, and what is worn now; what is worn is owned. */
  readonly character: Pick<Character, 'class' | 'gear'>;
  /** Ids of what else is owned; an id that stands twice is owned twice. */
  readonly items: readonly string[];
  /** More combinations than this are refused; 2,000 when left out. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 2000;
/** No list is longer, whatever the limit. */
const MAX_LIMIT = 50_000;
const MAX_ITEMS = 500;

/** Slots that are decided together, and all ways to fill them. */
interface Group {
  readonly slots: readonly Slot[];
  readonly choices: readonly Gear[];
}

/** Stands for what is worn, and in which slots. */
export function gearId(gear: Gear): string {
  return fingerprint(SLOTS.map((slot) => gear[slot] ?? '').join('|'));
}

/**
 * All ways to wear what is owned, what is worn now first, then in an order that depends only on the bag. Two rings or trinkets the other way
 * round are the same way. What cannot be worn together is left out.
 *
 * Throws a CombatError when an item is unknown or there are more combinations than the limit.
 */
export function combinations({ character, items, limit = DEFAULT_LIMIT }: Bag): Combination[] {
  const definition = classOf(character.class);
  const most = checkedLimit(limit);
  const owned = ownedItems(character.gear, items);
  const groups = groupsOf(owned, character.gear, definition);
  const found: Gear[] = [];
  walk(groups, (gear) => {
    if (gearProblems(gear, definition).length === 0) found.push(gear);
    return found.length <= most;
  });
  if (found.length > most) throw new CombatError([tooMany(groups, most)]);
  return found.map((gear) => ({
    id: gearId(gear),
    gear,
    changed: SLOTS.filter((slot) => gear[slot] !== character.gear[slot]),
  }));
}

function classOf(id: string): ClassDefinition {
  const definition = findClass(id);
  if (definition !== undefined) return definition;
  const problem = `there is no class "${id}"`;
  throw new CombatError([{ field: 'class', problem, fix: 'see the list of classes' }]);
}

function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  const problem = `${limit} is no limit`;
  const fix = `give a whole number from 1 to ${MAX_LIMIT}`;
  throw new CombatError([{ field: 'limit', problem, fix }]);
}

/** How often each item is owned: what is worn, and what is in the bag. */
function ownedItems(gear: Gear, items: readonly string[]): Map<ItemDefinition, number> {
  if (items.length > MAX_ITEMS) {
    const problem = `there are ${items.length} items in the bag`;
    throw new CombatError([{ field: 'items', problem, fix: `give ${MAX_ITEMS} at most` }]);
  }
  const worn = SLOTS.flatMap((slot) => {
    const id = gear[slot];
    return id === undefined ? [] : [{ id, field: `gear.${slot}` }];
  });
  const problems: Problem[] = [];
  const owned = new Map<ItemDefinition, number>();
  for (const { id, field } of [
    ...worn,
    ...items.map((id, index) => ({ id, field: `items.${index}` })),
  ]) {
    const item = findItem(id);
    if (item === undefined) {
      problems.push({ field, problem: `there is no item "${id}"`, fix: 'see the list of items' });
    } else {
      owned.set(item, (owned.get(item) ?? 0) + 1);
    }
  }
  if (problems.length > 0) throw new CombatError(problems);
  return owned;
}

/** What is worn now first, the others by their ids. */
function candidates(
  owned: ReadonlyMap<ItemDefinition, number>,
  definition: ClassDefinition,
  slot: Slot,
): ItemDefinition[] {
  return [...owned.keys()]
    .filter((item) => slotsFor(item, definition).includes(slot))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function groupsOf(
  owned: ReadonlyMap<ItemDefinition, number>,
  gear: Gear,
  definition: ClassDefinition,
): Group[] {
  const pairs: readonly (readonly [Slot, Slot])[] = [
    ['main_hand', 'off_hand'],
    ['ring1', 'ring2'],
    ['trinket1', 'trinket2'],
  ];
  const single = SLOTS.filter((slot) => !pairs.some((pair) => pair.includes(slot)));
  const groups = [
    ...pairs.map((pair): Group => ({ slots: pair, choices: pairChoices(owned, definition, pair) })),
    ...single.map((slot): Group => ({
      slots: [slot],
      choices: candidates(owned, definition, slot).map(({ id }) => ({ [slot]: id })),
    })),
  ];
  return groups.map(({ slots, choices }) => ({ slots, choices: wornFirst(slots, choices, gear) }));
}

const part = (gear: Gear, slots: readonly Slot[]): Gear =>
  Object.fromEntries(
    slots.flatMap((slot) => (gear[slot] === undefined ? [] : [[slot, gear[slot]]])),
  );

const sameIn = (slots: readonly Slot[], a: Gear, b: Gear): boolean =>
  slots.every((slot) => a[slot] === b[slot]);

/** Puts what is worn now at the beginning, as it is worn; a slot that nothing fits stays as it is. */
function wornFirst(slots: readonly Slot[], choices: readonly Gear[], gear: Gear): Gear[] {
  const worn = part(gear, slots);
  const [first, second] = slots;
  const swapped: Gear =
    first !== undefined && second !== undefined && first !== 'main_hand'
      ? part({ [first]: gear[second], [second]: gear[first] }, slots)
      : worn;
  const others = choices.filter(
    (choice) => !sameIn(slots, choice, worn) && !sameIn(slots, choice, swapped),
  );
  const isWorn = slots.some((slot) => gear[slot] !== undefined);
  return isWorn || others.length === 0 ? [worn, ...others] : others;
}

/** Both slots filled where possible; where one must stay empty, either. */
function pairChoices(
  owned: ReadonlyMap<ItemDefinition, number>,
  definition: ClassDefinition,
  [first, second]: readonly [Slot, Slot],
): Gear[] {
  const ordered = first === 'main_hand';
  const firsts = candidates(owned, definition, first);
  const seconds = candidates(owned, definition, second);
  const choices: Gear[] = [];
  for (const a of firsts) {
    let isPaired = false;
    for (const b of seconds) {
      if (a === b && ((owned.get(a) ?? 0) < 2 || a.unique === true)) continue;
      if (a.slot === 'two_hand') continue;
      // Unordered: each pair once, the lesser id first. Whether one can take the first place too is known by its slots.
      const isTwin = !ordered && b.id < a.id && firsts.includes(b) && seconds.includes(a);
      isPaired = true;
      if (!isTwin) choices.push({ [first]: a.id, [second]: b.id });
    }
    if (!isPaired) choices.push({ [first]: a.id });
  }
  if (firsts.length === 0) choices.push(...seconds.map((b): Gear => ({ [second]: b.id })));
  return choices;
}

/** Visits every way to choose from each group, the last group changing fastest, until the visitor has enough. */
function walk(groups: readonly Group[], visit: (gear: Gear) => boolean): void {
  const step = (index: number, gear: Gear): boolean => {
    const group = groups[index];
    if (group === undefined) return visit(gear);
    return group.choices.every((choice) => step(index + 1, { ...gear, ...choice }));
  };
  step(0, {});
}

function tooMany(groups: readonly Group[], limit: number): Problem {
  const product = groups.reduce((count, { choices }) => count * Math.max(1, choices.length), 1);
  const widest = groups
    .filter(({ choices }) => choices.length > 1)
    .sort((a, b) => b.choices.length - a.choices.length)
    .slice(0, 3)
    .map(({ slots, choices }) => `${slots.join(' and ')} (${choices.length})`);
  return {
    field: 'items',
    problem: `there are more than ${limit} combinations, up to ${product}`,
    fix: `leave some out; most choices are there for ${widest.join(', ')}`,
  };
}
