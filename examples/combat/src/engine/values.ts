import { castTime, chargesOf, gcdOf, present, readyAt } from './abilities.ts';
import { CARRIED } from './buffs.ts';
import { STAT, WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { COMPARISON, VALUE } from './program.ts';
import { UNIT } from './rules.ts';
import { loadHealth } from './targets.ts';
import { MAX_TIME, NEVER } from './timers.ts';

const { CRIT, HASTE } = STAT;
const { LOADED } = WORK;

const { LESS, AT_MOST, MORE, AT_LEAST, EQUAL } = COMPARISON;
const {
  RESOURCE,
  DEFICIT,
  FULL_IN,
  READY,
  READY_IN,
  CHARGES,
  DOT_ACTIVE,
  DOT_REMAINS,
  DOT_REFRESHABLE,
  DOT_TARGETS,
  BUFF_ACTIVE,
  BUFF_REMAINS,
  BUFF_STACKS,
  HEALTH,
  TARGETS,
  TIME,
  FIGHT_REMAINS,
  MOVING,
  MOVE_IN,
  WAVE_IN,
  WAVE_REMAINS,
  GCD,
  LAST,
  USE_READY,
  USE_READY_IN,
  USE_REMAINS,
} = VALUE;

const PERCENT = 100;

const flag = (holds: boolean): number => (holds ? 1 : 0);
const atLeastNothing = (ms: number): number => (ms > 0 ? ms : 0);

/** Whether there is something to use in this place, and it is ready. */
export function usable(m: Machine, place: number): boolean {
  return m.rules.uses.cooldown[place] !== 0 && (m.useReady[place] as number) <= m.now;
}

/** Until when the buff of something that was used is there; in the past: it is not. */
function usedUntil(m: Machine, place: number): number {
  const buff = m.rules.uses.buff[place] as number;
  return buff >= 0 && (m.buffStacks[buff] as number) > 0 ? (m.buffUntil[buff] as number) : 0;
}

/** When a resource is full by itself; NEVER: it does not come back. */
function fullAt(m: Machine, resource: number): number {
  const room = (m.rules.resources.max[resource] as number) - present(m, resource);
  if (room === 0) return m.now;
  const rate = m.resourceRate[resource] as number;
  return rate === 0 ? NEVER : m.now + Math.ceil(room / rate);
}

/** Puts a value into `m.work[LOADED]`: each case by itself, because a variable for all of them would be allocated when it is a fraction. */
export function load(m: Machine, value: number, arg: number): void {
  const now = m.now;
  const work = m.work;
  switch (value) {
    case RESOURCE:
      work[LOADED] = present(m, arg) / UNIT;
      break;
    case DEFICIT:
      work[LOADED] = ((m.rules.resources.max[arg] as number) - present(m, arg)) / UNIT;
      break;
    case FULL_IN:
      work[LOADED] = fullAt(m, arg) - now;
      break;
    case READY:
      work[LOADED] = flag(readyAt(m, arg) <= now);
      break;
    case READY_IN:
      work[LOADED] = atLeastNothing(readyAt(m, arg) - now);
      break;
    case CHARGES:
      work[LOADED] = chargesOf(m, arg);
      break;
    case DOT_ACTIVE:
      work[LOADED] = flag(m.dotUntil[m.aim * m.dotCount.length + arg] !== 0);
      break;
    case DOT_REMAINS:
      work[LOADED] = atLeastNothing((m.dotUntil[m.aim * m.dotCount.length + arg] as number) - now);
      break;
    case DOT_REFRESHABLE: {
      const left = (m.dotUntil[m.aim * m.dotCount.length + arg] as number) - now;
      work[LOADED] = flag(left < CARRIED * (m.rules.dots.ms[arg] as number));
      break;
    }
    case DOT_TARGETS:
      work[LOADED] = m.dotCount[arg] as number;
      break;
    case BUFF_ACTIVE:
      work[LOADED] = flag((m.buffStacks[arg] as number) > 0);
      break;
    case BUFF_REMAINS:
      work[LOADED] = (m.buffStacks[arg] as number) > 0 ? (m.buffUntil[arg] as number) - now : 0;
      break;
    case BUFF_STACKS:
      work[LOADED] = m.buffStacks[arg] as number;
      break;
    case HEALTH:
      loadHealth(m, m.aim);
      return;
    case TARGETS:
      work[LOADED] = m.aliveCount;
      break;
    case TIME:
      work[LOADED] = now;
      break;
    case FIGHT_REMAINS:
      work[LOADED] = m.end - now;
      break;
    case MOVING:
      work[LOADED] = flag(m.moveUntil > now);
      break;
    case MOVE_IN:
      work[LOADED] = m.moveNext - now;
      break;
    case WAVE_IN:
      work[LOADED] = m.waveUntil > 0 ? 0 : m.waveNext - now;
      break;
    case WAVE_REMAINS:
      work[LOADED] = m.waveUntil > 0 ? m.waveUntil - now : 0;
      break;
    case GCD:
      work[LOADED] = gcdOf(m, arg);
      break;
    case LAST:
      work[LOADED] = flag(m.last === arg);
      break;
    case USE_READY:
      work[LOADED] = flag(usable(m, arg));
      break;
    case USE_READY_IN:
      work[LOADED] =
        m.rules.uses.cooldown[arg] === 0
          ? NEVER
          : atLeastNothing((m.useReady[arg] as number) - now);
      break;
    case USE_REMAINS:
      work[LOADED] = atLeastNothing(usedUntil(m, arg) - now);
      break;
    default:
      loadRare(m, value, arg);
      return;
  }
}

function loadRare(m: Machine, value: number, arg: number): void {
  if (value === VALUE.HASTE) m.work[LOADED] = ((m.stats[HASTE] as number) - 1) * PERCENT;
  else if (value === VALUE.CRIT) m.work[LOADED] = (m.stats[CRIT] as number) * PERCENT;
  else if (value === VALUE.CAST_TIME) m.work[LOADED] = castTime(m, arg);
  else throw new RangeError(`value ${value} is unknown`);
}

export function holds(comparison: number, a: number, b: number): boolean {
  switch (comparison) {
    case LESS:
      return a < b;
    case AT_MOST:
      return a <= b;
    case MORE:
      return a > b;
    case AT_LEAST:
      return a >= b;
    case EQUAL:
      return a === b;
    default:
      return a !== b;
  }
}

/** The next target that is there after `target`; -1: there is none. */
export function nextTarget(m: Machine, target: number): number {
  for (let next = target + 1; next < m.alive.length; next++) if (m.alive[next] === 1) return next;
  return -1;
}

/** A time that is still to come; of one that is now, the next millisecond, in which what was equal is no more; NEVER for one that is over. */
function ahead(m: Machine, time: number): number {
  if (time > m.now) return time > MAX_TIME ? NEVER : time;
  return time === m.now ? time + 1 : NEVER;
}

/** When there will be so many millionths of a resource, or one more; NEVER: there are, or it does not come back. */
export function resourceAt(m: Machine, resource: number, wanted: number): number {
  const missing = wanted - present(m, resource);
  const rate = m.resourceRate[resource] as number;
  if (missing < 0 || rate === 0) return NEVER;
  return ahead(m, m.now + Math.ceil(missing / rate));
}

/** When a target has so many percent of its health. */
export function healthAt(m: Machine, percent: number): number {
  const { style } = m.rules;
  if (m.aim < style.staying) return ahead(m, Math.ceil(m.end * (1 - percent / style.health)));
  const stay = m.waveUntil - m.waveSince;
  return ahead(m, m.waveSince + Math.ceil(stay * (1 - percent / PERCENT)));
}

function chargeAt(m: Machine, ability: number): number {
  const missing = (m.fullAt[ability] as number) - m.now;
  if (missing <= 0) return NEVER;
  const cooldown = m.rules.abilities.cooldown[ability] as number;
  const rest = missing % cooldown;
  return m.now + (rest === 0 ? cooldown : rest);
}

/**
 * When a comparison of a value with a constant may come out otherwise than now, if nothing happens in between. NEVER: it cannot. Too soon does no
 * harm. The constant is in `m.work[LOADED]`; for a condition it is 0.
 */
export function changeOf(m: Machine, value: number, arg: number): number {
  const than = m.work[LOADED] as number;
  const ms = Math.floor(than);
  switch (value) {
    case RESOURCE:
      return resourceAt(m, arg, than * UNIT);
    case DEFICIT:
      return resourceAt(m, arg, (m.rules.resources.max[arg] as number) - than * UNIT);
    case FULL_IN:
      return ahead(m, fullAt(m, arg) - ms);
    case READY:
      return ahead(m, readyAt(m, arg));
    case READY_IN:
      return ahead(m, readyAt(m, arg) - ms);
    case CHARGES:
      return chargeAt(m, arg);
    case DOT_REMAINS:
      return ahead(m, (m.dotUntil[m.aim * m.dotCount.length + arg] as number) - ms);
    case DOT_REFRESHABLE: {
      const kept = Math.floor(CARRIED * (m.rules.dots.ms[arg] as number));
      return ahead(m, (m.dotUntil[m.aim * m.dotCount.length + arg] as number) - kept);
    }
    case BUFF_REMAINS:
      return ahead(m, (m.buffUntil[arg] as number) - ms);
    case HEALTH:
      return healthAt(m, than);
    case TIME:
      return ahead(m, ms);
    case FIGHT_REMAINS:
      return ahead(m, m.end - ms);
    case MOVE_IN:
      return ahead(m, m.moveNext - ms);
    case WAVE_IN:
      return ahead(m, m.waveNext - ms);
    case WAVE_REMAINS:
      return ahead(m, m.waveUntil - ms);
    case USE_READY:
    case USE_READY_IN:
      return m.rules.uses.cooldown[arg] === 0 ? NEVER : ahead(m, (m.useReady[arg] as number) - ms);
    case USE_REMAINS:
      return ahead(m, usedUntil(m, arg) - ms);
    default:
      return NEVER;
  }
}

/** Whether a value changes by itself, and not only when something happens. */
export function drifts(value: number): boolean {
  switch (value) {
    case RESOURCE:
    case DEFICIT:
    case FULL_IN:
    case READY_IN:
    case CHARGES:
    case DOT_REMAINS:
    case BUFF_REMAINS:
    case HEALTH:
    case TIME:
    case FIGHT_REMAINS:
    case MOVE_IN:
    case WAVE_IN:
    case WAVE_REMAINS:
    case USE_READY_IN:
    case USE_REMAINS:
      return true;
    default:
      return false;
  }
}
