import { giveBuff } from './buffs.ts';
import { hit } from './damage.ts';
import { dropDot, extendDot, loadTicksLeft, putDot } from './dots.ts';
import { STAT, WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { gain } from './resources.ts';
import { EFFECT } from './rules.ts';

const { BUFF, DAMAGE, DETONATE, DOT, EXTEND, GAIN, HASTEN } = EFFECT;
const { POWER } = STAT;
const { AMOUNT } = WORK;

/** More targets than this share what this many would get at √(this / n) each. */
const FULL_TARGETS = 5;

/** Does an effect's damage to one target. @param share of it, in `m.work[AMOUNT]` */
function damageOf(m: Machine, effect: number, target: number): void {
  const { effects } = m.rules;
  const share = m.work[AMOUNT] as number;
  const amount = (effects.x[effect] as number) * (m.stats[POWER] as number);
  m.work[AMOUNT] = (amount + (effects.y[effect] as number)) * share;
  hit(m, m.row, target);
}

/** The aim first, then the others in their order. */
function damage(m: Machine, effect: number): void {
  const { effects } = m.rules;
  const most = effects.a[effect] as number;
  const units = effects.b[effect] === 1 ? m.spent : 1;
  if (most === 1) {
    m.work[AMOUNT] = units;
    damageOf(m, effect, m.aim);
    return;
  }
  const count = m.aliveCount < most ? m.aliveCount : most;
  const share = count > FULL_TARGETS ? units * Math.sqrt(FULL_TARGETS / count) : units;
  m.work[AMOUNT] = share;
  damageOf(m, effect, m.aim);
  let left = count - 1;
  for (let target = 0; left > 0 && target < m.alive.length; target++) {
    if (m.alive[target] === 0 || target === m.aim) continue;
    m.work[AMOUNT] = share;
    damageOf(m, effect, target);
    left--;
  }
}

function putDots(m: Machine, effect: number): void {
  putDot(m, effect, m.aim);
  let left = (m.rules.effects.b[effect] as number) - 1;
  for (let target = 0; left > 0 && target < m.alive.length; target++) {
    if (m.alive[target] === 0 || target === m.aim) continue;
    putDot(m, effect, target);
    left--;
  }
}

function detonate(m: Machine, effect: number): void {
  const { effects, dots } = m.rules;
  const dot = effects.a[effect] as number;
  const cell = m.aim * dots.ms.length + dot;
  loadTicksLeft(m, cell);
  const ticks = m.work[AMOUNT] as number;
  if (ticks === 0) return;
  const share = effects.x[effect] as number;
  m.work[AMOUNT] = (dots.power[dot] as number) * (m.stats[POWER] as number) * ticks * share;
  dropDot(m, cell);
  hit(m, m.row, m.aim);
}

function hasten(m: Machine, effect: number): void {
  const ability = m.rules.effects.a[effect] as number;
  m.fullAt[ability] = (m.fullAt[ability] as number) - (m.rules.effects.x[effect] as number);
  m.dirty = 1;
}

/** Does all effects from `first` to before `end`, for `m.row`, at `m.aim`, with `m.spent` units spent. */
export function doEffects(m: Machine, first: number, end: number): void {
  const { kind, a, b } = m.rules.effects;
  for (let effect = first; effect < end; effect++) {
    const what = kind[effect] as number;
    if (what === DAMAGE) damage(m, effect);
    else if (what === DOT) putDots(m, effect);
    else if (what === BUFF) giveBuff(m, effect);
    else if (what === GAIN) {
      const most = b[effect] as number;
      gain(m, effect, most === 0 ? 1 : m.aliveCount < most ? m.aliveCount : most);
    } else if (what === HASTEN) hasten(m, effect);
    else if (what === DETONATE) detonate(m, effect);
    else if (what === EXTEND) extendDot(m, effect, m.aim);
    else throw new RangeError(`effect ${effect} is of an unknown kind, ${a[effect]}`);
  }
}

/** Lets the procs that have come up happen; what they do sets off nothing further. */
export function doPending(m: Machine): void {
  const { procs } = m.rules;
  m.quiet = 1;
  m.spent = 0;
  for (let i = 0; i < m.pendingCount; i++) {
    const proc = m.pending[2 * i] as number;
    const target = m.pending[2 * i + 1] as number;
    m.row = procs.row[proc] as number;
    m.aim = m.alive[target] === 1 ? target : 0;
    m.sink.casts[m.row] = (m.sink.casts[m.row] as number) + 1;
    doEffects(m, procs.effects[proc] as number, procs.effects[proc + 1] as number);
  }
  m.pendingCount = 0;
  m.quiet = 0;
}
