import { MAX_PENDING, STAT, WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { nextRandom, RANDOM_RANGE } from './random.ts';
import { schedule } from './timers.ts';

const { CRIT, DAMAGE, FOCUS, HASTE, POWER, SWING } = STAT;
const { AMOUNT, TOTAL } = WORK;

/** A critical hit does this many times the damage. */
export const CRIT_DAMAGE = 2;
/** An effect per minute that was not tried for longer than this is treated as if it had been. */
const LONGEST_GAP_MS = 10_000;

/**
 * Does `m.work[AMOUNT]` damage of the row to the target, times all that changes it. It is a whole number in the end, so that sums of damage are exact.
 * What it sets off is put down, to happen when what goes on now is done.
 */
export function hit(m: Machine, row: number, target: number): void {
  const { rules, stats, sink } = m;
  const rows = rules.rows;
  let amount =
    (m.work[AMOUNT] as number) * (stats[DAMAGE] as number) * (rows.factor[row] as number);
  amount *= 1 + (rows.focus[row] as number) * (stats[FOCUS] as number);
  for (let k = rows.modStart[row] as number; k < (rows.modStart[row + 1] as number); k++) {
    const stacks = m.buffStacks[rows.modBuff[k] as number] as number;
    if (stacks > 0) amount *= 1 + stacks * (rows.modShare[k] as number);
  }
  for (let k = rows.vulnStart[row] as number; k < (rows.vulnStart[row + 1] as number); k++) {
    const dot = target * rules.dots.ms.length + (rows.vulnDot[k] as number);
    if ((m.dotUntil[dot] as number) > m.now) amount *= 1 + (rows.vulnShare[k] as number);
  }
  let chance = (stats[CRIT] as number) + (rows.crit[row] as number);
  for (let k = rows.critStart[row] as number; k < (rows.critStart[row + 1] as number); k++) {
    chance += (m.buffStacks[rows.critBuff[k] as number] as number) * (rows.critShare[k] as number);
  }
  let critical = 0;
  if (nextRandom(m.random) < chance * RANDOM_RANGE) {
    critical = 1;
    amount *= CRIT_DAMAGE;
  }
  amount = Math.floor(amount + 0.5);
  m.work[TOTAL] = (m.work[TOTAL] as number) + amount;
  sink.damage[row] = (sink.damage[row] as number) + amount;
  sink.hits[row] = (sink.hits[row] as number) + 1;
  sink.crits[row] = (sink.crits[row] as number) + critical;
  sink.timeline[m.bucket] = (sink.timeline[m.bucket] as number) + amount;
  if (m.quiet === 1) return;
  for (let k = rows.procStart[row] as number; k < (rows.procStart[row + 1] as number); k++) {
    const proc = rows.proc[k] as number;
    if (critical >= (rules.procs.onCrit[proc] as number)) tryProc(m, proc, target);
  }
}

/** Throws the dice for a proc, and puts it down if it comes up. */
export function tryProc(m: Machine, proc: number, target: number): void {
  const procs = m.rules.procs;
  if (m.now < (m.procReady[proc] as number)) return;
  let chance = procs.chance[proc] as number;
  if (chance < 0) {
    const gap = m.now - (m.procTried[proc] as number);
    m.procTried[proc] = m.now;
    const counted = gap < LONGEST_GAP_MS ? gap : LONGEST_GAP_MS;
    chance = (procs.perMs[proc] as number) * (m.stats[HASTE] as number) * counted * RANDOM_RANGE;
  }
  if (nextRandom(m.random) >= chance || m.pendingCount === MAX_PENDING) return;
  m.procReady[proc] = m.now + (procs.cooldown[proc] as number);
  m.pending[2 * m.pendingCount] = proc;
  m.pending[2 * m.pendingCount + 1] = target;
  m.pendingCount++;
}

/** An auto-attack. @param hand 0 or 1 */
export function swing(m: Machine, hand: number): void {
  const { swings, slots } = m.rules;
  if (m.moveUntil > m.now) {
    schedule(m.timers, slots.swings + hand, m.moveUntil);
    return;
  }
  const roll = nextRandom(m.random) / RANDOM_RANGE;
  m.work[AMOUNT] =
    (swings.min[hand] as number) +
    (swings.range[hand] as number) * roll +
    (swings.power[hand] as number) * (m.stats[POWER] as number);
  const row = swings.row[hand] as number;
  m.sink.casts[row] = (m.sink.casts[row] as number) + 1;
  hit(m, row, 0);
  const speed = swings.speed[hand] as number;
  const factor = (m.stats[HASTE] as number) * (m.stats[SWING] as number);
  schedule(m.timers, slots.swings + hand, m.now + Math.round(speed / factor));
}
