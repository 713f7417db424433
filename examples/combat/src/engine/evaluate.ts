import { castable } from './abilities.ts';
import { WORK } from './machine.ts';
import type { Machine } from './machine.ts';
import { MAX_STACK, OP } from './program.ts';
import { holds, load, nextTarget, usable } from './values.ts';

const { LOADED } = WORK;

/** What `evaluate` gives when nothing can be done. */
export const NOTHING = -1;
/** It gives the index of an ability, or this plus what is to be used. */
export const USE = 0x1_0000;

const {
  END,
  TRY,
  CAST,
  TRY_USE,
  USE: USE_IT,
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
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  LEAST,
  MOST,
} = OP;
const WORDS = 4;

const stack = new Float64Array(MAX_STACK);

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
      case TRY:
        pc = castable(m, a) ? pc + WORDS : b;
        break;
      case CAST:
        return a;
      case TRY_USE:
        pc = usable(m, a) ? pc + WORDS : b;
        break;
      case USE_IT:
        return USE + a;
      case JUMP:
        pc = a;
        break;
      case UNLESS:
        load(m, a, b);
        pc = m.work[LOADED] === 0 ? (code[pc + 3] as number) : pc + WORDS;
        break;
      case IF:
        load(m, a, b);
        pc = m.work[LOADED] === 0 ? pc + WORDS : (code[pc + 3] as number);
        break;
      case TEST: {
        load(m, a, b & 0xffff);
        const left = m.work[LOADED] as number;
        const right = constants[code[pc + 3] as number] as number;
        pc = holds(b >> 16, left, right) ? pc + 2 * WORDS : (code[pc + WORDS + 1] as number);
        break;
      }
      case PUSH:
        load(m, a, b);
        stack[depth++] = m.work[LOADED] as number;
        pc += WORDS;
        break;
      case CONSTANT:
        stack[depth++] = constants[a] as number;
        pc += WORDS;
        break;
      case COMPARE:
        depth -= 2;
        pc = holds(a, stack[depth] as number, stack[depth + 1] as number)
          ? pc + 2 * WORDS
          : (code[pc + WORDS + 1] as number);
        break;
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
        return NOTHING;
      default:
        depth--;
        calculate(code[pc] as number, stack, depth);
        pc += WORDS;
    }
  }
}

/** Replaces the two numbers at the top of a stack, `depth - 1` and `depth`, by what comes of them. */
export function calculate(op: number, stack: Float64Array, depth: number): void {
  const a = stack[depth - 1] as number;
  const b = stack[depth] as number;
  let result = 0;
  if (op === ADD) result = a + b;
  else if (op === SUBTRACT) result = a - b;
  else if (op === MULTIPLY) result = a * b;
  // Divided by nothing is nothing: a rotation cannot make a number that is none.
  else if (op === DIVIDE) result = b === 0 ? 0 : a / b;
  else if (op === LEAST) result = a < b ? a : b;
  else if (op === MOST) result = a > b ? a : b;
  else throw new RangeError(`instruction ${op} is unknown`);
  stack[depth - 1] = result;
}
