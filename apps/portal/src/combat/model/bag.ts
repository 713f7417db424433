/** What somebody owns, by where it goes. Pure. */
import {
  combinations,
  CombatError,
  dropCandidates,
  findClass,
  findItem,
  type ItemDefinition,
  MAX_COMBINATIONS,
  type Slot,
  SLOTS,
  slotsFor,
} from '@belfry/example-combat';
import { itemsFor, SLOT_NAMES } from './item-text.ts';
import type { Draft } from './roster.ts';

/** Slots whose items are the same. */
export interface BagGroup {
  readonly name: string;
  /** For an item picker: the slot whose items are offered. */
  readonly slots: readonly [Slot, ...(readonly Slot[])];
}

const PAIRS: Readonly<Partial<Record<Slot, BagGroup>>> = {
  ring1: { name: 'Rings', slots: ['ring1', 'ring2'] },
  trinket1: { name: 'Trinkets', slots: ['trinket1', 'trinket2'] },
};

export const BAG_GROUPS: readonly BagGroup[] = SLOTS.filter(
  (slot) => slot !== 'ring2' && slot !== 'trinket2',
).map((slot) => PAIRS[slot] ?? { name: SLOT_NAMES[slot], slots: [slot] });

export interface OwnedItem {
  readonly item: ItemDefinition;
  readonly worn: boolean;
}

/** What is worn and what is in the bag, of what goes into these slots. */
export function ownedIn(draft: Draft, { slots }: BagGroup): readonly OwnedItem[] {
  const definition = findClass(draft.class);
  if (definition === undefined) return [];
  const worn = slots.flatMap((slot) => findItem(draft.gear[slot] ?? '') ?? []);
  const carried = draft.bag
    .flatMap((id) => findItem(id) ?? [])
    .filter((item) => slotsFor(item, definition).some((slot) => slots.includes(slot)))
    .filter((item) => !worn.includes(item));
  return [
    ...worn.map((item) => ({ item, worn: true })),
    ...carried
      .toSorted((a, b) => b.level - a.level)
      .map((item) => ({ item, worn: Object.values(draft.gear).includes(item.id) })),
  ];
}

const EXAMPLE_SLOTS: readonly Slot[] = ['main_hand', 'chest', 'waist', 'ring1', 'trinket1'];

/** Something for a few slots that is better than what everybody begins with. */
export function exampleBag({ class: classId, gear }: Draft): string[] {
  const definition = findClass(classId);
  if (definition === undefined) return [];
  const worn = Object.values(gear);
  return EXAMPLE_SLOTS.flatMap((slot) => {
    const best = itemsFor(slot, definition).find(({ id }) => !worn.includes(id));
    return best === undefined ? [] : [best.id];
  });
}

/** How many ways there are to wear it all, or why there are none that could be fought. */
export function countCombinations(
  draft: Draft,
): { readonly count: number } | { readonly problem: string } {
  try {
    const { class: classId, gear, bag } = draft;
    const ways = combinations({
      character: { class: classId, gear },
      items: bag,
      limit: MAX_COMBINATIONS,
    });
    return { count: ways.length };
  } catch (error) {
    if (!(error instanceof CombatError)) throw error;
    const [first] = error.problems;
    return { problem: first === undefined ? error.message : `${first.problem}; ${first.fix}` };
  }
}

/** How many items a source drops that would be something new for this character. */
export function dropCount(draft: Draft, source: string): number {
  const drops = dropCandidates({ class: draft.class, gear: draft.gear }, source);
  return new Set(drops.map(({ item }) => item)).size;
}
