import { armour } from './armour.ts';
import { cinderwright } from './cinderwright.ts';
import { fightStyles } from './fight-styles.ts';
import { gloamstrider } from './gloamstrider.ts';
import { jewels } from './jewels.ts';
import type {
  ClassDefinition,
  FightStyleDefinition,
  ItemDefinition,
  SetDefinition,
  Slot,
  SourceDefinition,
} from './model.ts';
import { sources } from './sources.ts';
import { sets, tier } from './tier.ts';
import { weapons } from './weapons.ts';

/** All that there is in the game. The order of each list is for people, and never changes what a fight does. */
export interface Catalog {
  readonly classes: readonly ClassDefinition[];
  readonly items: readonly ItemDefinition[];
  readonly sets: readonly SetDefinition[];
  readonly sources: readonly SourceDefinition[];
  readonly fightStyles: readonly FightStyleDefinition[];
}

export const catalog: Catalog = {
  classes: [gloamstrider, cinderwright],
  items: [...weapons, ...armour, ...tier, ...jewels],
  sets,
  sources,
  fightStyles,
};

const byId = <T extends { readonly id: string }>(list: readonly T[]): ReadonlyMap<string, T> =>
  new Map(list.map((each) => [each.id, each]));

const classes = byId(catalog.classes);
const items = byId(catalog.items);
const setsById = byId(catalog.sets);
const sourcesById = byId(catalog.sources);
const styles = byId(catalog.fightStyles);

export const findClass = (id: string): ClassDefinition | undefined => classes.get(id);
export const findItem = (id: string): ItemDefinition | undefined => items.get(id);
export const findSet = (id: string): SetDefinition | undefined => setsById.get(id);
export const findSource = (id: string): SourceDefinition | undefined => sourcesById.get(id);
export const findStyle = (id: string): FightStyleDefinition | undefined => styles.get(id);

/** The slots that an item can be worn in by somebody of this class; none: not at all. */
export function slotsFor(item: ItemDefinition, { id, wields }: ClassDefinition): Slot[] {
  if (item.classId !== undefined && item.classId !== id) return [];
  const kind = item.weapon?.kind;
  if (kind !== undefined) {
    const slots: Slot[] = [];
    if (item.slot !== 'off_hand' && wields.mainHand.includes(kind)) slots.push('main_hand');
    if (item.slot !== 'two_hand' && wields.offHand.includes(kind)) slots.push('off_hand');
    return slots;
  }
  if (item.slot === 'ring') return ['ring1', 'ring2'];
  if (item.slot === 'trinket') return ['trinket1', 'trinket2'];
  if (item.slot === 'weapon' || item.slot === 'two_hand') return [];
  return [item.slot];
}
