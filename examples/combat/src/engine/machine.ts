import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { createTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import type { Rules } from './rules.ts';
import { createSink } from './sink.ts';
import type { Sink } from './sink.ts';

/*
 * Constants that the inner loop uses stand in objects, of which each module takes local copies: engines read an imported binding anew each time.
 */

/** Places in `stats`. */
export const STAT = {
  POWER: 0,
  /** A factor: 1.2 is a fifth faster. */
  HASTE: 1,
  /** Chance of a critical hit, of 1. */
  CRIT: 2,
  /** Share of damage that focus adds. */
  FOCUS: 3,
  /** A factor of all damage. */
  DAMAGE: 4,
  /** A factor of the speed of auto-attacks, besides haste. */
  SWING: 5,
} as const;

/** Places in `work`: numbers that are handed over in an array, because a double that is an argument may be allocated. */
export const WORK = {
  AMOUNT: 0,
  LOADED: 1,
  /** All damage of this iteration. */
  TOTAL: 2,
} as const;

/** How many procs may have come up at once; prepare sees to it that there cannot be more. */
export const MAX_PENDING = 1024;

/**
 * A fight in progress. Nothing is allocated once it is made; `reset` begins the next iteration. What is a whole number that stays small is a
 * field; everything else stands in typed arrays.
 */
export class Machine {
  readonly rules: Rules;
  readonly random: Random = createRandom();
  readonly timers: Timers;
  /** Where what happens is added up. */
  sink: Sink;

  now = 0;
  /** When this iteration's fight is over, in ms. */
  end = 0;

  readonly stats: Float64Array = new Float64Array(Object.keys(STAT).length);
  readonly work: Float64Array = new Float64Array(Object.keys(WORK).length);

  /** Of each ability: when all its charges are back. */
  readonly fullAt: Int32Array;
  readonly buffStacks: Int32Array;
  readonly buffUntil: Int32Array;
  readonly buffSince: Int32Array;
  /** Of each dot on each target, `target × dots + dot`: until when it is there; 0: it is not. */
  readonly dotUntil: Int32Array;
  readonly dotNext: Int32Array;
  readonly dotLast: Int32Array;
  readonly dotEvery: Int32Array;
  readonly dotSince: Int32Array;
  /** Of each dot: on how many targets it is. */
  readonly dotCount: Int32Array;

  /** What there was of each resource at `resourceAt`, and what is added each ms. */
  readonly resource: Float64Array;
  readonly resourceAt: Int32Array;
  readonly resourceRate: Float64Array;

  readonly procReady: Int32Array;
  readonly procTried: Int32Array;
  readonly useReady: Int32Array;

  readonly alive: Int32Array;
  aliveCount = 0;
  /** Since when and until when the wave that is there is there; 0, 0: none is. */
  waveSince = 0;
  waveUntil = 0;
  /** When the next wave comes, the next move begins: NEVER when none does. */
  waveNext = 0;
  moveNext = 0;
  /** 0: stands still. */
  moveUntil = 0;

  /** The ability that is being cast, -1: none; whom at; and how many ticks of a channel are left. */
  casting = -1;
  castTarget = 0;
  castCost = 0;
  ticksLeft = 0;
  gcdUntil = 0;
  last = -1;
  /** 1: nothing could be done when last looked at, since `idleSince`. */
  idle = 0;
  idleSince = 0;
  /** 1: something has changed that the rotation may have waited for. */
  dirty = 0;

  /** Whose damage it is, whom it is for, and how many units of a resource were spent on it. */
  row = 0;
  aim = 0;
  spent = 0;

  /** Procs that have come up and not yet happened: pairs of proc and target. */
  readonly pending: Int32Array = new Int32Array(2 * MAX_PENDING);
  pendingCount = 0;
  /** 1: what happens now sets off nothing. */
  quiet = 0;
  /** Of the buffs that an ability takes a stack of: whether they were there when it was used. */
  readonly eaten: Int32Array;

  bucket = 0;
  bucketEnd = 0;

  constructor(rules: Rules) {
    this.rules = rules;
    const { abilities, buffs, dots, resources, procs, uses, style, slots } = rules;
    const cells = style.targets * dots.ms.length;
    this.timers = createTimers(slots.count);
    this.sink = createSink(rules);
    this.fullAt = new Int32Array(abilities.row.length);
    this.buffStacks = new Int32Array(buffs.ms.length);
    this.buffUntil = new Int32Array(buffs.ms.length);
    this.buffSince = new Int32Array(buffs.ms.length);
    this.dotUntil = new Int32Array(cells);
    this.dotNext = new Int32Array(cells);
    this.dotLast = new Int32Array(cells);
    this.dotEvery = new Int32Array(cells);
    this.dotSince = new Int32Array(cells);
    this.dotCount = new Int32Array(dots.ms.length);
    this.resource = new Float64Array(resources.max.length);
    this.resourceAt = new Int32Array(resources.max.length);
    this.resourceRate = new Float64Array(resources.max.length);
    this.procReady = new Int32Array(procs.row.length);
    this.procTried = new Int32Array(procs.row.length);
    this.useReady = new Int32Array(uses.row.length);
    this.alive = new Int32Array(style.targets);
    this.eaten = new Int32Array(abilities.eatBuff.length);
  }
}
