import { STAT } from './machine.ts';
import type { Machine } from './machine.ts';
import { settle } from './resources.ts';
import { GLOBAL } from './rules.ts';
import { cancel, schedule } from './timers.ts';

const { CRIT, DAMAGE, FOCUS, HASTE, POWER, SWING } = STAT;

/** What is left of a buff or a dot is kept when it is renewed, up to this share of its time. */
export const CARRIED = 0.3;
/** Beyond this many percent a rating gives half. */
const DIMINISHING = 30;

/** Percent that a rating gives. */
export function percentOf(rating: number, ratingPerPercent: number): number {
  const percent = rating / ratingPerPercent;
  return percent <= DIMINISHING ? percent : DIMINISHING + (percent - DIMINISHING) / 2;
}

/**
 * Works out what the character is now, from the base and all buffs, always in the same order: adding and taking away one buff at a time would
 * leave other last digits.
 */
export function restat(m: Machine): void {
  const { stats: base, globals, resources } = m.rules;
  let power = base.power;
  let hasteRating = base.hasteRating;
  let critRating = base.critRating;
  let focusRating = base.focusRating;
  let mightRating = base.mightRating;
  let haste = base.haste;
  let crit = base.crit;
  let damage = base.damage;
  let swing = base.swing;
  for (let r = 0; r < resources.regen.length; r++) {
    settle(m, r);
    m.resourceRate[r] = resources.regen[r] as number;
  }
  for (let g = 0; g < globals.kind.length; g++) {
    const stacks = m.buffStacks[globals.buff[g] as number] as number;
    if (stacks === 0) continue;
    const amount = (globals.amount[g] as number) * stacks;
    const kind = globals.kind[g] as number;
    if (kind === GLOBAL.POWER) power += amount;
    else if (kind === GLOBAL.HASTE_RATING) hasteRating += amount;
    else if (kind === GLOBAL.CRIT_RATING) critRating += amount;
    else if (kind === GLOBAL.FOCUS_RATING) focusRating += amount;
    else if (kind === GLOBAL.MIGHT_RATING) mightRating += amount;
    else if (kind === GLOBAL.HASTE) haste *= 1 + amount;
    else if (kind === GLOBAL.CRIT) crit += amount;
    else if (kind === GLOBAL.DAMAGE) damage *= 1 + amount;
    else if (kind === GLOBAL.SWING) swing *= 1 + amount;
    else if (kind === GLOBAL.REGEN) {
      const r = globals.arg[g] as number;
      m.resourceRate[r] = (m.resourceRate[r] as number) * (1 + amount);
    }
  }
  const per = base.ratingPerPercent;
  haste *= 1 + percentOf(hasteRating, per) / 100;
  m.stats[POWER] = power;
  m.stats[HASTE] = haste;
  m.stats[CRIT] = crit + percentOf(critRating, per) / 100;
  m.stats[FOCUS] = base.focus + percentOf(focusRating, per) / 100;
  m.stats[DAMAGE] = damage * (1 + percentOf(mightRating, per) / 100);
  m.stats[SWING] = swing;
  for (let r = 0; r < resources.regen.length; r++) {
    // Whole millionths, so that what there is of a resource is a whole number too.
    m.resourceRate[r] = Math.round((m.resourceRate[r] as number) * haste);
  }
}

/** Time that haste shortens, in whole ms. */
export function hasted(m: Machine, ms: number): number {
  return Math.round(ms / (m.stats[HASTE] as number));
}

/** Puts the buff of an effect on the character, or renews it. */
export function giveBuff(m: Machine, effect: number): void {
  const { buffs, effects, slots } = m.rules;
  const buff = effects.a[effect] as number;
  const had = m.buffStacks[buff] as number;
  const most = buffs.stacks[buff] as number;
  const sum = had + (effects.b[effect] as number);
  const has = sum > most ? most : sum;
  let ms = (buffs.ms[buff] as number) + (effects.x[effect] as number) * m.spent;
  m.sink.buffCount[buff] = (m.sink.buffCount[buff] as number) + 1;
  if (had === 0) {
    m.buffSince[buff] = m.now;
    const pulse = buffs.pulse[buff] as number;
    if (pulse > 0) schedule(m.timers, slots.pulses + buff, m.now + hasted(m, pulse));
  } else if (buffs.carries[buff] === 1) {
    const left = (m.buffUntil[buff] as number) - m.now;
    const kept = Math.floor(ms * CARRIED);
    ms += left < kept ? left : kept;
  }
  m.buffStacks[buff] = has;
  m.buffUntil[buff] = m.now + ms;
  schedule(m.timers, slots.buffs + buff, m.now + ms);
  m.dirty = 1;
  if (has !== had && buffs.global[buff] === 1) restat(m);
}

/** The buff is over. */
export function endBuff(m: Machine, buff: number): void {
  const { buffs, slots } = m.rules;
  m.sink.buffMs[buff] = (m.sink.buffMs[buff] as number) + m.now - (m.buffSince[buff] as number);
  m.buffStacks[buff] = 0;
  cancel(m.timers, slots.buffs + buff);
  if ((buffs.pulse[buff] as number) > 0) cancel(m.timers, slots.pulses + buff);
  m.dirty = 1;
  if (buffs.global[buff] === 1) restat(m);
}

/** Takes one stack; the last one ends the buff. */
export function takeStack(m: Machine, buff: number): void {
  const had = m.buffStacks[buff] as number;
  if (had === 0) return;
  if (had === 1) {
    endBuff(m, buff);
    return;
  }
  m.buffStacks[buff] = had - 1;
  m.dirty = 1;
  if (m.rules.buffs.global[buff] === 1) restat(m);
}
