import { dropDot } from './dots.ts';
import { WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { NEVER, schedule } from './timers.ts';

const { LOADED } = WORK;

/** Puts the health of a target, in percent, into `m.work[LOADED]`: it falls evenly, for as long as the target is there. */
export function loadHealth(m: Machine, target: number): void {
  const { style } = m.rules;
  m.work[LOADED] =
    target < style.staying
      ? (style.health * (m.end - m.now)) / m.end
      : (100 * (m.waveUntil - m.now)) / (m.waveUntil - m.waveSince);
}

/** The timer of waves: one comes, or the one that is there goes, with all that is on its targets. */
export function turnWave(m: Machine): void {
  const { style, slots, dots } = m.rules;
  m.dirty = 1;
  if (m.waveUntil === 0) {
    m.waveSince = m.now;
    m.waveUntil = m.now + style.waveLast;
    m.waveNext = m.now + style.waveEvery;
    for (let target = style.staying; target < style.targets; target++) m.alive[target] = 1;
    m.aliveCount = style.targets;
    schedule(m.timers, slots.wave, m.waveUntil);
    return;
  }
  m.waveSince = 0;
  m.waveUntil = 0;
  m.aliveCount = style.staying;
  for (let target = style.staying; target < style.targets; target++) {
    m.alive[target] = 0;
    for (let dot = 0; dot < dots.ms.length; dot++) {
      const cell = target * dots.ms.length + dot;
      if (m.dotUntil[cell] !== 0) dropDot(m, cell);
    }
  }
  schedule(m.timers, slots.wave, m.waveNext);
}

/** Sets the first wave and the first move of a fight. */
export function planStyle(m: Machine): void {
  const { style, slots } = m.rules;
  for (let target = 0; target < style.targets; target++) {
    m.alive[target] = target < style.staying ? 1 : 0;
  }
  m.aliveCount = style.staying;
  m.waveSince = 0;
  m.waveUntil = 0;
  m.waveNext = style.waveEvery > 0 ? style.waveFirst : NEVER;
  if (style.waveEvery > 0) schedule(m.timers, slots.wave, m.waveNext);
  m.moveUntil = 0;
  m.moveNext = style.moveEvery > 0 ? style.moveFirst : NEVER;
  if (style.moveEvery > 0) schedule(m.timers, slots.move, m.moveNext);
}
