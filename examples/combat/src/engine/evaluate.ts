import { castable, castTime, chargesOf, costOf, gcdOf, present, readyAt } from './abilities.ts';
import { CARRIED } from './buffs.ts';
import { CRIT, HASTE, LOADED } from './machine.ts';
import type { Machine } from './machine.ts';
import * as p from './program.ts';
import { UNIT } from './rules.ts';
import { loadHealth } from './targets.ts';
import { NEVER } from './timers.ts';

/** What `evaluate` gives when nothing can be done. */
export const NOTHING = -1;
/** It gives the index of an ability, or this plus what is to be used. */
export const USE = 0x1_0000;

const PERCENT = 100;

const stack = new Float64Array(p.MAX_STACK);

const flag = (holds: boolean): number => (holds ? 1 : 0);

/** Puts a value into `m.work[LOADED]`. */
function load(m: Machine, value: number, arg: number): void {
  const now = m.now;
  let loaded = 0;
  switch (value) {
    case p.V_RESOURCE:
      loaded = present(m, arg) / UNIT;
      break;
    case p.V_DEFICIT:
      loaded = ((m.rules.resources.max[arg] as number) - present(m, arg)) / UNIT;
      break;
    case p.V_FULL_IN: {
      const rate = m.resourceRate[arg] as number;
      const room = (m.rules.resources.max[arg] as number) - present(m, arg);
      loaded = room === 0 ? 0 : rate === 0 ? NEVER : Math.ceil(room / rate);
      break;
    }
    case p.V_READY:
      loaded = flag(readyAt(m, arg) <= now);
      break;
    case p.V_READY_IN:
      loaded = Math.max(0, readyAt(m, arg) - now);
      break;
    case p.V_CHARGES:
      loaded = chargesOf(m, arg);
      break;
    case p.V_DOT_ACTIVE:
      loaded = flag(m.dotUntil[m.aim * m.dotCount.length + arg] !== 0);
      break;
    case p.V_DOT_REMAINS:
      loaded = Math.max(0, (m.dotUntil[m.aim * m.dotCount.length + arg] as number) - now);
      break;
    case p.V_DOT_REFRESHABLE: {
      const left = (m.dotUntil[m.aim * m.dotCount.length + arg] as number) - now;
      loaded = flag(left < CARRIED * (m.rules.dots.ms[arg] as number));
      break;
    }
    case p.V_DOT_TARGETS:
      loaded = m.dotCount[arg] as number;
      break;
    case p.V_BUFF_ACTIVE:
      loaded = flag((m.buffStacks[arg] as number) > 0);
      break;
    case p.V_BUFF_REMAINS:
      loaded = (m.buffStacks[arg] as number) > 0 ? (m.buffUntil[arg] as number) - now : 0;
      break;
    case p.V_BUFF_STACKS:
      loaded = m.buffStacks[arg] as number;
      break;
    case p.V_HEALTH:
      loadHealth(m, m.aim);
      return;
    case p.V_TARGETS:
      loaded = m.aliveCount;
      break;
    case p.V_TIME:
      loaded = now;
      break;
    case p.V_FIGHT_REMAINS:
      loaded = m.end - now;
      break;
    case p.V_MOVING:
      loaded = flag(m.moveUntil > now);
      break;
    case p.V_MOVE_IN:
      loaded = m.moveNext - now;
      break;
    case p.V_WAVE_IN:
      loaded = m.waveUntil > 0 ? 0 : m.waveNext - now;
      break;
    case p.V_WAVE_REMAINS:
      loaded = m.waveUntil > 0 ? m.waveUntil - now : 0;
      break;
    case p.V_GCD:
      loaded = gcdOf(m, arg);
      break;
    case p.V_LAST:
      loaded = flag(m.last === arg);
      break;
    case p.V_USE_READY:
      loaded = flag(usable(m, arg));
      break;
    case p.V_USE_READY_IN:
      loaded =
        m.rules.uses.cooldown[arg] === 0 ? NEVER : Math.max(0, (m.useReady[arg] as number) - now);
      break;
    case p.V_USE_REMAINS: {
      const buff = m.rules.uses.buff[arg] as number;
      const there = buff >= 0 && (m.buffStacks[buff] as number) > 0;
      loaded = there ? (m.buffUntil[buff] as number) - now : 0;
      break;
    }
    case p.V_HASTE:
      loaded = ((m.stats[HASTE] as number) - 1) * PERCENT;
      break;
    case p.V_CRIT:
      loaded = (m.stats[CRIT] as number) * PERCENT;
      break;
    case p.V_CAST_TIME:
      loaded = castTime(m, arg);
      break;
    default:
      throw new RangeError(`value ${value} is unknown`);
  }
  m.work[LOADED] = loaded;
}

/** Whether there is something to use in this place, and it is ready. */
function usable(m: Machine, place: number): boolean {
  return m.rules.uses.cooldown[place] !== 0 && (m.useReady[place] as number) <= m.now;
}

function holds(comparison: number, a: number, b: number): boolean {
  switch (comparison) {
    case p.LESS:
      return a < b;
    case p.AT_MOST:
      return a <= b;
    case p.MORE:
      return a > b;
    case p.AT_LEAST:
      return a >= b;
    case p.EQUAL:
      return a === b;
    default:
      return a !== b;
  }
}

/** The next target that is there after `target`; -1: there is none. */
function nextTarget(m: Machine, target: number): number {
  for (let next = target + 1; next < m.alive.length; next++) if (m.alive[next] === 1) return next;
  return -1;
}

/**
 * Reads the rotation from the top and gives the first thing that can be done: the index of an ability, to be used at `m.aim`, or USE plus what is to
 * be used; NOTHING when there is nothing.
 */
export function evaluate(m: Machine): number {
  const { code, constants } = m.rules.program;
  let depth = 0;
  let pc = 0;
  m.aim = 0;
  for (;;) {
    const a = code[pc + 1] as number;
    const b = code[pc + 2] as number;
    switch (code[pc] as number) {
      case p.OP_TRY:
        pc = castable(m, a) ? pc + p.WORDS : b;
        break;
      case p.OP_CAST:
        return a;
      case p.OP_TRY_USE:
        pc = usable(m, a) ? pc + p.WORDS : b;
        break;
      case p.OP_USE:
        return USE + a;
      case p.OP_JUMP:
        pc = a;
        break;
      case p.OP_UNLESS:
        load(m, a, b);
        pc = m.work[LOADED] === 0 ? (code[pc + 3] as number) : pc + p.WORDS;
        break;
      case p.OP_IF:
        load(m, a, b);
        pc = m.work[LOADED] === 0 ? pc + p.WORDS : (code[pc + 3] as number);
        break;
      case p.OP_TEST: {
        load(m, a, b & 0xffff);
        const left = m.work[LOADED] as number;
        const right = constants[code[pc + 3] as number] as number;
        pc += holds(b >> 16, left, right) ? 2 * p.WORDS : p.WORDS;
        break;
      }
      case p.OP_PUSH:
        load(m, a, b);
        stack[depth++] = m.work[LOADED] as number;
        pc += p.WORDS;
        break;
      case p.OP_CONSTANT:
        stack[depth++] = constants[a] as number;
        pc += p.WORDS;
        break;
      case p.OP_COMPARE:
        depth -= 2;
        pc += holds(a, stack[depth] as number, stack[depth + 1] as number) ? 2 * p.WORDS : p.WORDS;
        break;
      case p.OP_EACH:
        m.aim = -1;
        pc += p.WORDS;
        break;
      case p.OP_NEXT_TARGET: {
        const next = nextTarget(m, m.aim);
        m.aim = next < 0 ? 0 : next;
        pc = next < 0 ? b : pc + p.WORDS;
        break;
      }
      case p.OP_END:
      case p.OP_WAIT:
        return NOTHING;
      default:
        depth--;
        calculate(code[pc] as number, depth);
        pc += p.WORDS;
    }
  }
}

/** Replaces the two numbers at the top of the stack by what comes of them. */
function calculate(op: number, depth: number): void {
  const a = stack[depth - 1] as number;
  const b = stack[depth] as number;
  let result = 0;
  if (op === p.OP_ADD) result = a + b;
  else if (op === p.OP_SUBTRACT) result = a - b;
  else if (op === p.OP_MULTIPLY) result = a * b;
  // Nothing divided by nothing is nothing: a rotation cannot make a number that is none.
  else if (op === p.OP_DIVIDE) result = b === 0 ? 0 : a / b;
  else if (op === p.OP_LEAST) result = a < b ? a : b;
  else if (op === p.OP_MOST) result = a > b ? a : b;
  else throw new RangeError(`instruction ${op} is unknown`);
  stack[depth - 1] = result;
}

/** The sooner of two times that are still to come; a time that is now counts as one later, when what was equal is no more. */
function sooner(m: Machine, wake: number, time: number): number {
  const at = time === m.now ? time + 1 : time;
  return at > m.now && at < wake ? at : wake;
}

function resourceAt(m: Machine, resource: number, wanted: number): number {
  const rate = m.resourceRate[resource] as number;
  const missing = wanted - present(m, resource);
  if (missing < 0 || rate === 0) return 0;
  return m.now + Math.ceil(missing / rate);
}

/** When what the rotation waits for may come true by itself; NEVER: only something that happens can help. */
export function wakeTime(m: Machine): number {
  const { program, uses, style } = m.rules;
  const { watchKind, watchArg, watchX, poll } = program;
  let wake = poll > 0 ? m.now + poll : NEVER;
  for (let w = 0; w < watchKind.length; w++) {
    const arg = watchArg[w] as number;
    const x = watchX[w] as number;
    switch (watchKind[w] as number) {
      case p.WATCH_FULL:
        wake = sooner(m, wake, (m.fullAt[arg] as number) - x);
        break;
      case p.WATCH_COST: {
        const resource = m.rules.abilities.costResource[arg] as number;
        wake = sooner(m, wake, resourceAt(m, resource, costOf(m, arg)));
        break;
      }
      case p.WATCH_RESOURCE:
        wake = sooner(m, wake, resourceAt(m, arg, x));
        break;
      case p.WATCH_DOT:
        for (let cell = arg; cell < m.dotUntil.length; cell += m.dotCount.length) {
          wake = sooner(m, wake, (m.dotUntil[cell] as number) - x);
        }
        break;
      case p.WATCH_BUFF:
        wake = sooner(m, wake, (m.buffUntil[arg] as number) - x);
        break;
      case p.WATCH_TIME:
        wake = sooner(m, wake, x);
        break;
      case p.WATCH_END:
        wake = sooner(m, wake, m.end - x);
        break;
      case p.WATCH_HEALTH:
        wake = sooner(m, wake, Math.ceil(m.end * (1 - x / style.health)));
        if (m.waveUntil > 0) {
          const stay = m.waveUntil - m.waveSince;
          wake = sooner(m, wake, m.waveSince + Math.ceil(stay * (1 - x / PERCENT)));
        }
        break;
      case p.WATCH_USE:
        if (uses.cooldown[arg] !== 0) wake = sooner(m, wake, (m.useReady[arg] as number) - x);
        break;
      case p.WATCH_WAVE:
        wake = sooner(m, wake, m.waveNext - x);
        break;
      case p.WATCH_WAVE_END:
        wake = sooner(m, wake, m.waveUntil - x);
        break;
      case p.WATCH_MOVE:
        wake = sooner(m, wake, m.moveNext - x);
        break;
      default:
        throw new RangeError(`watch ${watchKind[w]} is unknown`);
    }
  }
  return wake;
}
