import { castTime, costOf, present, readyAt } from './abilities.ts';
import { calculate } from './evaluate.ts';
import { WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { MAX_STACK, OP } from './program.ts';
import { loadHealth } from './targets.ts';
import { NEVER } from './timers.ts';
import { changeOf, drifts, healthAt, holds, load, nextTarget, resourceAt } from './values.ts';

const { LOADED } = WORK;

/**
 * When to look at the rotation again, if nothing happens before.
 *
 * The rotation is read once more. What comes of that depends only on the tests that are made on the way; as long as none of them comes out otherwise,
 * nothing does. A line comes true not before its ability can be used, and, if its condition does not hold now, not before one of the tests that
 * were made for it comes out otherwise. The first line that may come true says when to look again, to the millisecond.
 */

const {
  END,
  TRY,
  CAST,
  TRY_USE,
  USE,
  WAIT,
  JUMP,
  UNLESS,
  IF,
  TEST,
  PUSH,
  CONSTANT,
  COMPARE,
  EACH,
  NEXT_TARGET,
} = OP;
const WORDS = 4;
/** A sum of what changes by itself is looked at so often. */
const POLL_MS = 100;

const stack = new Float64Array(MAX_STACK);

/** When an ability can be used, if nothing happens; in the past: it can be now; NEVER: only something that happens can help. */
function castableAt(m: Machine, ability: number): number {
  const { abilities } = m.rules;
  const spends = abilities.spends[ability] as number;
  if (spends >= 0 && (m.resource[spends] as number) === 0) return NEVER;
  if (m.moveUntil > m.now && castTime(m, ability) > 0) return NEVER;
  let at = readyAt(m, ability);
  const costResource = abilities.costResource[ability] as number;
  if (costResource >= 0) {
    const cost = costOf(m, ability);
    if (present(m, costResource) < cost) {
      const paid = resourceAt(m, costResource, cost);
      if (paid > at) at = paid;
    }
  }
  const below = abilities.below[ability] as number;
  if (below > 0) {
    const unlock = abilities.unlock[ability] as number;
    if (unlock < 0 || m.buffStacks[unlock] === 0) {
      loadHealth(m, m.aim);
      if ((m.work[LOADED] as number) >= below) {
        const weak = healthAt(m, below);
        if (weak > at) at = weak;
      }
    }
  }
  return at;
}

function usableAt(m: Machine, place: number): number {
  return m.rules.uses.cooldown[place] === 0 ? NEVER : (m.useReady[place] as number);
}

export function wakeTime(m: Machine): number {
  const { code, constants } = m.rules.program;
  let wake = NEVER;
  let depth = 0;
  let pc = 0;
  // Of the line that is being read: where it ends, when its ability can be used, and when one of its tests may change.
  let lineEnd = -1;
  let lineReady = 0;
  let lineChange = NEVER;
  m.aim = 0;
  for (;;) {
    if (pc === lineEnd) {
      if (lineChange < lineReady) lineChange = lineReady;
      if (lineChange < wake) wake = lineChange;
      lineEnd = -1;
    }
    const a = code[pc + 1] as number;
    const b = code[pc + 2] as number;
    let change = NEVER;
    switch (code[pc] as number) {
      case TRY:
      case TRY_USE:
        lineReady = code[pc] === TRY ? castableAt(m, a) : usableAt(m, a);
        pc += WORDS;
        // It cannot be what is waited for.
        if (lineReady >= wake) pc = b;
        else {
          lineEnd = b;
          lineChange = NEVER;
        }
        break;
      case CAST:
      case USE:
        // The condition holds.
        lineChange = lineReady;
        pc = lineEnd;
        break;
      case JUMP:
        pc = a;
        break;
      case UNLESS:
      case IF: {
        m.work[LOADED] = 0;
        change = changeOf(m, a, b);
        load(m, a, b);
        const jumps = (m.work[LOADED] === 0) === (code[pc] === UNLESS);
        pc = jumps ? (code[pc + 3] as number) : pc + WORDS;
        break;
      }
      case TEST: {
        const than = constants[code[pc + 3] as number] as number;
        const arg = b & 0xffff;
        m.work[LOADED] = than;
        change = changeOf(m, a, arg);
        load(m, a, arg);
        const jumps = !holds(b >> 16, m.work[LOADED], than);
        pc = jumps ? (code[pc + WORDS + 1] as number) : pc + 2 * WORDS;
        break;
      }
      case PUSH:
        load(m, a, b);
        stack[depth++] = m.work[LOADED] as number;
        if (drifts(a)) change = m.now + POLL_MS;
        pc += WORDS;
        break;
      case CONSTANT:
        stack[depth++] = constants[a] as number;
        pc += WORDS;
        break;
      case COMPARE: {
        depth -= 2;
        const jumps = !holds(a, stack[depth] as number, stack[depth + 1] as number);
        pc = jumps ? (code[pc + WORDS + 1] as number) : pc + 2 * WORDS;
        break;
      }
      case EACH:
        m.aim = -1;
        pc += WORDS;
        break;
      case NEXT_TARGET: {
        const next = nextTarget(m, m.aim);
        m.aim = next < 0 ? 0 : next;
        pc = next < 0 ? b : pc + WORDS;
        break;
      }
      case END:
      case WAIT:
        // Never at once: it has just been seen that nothing can be done.
        return wake > m.now ? wake : m.now + 1;
      default:
        depth--;
        calculate(code[pc] as number, stack, depth);
        pc += WORDS;
    }
    if (lineEnd >= 0) {
      if (change < lineChange) lineChange = change;
    } else if (change < wake) wake = change;
  }
}
