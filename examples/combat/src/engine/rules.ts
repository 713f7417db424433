/**
 * The rules of one fight, compiled: flat tables that the engine reads while it runs. Everything is an index: of an ability, a buff, a
 * damage-over-time ("dot"), a resource, a row of the damage table. A list of lists is two arrays, as in `modStart` and `modBuff`: what belongs to
 * row r stands from `modStart[r]` to before `modStart[r + 1]`.
 *
 * Times are whole ms, resources whole millionths of a unit, shares fractions of 1, chances out of RANDOM_RANGE.
 */

/** Millionths of a unit of a resource. */
export const UNIT = 1_000_000;

/** Kinds of effects, and what `a`, `b`, `x` and `y` are for each. */
export const EFFECT = {
  /** a targets, b 1 for each unit spent, x of power, y flat */
  DAMAGE: 0,
  /** a dot, b targets, x ms for each unit spent */
  DOT: 1,
  /** a buff, b stacks, x ms for each unit spent */
  BUFF: 2,
  /** a resource, b at most so many targets count (0: once), x amount */
  GAIN: 3,
  /** a ability, x ms */
  HASTEN: 4,
  /** a dot, x share */
  DETONATE: 5,
  /** a dot, x ms */
  EXTEND: 6,
} as const;

/** What a buff changes of the whole character. */
export const GLOBAL = {
  POWER: 0,
  HASTE_RATING: 1,
  CRIT_RATING: 2,
  FOCUS_RATING: 3,
  MIGHT_RATING: 4,
  HASTE: 5,
  CRIT: 6,
  DAMAGE: 7,
  SWING: 8,
  /** arg resource */
  REGEN: 9,
} as const;

export interface Effects {
  readonly kind: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What each source of damage is called in results. */
export interface RowName {
  readonly id: string;
  readonly kind: 'ability' | 'dot' | 'attack' | 'proc' | 'buff' | 'item';
}

export interface RowTables {
  readonly names: readonly RowName[];
  /** What always multiplies it: bonuses of sets. */
  readonly factor: Float64Array;
  /** What is always added to its chance of a critical hit. */
  readonly crit: Float64Array;
  /** 1: the stat focus is for it. */
  readonly focus: Float64Array;
  readonly modStart: Int32Array;
  readonly modBuff: Int32Array;
  readonly modShare: Float64Array;
  readonly critStart: Int32Array;
  readonly critBuff: Int32Array;
  readonly critShare: Float64Array;
  /** Dots that make their target suffer more of it. */
  readonly vulnStart: Int32Array;
  readonly vulnDot: Int32Array;
  readonly vulnShare: Float64Array;
  /** What a hit may set off. */
  readonly procStart: Int32Array;
  readonly proc: Int32Array;
}

export interface AbilityTables {
  readonly row: Int32Array;
  /** 0: none is taken. */
  readonly gcd: Int32Array;
  readonly cast: Int32Array;
  /** 0: no channel; `cast` is then the time of all ticks. */
  readonly ticks: Int32Array;
  readonly cooldown: Int32Array;
  readonly charges: Int32Array;
  /** -1: none. */
  readonly costResource: Int32Array;
  readonly cost: Float64Array;
  readonly spends: Int32Array;
  /** In percent; 0: any health will do. */
  readonly below: Float64Array;
  /** A buff that makes `below` irrelevant, -1: none. */
  readonly unlock: Int32Array;
  readonly effects: Int32Array;
  readonly eatStart: Int32Array;
  readonly eatBuff: Int32Array;
  readonly costModStart: Int32Array;
  readonly costModBuff: Int32Array;
  readonly costModShare: Float64Array;
  readonly castModStart: Int32Array;
  readonly castModBuff: Int32Array;
  readonly castModShare: Float64Array;
  /** What its use may set off. */
  readonly procStart: Int32Array;
  readonly proc: Int32Array;
}

export interface DotTables {
  readonly row: Int32Array;
  readonly ms: Int32Array;
  /** 0: never ticks. */
  readonly every: Int32Array;
  readonly power: Float64Array;
}

export interface BuffTables {
  readonly names: readonly string[];
  readonly row: Int32Array;
  readonly ms: Int32Array;
  readonly stacks: Int32Array;
  readonly carries: Int32Array;
  /** 1: it changes what the whole character is. */
  readonly global: Int32Array;
  /** 0: none. */
  readonly pulse: Int32Array;
  readonly pulseEffects: Int32Array;
}

export interface GlobalTables {
  readonly kind: Int32Array;
  readonly buff: Int32Array;
  readonly arg: Int32Array;
  readonly amount: Float64Array;
}

export interface ResourceTables {
  readonly names: readonly string[];
  readonly max: Float64Array;
  readonly start: Float64Array;
  /** A millisecond, without haste; 0: does not come back by itself. */
  readonly regen: Float64Array;
}

export interface ProcTables {
  readonly row: Int32Array;
  /** 1: only critical hits set it off. */
  readonly onCrit: Int32Array;
  /** Out of RANDOM_RANGE; -1: it goes by `perMs`. */
  readonly chance: Float64Array;
  readonly perMs: Float64Array;
  readonly cooldown: Int32Array;
  readonly effects: Int32Array;
}

/** What can be used, in the order main hand, first trinket, second trinket. */
export interface UseTables {
  readonly row: Int32Array;
  /** 0: there is nothing to use. */
  readonly cooldown: Int32Array;
  readonly effects: Int32Array;
  /** The first buff it gives, -1: none. */
  readonly buff: Int32Array;
}

/** Main hand, off-hand. */
export interface SwingTables {
  readonly row: Int32Array;
  /** 0: does not swing. */
  readonly speed: Int32Array;
  readonly min: Float64Array;
  /** Between the least and the most. */
  readonly range: Float64Array;
  /** What of the power is added for each second of its speed. */
  readonly power: Float64Array;
}

export interface StyleTables {
  /** All that are ever there at once. */
  readonly targets: number;
  /** From beginning to end. */
  readonly staying: number;
  readonly health: number;
  /** 0: never. */
  readonly waveEvery: number;
  readonly waveFirst: number;
  readonly waveLast: number;
  readonly moveEvery: number;
  readonly moveFirst: number;
  readonly moveLast: number;
}

/** Before buffs; the last five are fractions. */
export interface BaseStats {
  readonly power: number;
  readonly hasteRating: number;
  readonly critRating: number;
  readonly focusRating: number;
  readonly mightRating: number;
  readonly ratingPerPercent: number;
  /** Factors and shares that bonuses of sets give. */
  readonly haste: number;
  readonly crit: number;
  readonly focus: number;
  readonly damage: number;
  readonly swing: number;
}

/** Where the timers of what stand; see timers.ts for what their order means. */
export interface SlotLayout {
  readonly wave: number;
  readonly move: number;
  readonly buffs: number;
  readonly pulses: number;
  readonly dots: number;
  readonly cast: number;
  readonly swings: number;
  readonly act: number;
  readonly count: number;
}

/** A rotation as the engine reads it; see program.ts. */
export interface Program {
  readonly code: Int32Array;
  readonly constants: Float64Array;
}

export interface Rules {
  readonly stats: BaseStats;
  readonly rows: RowTables;
  readonly abilities: AbilityTables;
  readonly dots: DotTables;
  readonly buffs: BuffTables;
  readonly globals: GlobalTables;
  readonly resources: ResourceTables;
  readonly procs: ProcTables;
  readonly uses: UseTables;
  readonly swings: SwingTables;
  readonly effects: Effects;
  readonly style: StyleTables;
  readonly slots: SlotLayout;
  readonly program: Program;
  readonly gcdHasted: boolean;
  readonly duration: number;
  /** A fraction of the duration. */
  readonly variation: number;
}
