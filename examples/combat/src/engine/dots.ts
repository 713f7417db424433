import { CARRIED, hasted } from './buffs.ts';
import { hit } from './damage.ts';
import { STAT, WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { cancel, MAX_TIME, schedule } from './timers.ts';

const { POWER } = STAT;
const { AMOUNT } = WORK;

/**
 * Damage over time. It ticks at its interval, which haste shortens from one tick to the next; when it ends between two ticks, it does the part of a
 * tick that has gone by, so no haste is lost. Renewed, it keeps what is left of it up to 30 % of its time, and the next tick comes when it would have.
 * Only what is on the first target counts for its up-time.
 */

const NEVER_TICKS = MAX_TIME;

/** When something next happens to it. */
function plan(m: Machine, cell: number): void {
  const next = m.dotNext[cell] as number;
  const until = m.dotUntil[cell] as number;
  schedule(m.timers, m.rules.slots.dots + cell, next < until ? next : until);
}

function addUptime(m: Machine, dot: number, cell: number): void {
  if (cell !== dot) return;
  m.sink.dotMs[dot] = (m.sink.dotMs[dot] as number) + m.now - (m.dotSince[cell] as number);
}

/** Puts the dot of an effect on a target, or renews it. */
export function putDot(m: Machine, effect: number, target: number): void {
  const { dots, effects } = m.rules;
  const dot = effects.a[effect] as number;
  const cell = target * dots.ms.length + dot;
  let ms = (dots.ms[dot] as number) + (effects.x[effect] as number) * m.spent;
  if (target === 0) m.sink.dotCount[dot] = (m.sink.dotCount[dot] as number) + 1;
  if (m.dotUntil[cell] !== 0) {
    const left = (m.dotUntil[cell] as number) - m.now;
    const kept = Math.floor(ms * CARRIED);
    ms += left < kept ? left : kept;
  } else {
    const every = dots.every[dot] as number;
    const interval = every > 0 ? hasted(m, every) : NEVER_TICKS;
    m.dotSince[cell] = m.now;
    m.dotLast[cell] = m.now;
    m.dotEvery[cell] = interval;
    m.dotNext[cell] = every > 0 ? m.now + interval : NEVER_TICKS;
    m.dotCount[dot] = (m.dotCount[dot] as number) + 1;
  }
  m.dotUntil[cell] = m.now + ms;
  m.dirty = 1;
  plan(m, cell);
}

/** It is gone, without a last tick. */
export function dropDot(m: Machine, cell: number): void {
  const dot = cell % m.rules.dots.ms.length;
  addUptime(m, dot, cell);
  m.dotUntil[cell] = 0;
  m.dotCount[dot] = (m.dotCount[dot] as number) - 1;
  m.dirty = 1;
  cancel(m.timers, m.rules.slots.dots + cell);
}

/** The timer of a dot: a tick, its end, or both. */
export function tickDot(m: Machine, cell: number): void {
  const { dots } = m.rules;
  const dot = cell % dots.ms.length;
  const target = (cell - dot) / dots.ms.length;
  const every = dots.every[dot] as number;
  if (every > 0) {
    const full = m.dotNext[cell] === m.now;
    const part = full ? 1 : (m.now - (m.dotLast[cell] as number)) / (m.dotEvery[cell] as number);
    m.work[AMOUNT] = (dots.power[dot] as number) * (m.stats[POWER] as number) * part;
    if (part > 0) hit(m, dots.row[dot] as number, target);
  }
  if ((m.dotUntil[cell] as number) <= m.now) {
    dropDot(m, cell);
    return;
  }
  const interval = hasted(m, every);
  m.dotLast[cell] = m.now;
  m.dotEvery[cell] = interval;
  m.dotNext[cell] = m.now + interval;
  plan(m, cell);
}

/** How many ticks are left of it, the last one perhaps in part; 0 when it is not there. Handed over in `m.work[AMOUNT]`. */
export function loadTicksLeft(m: Machine, cell: number): void {
  const until = m.dotUntil[cell] as number;
  m.work[AMOUNT] =
    until === 0 ? 0 : (until - (m.dotLast[cell] as number)) / (m.dotEvery[cell] as number);
}

/** A dot that is there lasts longer, but not beyond twice its time from now. */
export function extendDot(m: Machine, effect: number, target: number): void {
  const { dots, effects } = m.rules;
  const dot = effects.a[effect] as number;
  const cell = target * dots.ms.length + dot;
  const until = m.dotUntil[cell] as number;
  if (until === 0) return;
  const longer = until + (effects.x[effect] as number);
  const most = m.now + 2 * (dots.ms[dot] as number);
  if (longer > until && until < most) m.dotUntil[cell] = longer < most ? longer : most;
  plan(m, cell);
}
