/**
 * The instructions that a rotation is compiled to: four words each, in `Program.code`. A condition is tests that jump; only sums and products use
 * a stack. `evaluate.ts` runs them.
 */

/** Words of an instruction. */
export const WORDS = 4;

/** Nothing can be done. */
export const OP_END = 0;
/** a ability, b: go on there if it cannot be used now. */
export const OP_TRY = 1;
/** a ability: use it. */
export const OP_CAST = 2;
/** a what is used (0 main hand, 1 and 2 trinkets), b: go on there if there is nothing to use now. */
export const OP_TRY_USE = 3;
export const OP_USE = 4;
/** Wait: nothing below is looked at. */
export const OP_WAIT = 5;
/** a: go on there. */
export const OP_JUMP = 6;
/** a value, b its argument, c: go on there if it is 0. */
export const OP_UNLESS = 7;
/** a value, b its argument, c: go on there if it is not 0. */
export const OP_IF = 8;
/** a value, b its argument | comparison << 16, c constant; the next instruction is an OP_JUMP that is taken when it does not hold. */
export const OP_TEST = 9;
export const OP_PUSH = 10; // a value, b its argument
export const OP_CONSTANT = 11; // a constant
export const OP_ADD = 12;
export const OP_SUBTRACT = 13;
export const OP_MULTIPLY = 14;
export const OP_DIVIDE = 15;
export const OP_LEAST = 16;
export const OP_MOST = 17;
/** Takes two from the stack. a comparison; the next instruction is an OP_JUMP that is taken when it does not hold. */
export const OP_COMPARE = 18;
/** Begins to look at one target after the other. */
export const OP_EACH = 19;
/** b: go on there when there is no further target. */
export const OP_NEXT_TARGET = 20;

export const LESS = 0;
export const AT_MOST = 1;
export const MORE = 2;
export const AT_LEAST = 3;
export const EQUAL = 4;
export const UNEQUAL = 5;

/** The deepest stack. */
export const MAX_STACK = 32;
/** A program is not longer than this, in words. */
export const MAX_CODE = 16_384;

/** What can be asked; the argument is an index. Times are in ms, shares in percent. */
export const V_RESOURCE = 0;
export const V_DEFICIT = 1;
export const V_FULL_IN = 2;
export const V_READY = 3;
export const V_READY_IN = 4;
export const V_CHARGES = 5;
export const V_DOT_ACTIVE = 6;
export const V_DOT_REMAINS = 7;
export const V_DOT_REFRESHABLE = 8;
export const V_DOT_TARGETS = 9;
export const V_BUFF_ACTIVE = 10;
export const V_BUFF_REMAINS = 11;
export const V_BUFF_STACKS = 12;
export const V_HEALTH = 13;
export const V_TARGETS = 14;
export const V_TIME = 15;
export const V_FIGHT_REMAINS = 16;
export const V_MOVING = 17;
export const V_MOVE_IN = 18;
export const V_WAVE_IN = 19;
export const V_WAVE_REMAINS = 20;
export const V_GCD = 21;
export const V_LAST = 22;
export const V_USE_READY = 23;
export const V_USE_READY_IN = 24;
export const V_USE_REMAINS = 25;
export const V_HASTE = 26;
export const V_CRIT = 27;
export const V_CAST_TIME = 28;

/** What to wait for; `x` is how long before (or how much). */
export const WATCH_FULL = 0; // arg ability: all its charges are back in x
export const WATCH_COST = 1; // arg ability: it can be paid
export const WATCH_RESOURCE = 2; // arg resource: there is x of it, in millionths
export const WATCH_DOT = 3; // arg dot: it is over in x, on any target
export const WATCH_BUFF = 4; // arg buff: it is over in x
export const WATCH_TIME = 5; // x has passed
export const WATCH_END = 6; // the fight is over in x
export const WATCH_HEALTH = 7; // the first target has x percent
export const WATCH_USE = 8; // arg what is used: ready in x
export const WATCH_WAVE = 9; // the next wave comes in x
export const WATCH_WAVE_END = 10; // the wave leaves in x
export const WATCH_MOVE = 11; // the next move begins in x
