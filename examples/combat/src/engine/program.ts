/**
 * The instructions that a rotation is compiled to: four words each, the operation and `a`, `b` and `c`, in `Program.code`. A condition is tests that
 * jump; only sums and products use a stack. `evaluate.ts` runs them to see what can be done now, `wake.ts` to see when that may change.
 *
 * Engines read a constant of another module anew each time, and cannot make a jump table of it: what runs them takes local copies.
 */

/** Words of an instruction. */
export const WORDS = 4;

export const OP = {
  /** Nothing can be done. */
  END: 0,
  /** a ability, b: go on there if it cannot be used now. */
  TRY: 1,
  /** a ability: use it. */
  CAST: 2,
  /** a what is used (0 main hand, 1 and 2 trinkets), b: go on there if there is nothing to use now. */
  TRY_USE: 3,
  /** a what is used. */
  USE: 4,
  /** Nothing below is looked at. */
  WAIT: 5,
  /** a: go on there. */
  JUMP: 6,
  /** a value, b its argument, c: go on there if it is 0. */
  UNLESS: 7,
  /** a value, b its argument, c: go on there if it is not 0. */
  IF: 8,
  /** a value, b its argument + comparison × 2^16, c constant; the next instruction is a JUMP that is taken when it does not hold. */
  TEST: 9,
  /** a value, b its argument: onto the stack. */
  PUSH: 10,
  /** a constant: onto the stack. */
  CONSTANT: 11,
  /** Take two from the stack and leave one. */
  ADD: 12,
  SUBTRACT: 13,
  MULTIPLY: 14,
  DIVIDE: 15,
  LEAST: 16,
  MOST: 17,
  /** a comparison, of two from the stack; the next instruction is a JUMP that is taken when it does not hold. */
  COMPARE: 18,
  /** Begins to look at one target after the other. */
  EACH: 19,
  /** b: go on there when there is no further target. */
  NEXT_TARGET: 20,
} as const;

export const COMPARISON = {
  LESS: 0,
  AT_MOST: 1,
  MORE: 2,
  AT_LEAST: 3,
  EQUAL: 4,
  UNEQUAL: 5,
} as const;

/** What can be asked; the argument is an index. Times are in ms, shares in percent, conditions 0 or 1. */
export const VALUE = {
  RESOURCE: 0,
  DEFICIT: 1,
  FULL_IN: 2,
  READY: 3,
  READY_IN: 4,
  CHARGES: 5,
  DOT_ACTIVE: 6,
  DOT_REMAINS: 7,
  DOT_REFRESHABLE: 8,
  DOT_TARGETS: 9,
  BUFF_ACTIVE: 10,
  BUFF_REMAINS: 11,
  BUFF_STACKS: 12,
  HEALTH: 13,
  TARGETS: 14,
  TIME: 15,
  FIGHT_REMAINS: 16,
  MOVING: 17,
  MOVE_IN: 18,
  WAVE_IN: 19,
  WAVE_REMAINS: 20,
  GCD: 21,
  LAST: 22,
  USE_READY: 23,
  USE_READY_IN: 24,
  USE_REMAINS: 25,
  HASTE: 26,
  CRIT: 27,
  CAST_TIME: 28,
} as const;

/** The deepest stack. */
export const MAX_STACK = 32;
/** A program is not longer than this, in words. */
export const MAX_CODE = 16_384;
