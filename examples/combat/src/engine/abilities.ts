import { hasted } from './buffs.ts';
import { STAT, WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { loadHealth } from './targets.ts';

const { HASTE } = STAT;
const { LOADED } = WORK;

/** No global cool-down that haste shortens is shorter. */
const SHORTEST_GCD = 750;

/** When an ability is ready: in the past, or still to come. */
export function readyAt(m: Machine, ability: number): number {
  const { charges, cooldown } = m.rules.abilities;
  const spare = ((charges[ability] as number) - 1) * (cooldown[ability] as number);
  return (m.fullAt[ability] as number) - spare;
}

/** How many uses of an ability are stored. */
export function chargesOf(m: Machine, ability: number): number {
  const { charges, cooldown } = m.rules.abilities;
  const missing = (m.fullAt[ability] as number) - m.now;
  if (missing <= 0) return charges[ability] as number;
  return (charges[ability] as number) - Math.ceil(missing / (cooldown[ability] as number));
}

/** How much of a resource there is now, in millionths; it is not brought up to now. */
export function present(m: Machine, resource: number): number {
  const rate = m.resourceRate[resource] as number;
  const had = m.resource[resource] as number;
  if (rate === 0) return had;
  const has = had + rate * (m.now - (m.resourceAt[resource] as number));
  const max = m.rules.resources.max[resource] as number;
  return has < max ? has : max;
}

/** What an ability costs now, in millionths. */
export function costOf(m: Machine, ability: number): number {
  const { cost, costModStart, costModBuff, costModShare } = m.rules.abilities;
  const last = costModStart[ability + 1] as number;
  let amount = cost[ability] as number;
  let k = costModStart[ability] as number;
  if (k === last) return amount;
  for (; k < last; k++) {
    if ((m.buffStacks[costModBuff[k] as number] as number) > 0) {
      amount *= 1 + (costModShare[k] as number);
    }
  }
  return Math.round(amount);
}

/** How long its cast takes now, in ms; of a channel, all of it. */
export function castTime(m: Machine, ability: number): number {
  const { cast, castModStart, castModBuff, castModShare } = m.rules.abilities;
  let ms = cast[ability] as number;
  if (ms === 0) return 0;
  const last = castModStart[ability + 1] as number;
  for (let k = castModStart[ability] as number; k < last; k++) {
    if ((m.buffStacks[castModBuff[k] as number] as number) > 0)
      ms *= 1 + (castModShare[k] as number);
  }
  return hasted(m, ms);
}

/** The global cool-down that an ability takes now, in ms. */
export function gcdOf(m: Machine, ability: number): number {
  const ms = m.rules.abilities.gcd[ability] as number;
  if (ms === 0 || !m.rules.gcdHasted) return ms;
  const short = Math.round(ms / (m.stats[HASTE] as number));
  return short > SHORTEST_GCD ? short : SHORTEST_GCD;
}

/** Whether an ability can be used now, at `m.aim`: it is ready, it can be paid, its target will do, and so will standing or moving. */
export function castable(m: Machine, ability: number): boolean {
  const { abilities } = m.rules;
  if (readyAt(m, ability) > m.now) return false;
  const costResource = abilities.costResource[ability] as number;
  if (costResource >= 0 && present(m, costResource) < costOf(m, ability)) return false;
  const spends = abilities.spends[ability] as number;
  if (spends >= 0 && (m.resource[spends] as number) === 0) return false;
  const below = abilities.below[ability] as number;
  if (below > 0) {
    const unlock = abilities.unlock[ability] as number;
    if (unlock < 0 || m.buffStacks[unlock] === 0) {
      loadHealth(m, m.aim);
      if ((m.work[LOADED] as number) >= below) return false;
    }
  }
  return m.moveUntil <= m.now || castTime(m, ability) === 0;
}
