import { act, finishCast, turnMove } from './act.ts';
import { endBuff, hasted, restat } from './buffs.ts';
import { swing } from './damage.ts';
import { tickDot } from './dots.ts';
import { doEffects, doPending } from './effects.ts';
import { binOf } from './histogram.ts';
import { WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { nextRandom, RANDOM_RANGE, seedRandom } from './random.ts';
import { settle } from './resources.ts';
import { COUNT, M2, MAX, MEAN, MIN } from './sink.ts';
import { planStyle, turnWave } from './targets.ts';
import { clearTimers, firstDue, NEVER, schedule } from './timers.ts';

const { TOTAL } = WORK;

const MS_PER_SECOND = 1000;

/** Begins an iteration: everything as it is before the first blow. */
function reset(m: Machine): void {
  const { rules, sink } = m;
  const { resources, swings, slots } = rules;
  clearTimers(m.timers);
  m.now = 0;
  m.work[TOTAL] = 0;
  m.fullAt.fill(0);
  m.buffStacks.fill(0);
  m.buffUntil.fill(0);
  m.dotUntil.fill(0);
  m.dotCount.fill(0);
  m.procReady.fill(0);
  m.procTried.fill(0);
  m.useReady.fill(0);
  m.casting = -1;
  m.ticksLeft = 0;
  m.gcdUntil = 0;
  m.last = -1;
  m.idle = 0;
  m.dirty = 0;
  m.pendingCount = 0;
  m.quiet = 0;
  m.bucket = 0;
  m.bucketEnd = sink.bucketWidth;
  for (let r = 0; r < resources.max.length; r++) {
    const start = resources.start[r] as number;
    m.resource[r] = start;
    m.resourceAt[r] = 0;
    m.resourceRate[r] = 0;
    sink.resourceStart[r] = (sink.resourceStart[r] as number) + start;
  }
  restat(m);
  planStyle(m);
  for (let hand = 0; hand < swings.speed.length; hand++) {
    if ((swings.speed[hand] as number) > 0) schedule(m.timers, slots.swings + hand, 0);
  }
  schedule(m.timers, slots.act, 0);
}

/** The timer of a buff that does something every so often. */
function pulse(m: Machine, buff: number): void {
  const { buffs, slots } = m.rules;
  m.row = buffs.row[buff] as number;
  m.aim = 0;
  m.spent = 0;
  m.quiet = 1;
  doEffects(m, buffs.pulseEffects[buff] as number, buffs.pulseEffects[buff + 1] as number);
  m.quiet = 0;
  schedule(m.timers, slots.pulses + buff, m.now + hasted(m, buffs.pulse[buff] as number));
}

function happen(m: Machine, slot: number): void {
  const { slots } = m.rules;
  if (slot === slots.act) act(m);
  else if (slot >= slots.swings) swing(m, slot - slots.swings);
  else if (slot === slots.cast) finishCast(m);
  else if (slot >= slots.dots) tickDot(m, slot - slots.dots);
  else if (slot >= slots.pulses) pulse(m, slot - slots.pulses);
  else if (slot >= slots.buffs) endBuff(m, slot - slots.buffs);
  else if (slot === slots.move) turnMove(m);
  else turnWave(m);
}

function play(m: Machine): void {
  const { timers, rules, sink } = m;
  for (;;) {
    const due = firstDue(timers);
    const time = due >> 8;
    if (due === NEVER || time >= m.end) break;
    m.now = time;
    while (time >= m.bucketEnd) {
      sink.exposure[m.bucket] = (sink.exposure[m.bucket] as number) + sink.bucketWidth;
      m.bucket++;
      m.bucketEnd += sink.bucketWidth;
    }
    happen(m, due & 0xff);
    if (m.pendingCount > 0) doPending(m);
    if (m.dirty === 1 && m.idle === 1) {
      m.dirty = 0;
      schedule(timers, rules.slots.act, time);
    }
  }
}

/** Closes the books of an iteration. */
function finish(m: Machine): void {
  const { rules, sink } = m;
  m.now = m.end;
  while (m.end > m.bucketEnd) {
    sink.exposure[m.bucket] = (sink.exposure[m.bucket] as number) + sink.bucketWidth;
    m.bucket++;
    m.bucketEnd += sink.bucketWidth;
  }
  const rest = m.end - (m.bucketEnd - sink.bucketWidth);
  sink.exposure[m.bucket] = (sink.exposure[m.bucket] as number) + rest;
  if (m.idle === 1) sink.time[1] = (sink.time[1] as number) + m.end - m.idleSince;
  sink.time[0] = (sink.time[0] as number) + m.end;
  for (let buff = 0; buff < m.buffStacks.length; buff++) {
    if (m.buffStacks[buff] === 0) continue;
    sink.buffMs[buff] = (sink.buffMs[buff] as number) + m.end - (m.buffSince[buff] as number);
  }
  for (let dot = 0; dot < m.dotCount.length; dot++) {
    if (m.dotUntil[dot] === 0) continue;
    sink.dotMs[dot] = (sink.dotMs[dot] as number) + m.end - (m.dotSince[dot] as number);
  }
  for (let r = 0; r < rules.resources.max.length; r++) {
    settle(m, r);
    sink.resourceEnd[r] = (sink.resourceEnd[r] as number) + (m.resource[r] as number);
  }
}

/** Adds the iteration to mean and variance (Welford) and to the histogram. */
function record(m: Machine): void {
  const { dps, histogram } = m.sink;
  const value = (m.work[TOTAL] as number) / (m.end / MS_PER_SECOND);
  const count = (dps[COUNT] as number) + 1;
  const delta = value - (dps[MEAN] as number);
  const mean = (dps[MEAN] as number) + delta / count;
  dps[COUNT] = count;
  dps[MEAN] = mean;
  dps[M2] = (dps[M2] as number) + delta * (value - mean);
  if (count === 1 || value < (dps[MIN] as number)) dps[MIN] = value;
  if (count === 1 || value > (dps[MAX] as number)) dps[MAX] = value;
  const bin = binOf(value);
  histogram[bin] = (histogram[bin] as number) + 1;
}

/** Plays the iteration of this number and adds it to the machine's sink. */
export function playIteration(m: Machine, seed: number, iteration: number): void {
  const { duration, variation } = m.rules;
  seedRandom(m.random, seed, iteration);
  const roll = nextRandom(m.random) / RANDOM_RANGE;
  m.end = Math.round(duration * (1 + variation * (2 * roll - 1)));
  reset(m);
  play(m);
  finish(m);
  record(m);
}
