import type { ItemDefinition, StatId } from '../catalog/model.ts';
import type { CharacterStats } from '../engine/fight-plan.ts';

export const MAX_LEVEL = 60;

const POWER_AT_BIRTH = 20;
const POWER_PER_LEVEL = 8;
const RATING_AT_BIRTH = 3;
const RATING_PER_LEVEL = 0.45;
/** Shares that everybody has. */
const BASE_CRIT = 0.05;
const BASE_FOCUS = 0.08;

export const STATS: readonly StatId[] = ['power', 'haste', 'crit', 'focus', 'might'];

export type StatSums = Readonly<Partial<Record<StatId, number>>>;

/** Adds up the stats of items, and whatever else there is of them. */
export function sumStats(parts: readonly StatSums[]): Record<StatId, number> {
  const sums = { power: 0, haste: 0, crit: 0, focus: 0, might: 0 };
  for (const part of parts) for (const stat of STATS) sums[stat] += part[stat] ?? 0;
  return sums;
}

/** How much rating is one percent at a level. */
export function ratingPerPercent(level: number): number {
  return RATING_AT_BIRTH + RATING_PER_LEVEL * level;
}

/** What a character of a level has with so much on top. */
export function statsAt(level: number, sums: StatSums): CharacterStats {
  return {
    power: POWER_AT_BIRTH + POWER_PER_LEVEL * level + (sums.power ?? 0),
    hasteRating: sums.haste ?? 0,
    critRating: sums.crit ?? 0,
    focusRating: sums.focus ?? 0,
    mightRating: sums.might ?? 0,
    ratingPerPercent: ratingPerPercent(level),
    crit: BASE_CRIT,
    focus: BASE_FOCUS,
  };
}

/** What somebody without a weapon fights with. */
export function fists(level: number): NonNullable<ItemDefinition['weapon']> {
  return { kind: 'blade', min: level, max: 2 * level, speed: 2000 };
}
