import type { ItemDefinition, ItemSlot, StatId } from './model.ts';

export type Rating = Exclude<StatId, 'power'>;

/** What of an item's level a piece for this slot gives. */
const WEIGHTS: Readonly<Record<ItemSlot, number>> = {
  head: 1,
  chest: 1,
  legs: 1,
  shoulders: 0.75,
  hands: 0.75,
  waist: 0.75,
  feet: 0.75,
  back: 0.55,
  wrists: 0.55,
  neck: 0.9,
  ring: 0.9,
  trinket: 0.6,
  weapon: 0.6,
  two_hand: 1.2,
  off_hand: 0.6,
};
const POWER_SHARE = 0.55;
const FIRST_SHARE = 0.33;
const SECOND_SHARE = 0.22;
/** Neck and rings have no power, and so much more of their ratings. */
const JEWEL_SHARE = 2;

/** The stats of a piece: power, much of the first rating, less of the second. */
export function statsOf(
  slot: ItemSlot,
  level: number,
  [first, second]: readonly [Rating, Rating],
): ItemDefinition['stats'] {
  const budget = level * WEIGHTS[slot];
  const isJewel = slot === 'neck' || slot === 'ring';
  const share = isJewel ? JEWEL_SHARE : 1;
  return {
    ...(isJewel ? {} : { power: Math.round(budget * POWER_SHARE) }),
    [first]: Math.round(budget * FIRST_SHARE * share),
    [second]: Math.round(budget * SECOND_SHARE * share),
  };
}
