/** What items and characters are said to have. Pure. */
import {
  type ClassDefinition,
  findClass,
  findItem,
  findSet,
  type ItemDefinition,
  type Slot,
  SLOTS,
  slotsFor,
  STATS,
  type StatId,
  sumStats,
} from '@belfry/example-combat';
import { catalog } from '@belfry/example-combat';
import type { Draft } from './roster.ts';

export const SLOT_NAMES: Readonly<Record<Slot, string>> = {
  main_hand: 'Main hand',
  off_hand: 'Off-hand',
  head: 'Head',
  neck: 'Neck',
  shoulders: 'Shoulders',
  back: 'Back',
  chest: 'Chest',
  wrists: 'Wrists',
  hands: 'Hands',
  waist: 'Waist',
  legs: 'Legs',
  feet: 'Feet',
  ring1: 'Ring 1',
  ring2: 'Ring 2',
  trinket1: 'Trinket 1',
  trinket2: 'Trinket 2',
};

export const STAT_NAMES: Readonly<Record<StatId, string>> = {
  power: 'Power',
  haste: 'Haste',
  crit: 'Crit',
  focus: 'Focus',
  might: 'Might',
};

/** `Power 120 · Haste 60` */
export function statsText(stats: Readonly<Partial<Record<StatId, number>>>): string {
  return STATS.filter((stat) => (stats[stat] ?? 0) !== 0)
    .map((stat) => `${STAT_NAMES[stat]} ${stats[stat]}`)
    .join(' · ');
}

/** `120 – 180 damage every 2.4 s`; `''`: it is no weapon, or is only held. */
export function weaponText({ weapon }: ItemDefinition): string {
  if (weapon === undefined || weapon.speed === 0) return '';
  return `${Math.round(weapon.min)} – ${Math.round(weapon.max)} damage every ${weapon.speed / 1_000} s`;
}

/** What somebody of this class could put into a slot, the best level first. */
export function itemsFor(slot: Slot, definition: ClassDefinition): ItemDefinition[] {
  return catalog.items
    .filter((item) => slotsFor(item, definition).includes(slot))
    .sort((a, b) => b.level - a.level);
}

/** Whether it is more than numbers: its description says what. */
export function isSpecial(item: ItemDefinition): boolean {
  return item.procs !== undefined || item.use !== undefined || item.modifiers !== undefined;
}

export interface WornSet {
  readonly id: string;
  readonly name: string;
  readonly worn: number;
  readonly bonuses: readonly { pieces: number; description: string; active: boolean }[];
}

/** The sets of which something is worn. */
export function wornSets(gear: Draft['gear']): WornSet[] {
  const worn = new Map<string, number>();
  for (const slot of SLOTS) {
    const set = findItem(gear[slot] ?? '')?.set;
    if (set !== undefined) worn.set(set, (worn.get(set) ?? 0) + 1);
  }
  return [...worn].flatMap(([id, count]) => {
    const set = findSet(id);
    if (set === undefined) return [];
    const bonuses = set.bonuses.map(({ pieces, description }) => ({
      pieces,
      description,
      active: count >= pieces,
    }));
    return [{ id, name: set.name, worn: count, bonuses }];
  });
}

/** What all that is worn adds up to. */
export function gearStats(gear: Draft['gear']): Record<StatId, number> {
  const items = SLOTS.flatMap((slot) => findItem(gear[slot] ?? '') ?? []);
  return sumStats(items.map(({ stats }) => stats));
}

/** The mean level of what is worn, rounded; 0: nothing is. */
export function gearLevel(gear: Draft['gear']): number {
  const levels = SLOTS.flatMap((slot) => findItem(gear[slot] ?? '')?.level ?? []);
  if (levels.length === 0) return 0;
  return Math.round(levels.reduce((sum, level) => sum + level, 0) / levels.length);
}

/** How two sets of stats differ: `+12`, `−4`; stats that are the same are left out. */
export function statChanges(
  before: Readonly<Partial<Record<StatId, number>>>,
  after: Readonly<Partial<Record<StatId, number>>>,
): readonly { readonly stat: StatId; readonly by: number }[] {
  return STATS.flatMap((stat) => {
    const by = (after[stat] ?? 0) - (before[stat] ?? 0);
    return by === 0 ? [] : [{ stat, by }];
  });
}

const TWINS: Readonly<Partial<Record<Slot, Slot>>> = {
  ring1: 'ring2',
  ring2: 'ring1',
  trinket1: 'trinket2',
  trinket2: 'trinket1',
};

/** What is worn otherwise. A ring or a trinket that only went to the other slot of its kind is no change to anybody. */
export function shownChanges(
  changes: Readonly<Partial<Record<Slot, string | null>>>,
  worn: Draft['gear'],
): readonly (readonly [Slot, string | null])[] {
  const all = SLOTS.flatMap((slot) => {
    const item = changes[slot];
    return item === undefined ? [] : [[slot, item] as const];
  });
  return all.filter(([slot, item]) => {
    const twin = TWINS[slot];
    return twin === undefined || item === null || worn[twin] !== item;
  });
}

export function className(id: string): string {
  return findClass(id)?.name ?? id;
}
