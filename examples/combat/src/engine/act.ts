import { castTime, costOf, gcdOf } from './abilities.ts';
import { takeStack } from './buffs.ts';
import { tryProc } from './damage.ts';
import { doEffects, doPending } from './effects.ts';
import { evaluate, NOTHING, USE } from './evaluate.ts';
import type { Machine } from './machine.ts';
import { settle, spend } from './resources.ts';
import { UNIT } from './rules.ts';
import { cancel, NEVER, schedule } from './timers.ts';
import { wakeTime } from './wake.ts';

/** Using one thing makes all others wait this long. */
const USE_LOCK_MS = 20_000;
/** So many things that take no time are done in one instant. */
const MOST_AT_ONCE = 32;
/** After that many, it looks again so much later. */
const BREATH_MS = 100;

/** Takes what is due for the use of an ability: its cost, its cooldown. */
function pay(m: Machine, ability: number): void {
  const { abilities } = m.rules;
  const costResource = abilities.costResource[ability] as number;
  if (costResource >= 0) spend(m, costResource, m.castCost);
  const spends = abilities.spends[ability] as number;
  m.spent = 0;
  if (spends >= 0) {
    settle(m, spends);
    const all = m.resource[spends] as number;
    m.spent = Math.floor(all / UNIT);
    spend(m, spends, m.spent * UNIT);
  }
  const cooldown = abilities.cooldown[ability] as number;
  if (cooldown > 0) {
    const full = m.fullAt[ability] as number;
    m.fullAt[ability] = (full > m.now ? full : m.now) + cooldown;
  }
  const row = abilities.row[ability] as number;
  m.sink.casts[row] = (m.sink.casts[row] as number) + 1;
  m.last = ability;
}

/** What an ability does, once. The buffs it takes a stack of are those that were there before. */
function perform(m: Machine, ability: number): void {
  const { abilities } = m.rules;
  m.row = abilities.row[ability] as number;
  const target = m.aim;
  const eatFirst = abilities.eatStart[ability] as number;
  const eatEnd = abilities.eatStart[ability + 1] as number;
  for (let k = eatFirst; k < eatEnd; k++) {
    m.eaten[k] = (m.buffStacks[abilities.eatBuff[k] as number] as number) > 0 ? 1 : 0;
  }
  doEffects(m, abilities.effects[ability] as number, abilities.effects[ability + 1] as number);
  for (let k = eatFirst; k < eatEnd; k++) {
    if (m.eaten[k] === 1) takeStack(m, abilities.eatBuff[k] as number);
  }
  const procEnd = abilities.procStart[ability + 1] as number;
  for (let k = abilities.procStart[ability] as number; k < procEnd; k++) {
    tryProc(m, abilities.proc[k] as number, target);
  }
}

/** Begins to use an ability at `m.aim`; gives for how many ms nothing else can be done. */
function begin(m: Machine, ability: number): number {
  const { abilities, slots } = m.rules;
  const gcd = gcdOf(m, ability);
  const cast = castTime(m, ability);
  m.castCost = costOf(m, ability);
  m.gcdUntil = m.now + gcd;
  if (cast === 0) {
    pay(m, ability);
    perform(m, ability);
    return gcd;
  }
  m.casting = ability;
  m.castTarget = m.aim;
  const ticks = abilities.ticks[ability] as number;
  let busy = cast;
  let first = cast;
  if (ticks > 0) {
    pay(m, ability);
    first = Math.round(cast / ticks);
    busy = first * ticks;
  }
  m.ticksLeft = ticks;
  schedule(m.timers, slots.cast, m.now + first);
  return busy > gcd ? busy : gcd;
}

/** The timer of casts: one is finished, or a channel ticks. */
export function finishCast(m: Machine): void {
  const { abilities, slots } = m.rules;
  const ability = m.casting;
  m.aim = m.alive[m.castTarget] === 1 ? m.castTarget : 0;
  if (m.ticksLeft === 0) {
    m.casting = -1;
    cancel(m.timers, slots.cast);
    pay(m, ability);
    perform(m, ability);
    return;
  }
  m.ticksLeft--;
  if (m.ticksLeft === 0) {
    m.casting = -1;
    cancel(m.timers, slots.cast);
  } else {
    const every = Math.round(castTime(m, ability) / (abilities.ticks[ability] as number));
    schedule(m.timers, slots.cast, m.now + every);
  }
  m.spent = 0;
  perform(m, ability);
}

function useThing(m: Machine, place: number): void {
  const { uses } = m.rules;
  for (let other = 0; other < uses.row.length; other++) {
    const locked = m.now + USE_LOCK_MS;
    if ((m.useReady[other] as number) < locked) m.useReady[other] = locked;
  }
  m.useReady[place] = m.now + (uses.cooldown[place] as number);
  m.row = uses.row[place] as number;
  m.spent = 0;
  m.sink.casts[m.row] = (m.sink.casts[m.row] as number) + 1;
  doEffects(m, uses.effects[place] as number, uses.effects[place + 1] as number);
}

/** The timer of decisions: does what the rotation says, until something takes time or nothing can be done. */
export function act(m: Machine): void {
  const { slots } = m.rules;
  if (m.idle === 1) {
    m.idle = 0;
    m.sink.time[1] = (m.sink.time[1] as number) + m.now - m.idleSince;
  }
  for (let i = 0; i < MOST_AT_ONCE; i++) {
    const what = evaluate(m);
    if (what === NOTHING) {
      m.idle = 1;
      m.idleSince = m.now;
      m.dirty = 0;
      const wake = wakeTime(m);
      if (wake === NEVER) cancel(m.timers, slots.act);
      else schedule(m.timers, slots.act, wake);
      return;
    }
    let busy = 0;
    if (what >= USE) useThing(m, what - USE);
    else busy = begin(m, what);
    if (m.pendingCount > 0) doPending(m);
    if (busy > 0) {
      schedule(m.timers, slots.act, m.now + busy);
      return;
    }
  }
  schedule(m.timers, slots.act, m.now + BREATH_MS);
}

/** The timer of moves: one begins, or ends. What is being cast is lost; it has cost nothing yet, unless it is a channel. */
export function turnMove(m: Machine): void {
  const { style, slots } = m.rules;
  m.dirty = 1;
  if (m.moveUntil > 0) {
    m.moveUntil = 0;
    schedule(m.timers, slots.move, m.moveNext);
    return;
  }
  m.moveUntil = m.now + style.moveLast;
  m.moveNext = m.now + style.moveEvery;
  schedule(m.timers, slots.move, m.moveUntil);
  if (m.casting < 0) return;
  m.casting = -1;
  m.ticksLeft = 0;
  cancel(m.timers, slots.cast);
  schedule(m.timers, slots.act, m.gcdUntil > m.now ? m.gcdUntil : m.now);
}
