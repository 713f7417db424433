/**
 * The shapes that the rules of the game are written in: plain data, no functions. The engine compiles them to flat tables, pages show their
 * names and descriptions. Times are in ms, shares in percent.
 *
 * Ids are snake_case. An ability and what it leaves on its target may have the same id; a modifier `of` that id is of both.
 */

export type StatId = 'power' | 'haste' | 'crit' | 'focus' | 'might';

/** What numbers a modifier changes while it is there. Percentages of several modifiers multiply, except those of chances, which add up. */
export type Modifier =
  /** More of a stat: points of power, or of a rating. */
  | { readonly type: 'stat'; readonly stat: StatId; readonly amount: number }
  /** Everything is faster: casts, global cool-down, ticks, swings, regeneration. */
  | { readonly type: 'haste'; readonly percent: number }
  /** Added to the chance of a critical hit. */
  | { readonly type: 'crit'; readonly percent: number; readonly of?: readonly string[] }
  | { readonly type: 'damage'; readonly percent: number; readonly of?: readonly string[] }
  /** Auto-attacks alone are faster. */
  | { readonly type: 'swing'; readonly percent: number }
  | { readonly type: 'regen'; readonly resource: string; readonly percent: number }
  /** -100: costs nothing. */
  | { readonly type: 'cost'; readonly percent: number; readonly of: readonly string[] }
  /** -100: instant. */
  | { readonly type: 'cast'; readonly percent: number; readonly of: readonly string[] }
  /** What the ability otherwise requires of its target is not asked for. */
  | { readonly type: 'unlock'; readonly of: readonly string[] };

/** How many targets: one, or that many, the nearest first. Beyond five each gets less: √(5/n) of it. */
type Targets = number;

export type Effect =
  /** `flat` + `power` × the character's power; with `per`, that for every unit spent. */
  | {
      readonly type: 'damage';
      readonly power?: number;
      readonly flat?: number;
      readonly targets?: Targets;
      readonly perSpent?: boolean;
    }
  /** Puts a damage-over-time on targets, `msPerSpent` longer for every unit spent. */
  | {
      readonly type: 'dot';
      readonly dot: string;
      readonly targets?: Targets;
      readonly msPerSpent?: number;
    }
  | {
      readonly type: 'buff';
      readonly buff: string;
      readonly stacks?: number;
      readonly msPerSpent?: number;
    }
  /** `perTarget`: that often as there are targets, at most so many times. */
  | {
      readonly type: 'gain';
      readonly resource: string;
      readonly amount: number;
      readonly perTarget?: number;
    }
  /** The ability is ready sooner. */
  | { readonly type: 'hasten'; readonly ability: string; readonly ms: number }
  /** What a damage-over-time would still do is done at once, times `percent` of it, and it ends. */
  | { readonly type: 'detonate'; readonly dot: string; readonly percent: number }
  /** A damage-over-time that is there lasts longer. */
  | { readonly type: 'extend'; readonly dot: string; readonly ms: number };

interface Named {
  readonly id: string;
  readonly name: string;
  /** A sentence or two for people. */
  readonly description: string;
}

export interface ResourceDefinition extends Named {
  readonly max: number;
  readonly start: number;
  /** Units a second, more with haste; none when left out. */
  readonly regen?: number;
}

export interface AbilityDefinition extends Named {
  /** Time to cast, less with haste. Left out: instant. */
  readonly cast?: number;
  /** Does its effects `ticks` times in the course of `ms` (less with haste). */
  readonly channel?: { readonly ms: number; readonly ticks: number };
  /** False: does not take the global cool-down; it then has a cooldown. */
  readonly gcd?: false;
  readonly cooldown?: number;
  /** How many uses it stores; 1 when left out. */
  readonly charges?: number;
  readonly cost?: { readonly resource: string; readonly amount: number };
  /** Takes all there is of this resource; there must be one at least. */
  readonly spends?: string;
  /** Only against targets below this much of their health. */
  readonly below?: number;
  readonly effects: readonly Effect[];
}

export interface DotDefinition extends Named {
  readonly ms: number;
  /** Time between ticks, less with haste. 0: never ticks, only changes what its target suffers. */
  readonly every: number;
  /** Damage of a tick: this much of the character's power. */
  readonly power: number;
  /** Its target suffers this much more of these. */
  readonly vulnerable?: { readonly percent: number; readonly of: readonly string[] };
}

export interface BuffDefinition extends Named {
  readonly ms: number;
  readonly stacks?: number;
  readonly modifiers?: readonly Modifier[];
  /** Each use of one of these takes a stack. */
  readonly consumedBy?: readonly string[];
  /** Does something every so often while it is there; `ms` is less with haste. */
  readonly pulse?: { readonly ms: number; readonly effects: readonly Effect[] };
  /** Used again, it keeps what is left of it, up to 30 % of its time. */
  readonly carries?: boolean;
}

/** Something that happens by chance. What it does sets off nothing further. */
export interface ProcDefinition extends Named {
  readonly on: 'cast' | 'hit' | 'crit' | 'tick' | 'swing';
  /** Of which abilities or damage-over-times; any of that kind when left out. */
  readonly of?: readonly string[];
  /** Either a fixed chance in percent, or how often in a minute (more with haste), however often it is tried. */
  readonly chance?: number;
  readonly perMinute?: number;
  /** Not again within this time. */
  readonly cooldown?: number;
  readonly effects: readonly Effect[];
}

/** What an item or a set brings into a fight. */
export interface Powers {
  readonly modifiers?: readonly Modifier[];
  readonly buffs?: readonly BuffDefinition[];
  readonly procs?: readonly ProcDefinition[];
}

export interface ClassDefinition extends Named {
  /** Global cool-down; `hasted`: less with haste, but never below 750 ms. */
  readonly gcd: { readonly ms: number; readonly hasted: boolean };
  /** Whether it attacks with its weapons by itself. */
  readonly swings: boolean;
  readonly wields: {
    readonly mainHand: readonly WeaponKind[];
    readonly offHand: readonly WeaponKind[];
  };
  /** What the stat `focus` does: so much more damage of these. */
  readonly focus: { readonly description: string; readonly of: readonly string[] };
  readonly resources: readonly ResourceDefinition[];
  readonly abilities: readonly AbilityDefinition[];
  readonly dots: readonly DotDefinition[];
  readonly buffs: readonly BuffDefinition[];
  readonly procs: readonly ProcDefinition[];
  /** The rotation it plays when it is given none. */
  readonly rotation: string;
}

export type WeaponKind = 'blade' | 'greatblade' | 'wand' | 'staff' | 'orb';

export const SLOTS = [
  'main_hand',
  'off_hand',
  'head',
  'neck',
  'shoulders',
  'back',
  'chest',
  'wrists',
  'hands',
  'waist',
  'legs',
  'feet',
  'ring1',
  'ring2',
  'trinket1',
  'trinket2',
] as const;

export type Slot = (typeof SLOTS)[number];

/** Where an item goes; a ring and a trinket into either of two slots, a one-handed weapon into either hand. */
export type ItemSlot =
  | Exclude<Slot, 'ring1' | 'ring2' | 'trinket1' | 'trinket2' | 'main_hand' | 'off_hand'>
  | 'ring'
  | 'trinket'
  | 'weapon'
  | 'two_hand'
  | 'off_hand';

export interface ItemDefinition extends Named, Powers {
  readonly slot: ItemSlot;
  readonly level: number;
  readonly stats: Readonly<Partial<Record<StatId, number>>>;
  readonly weapon?: {
    readonly kind: WeaponKind;
    /** Damage of a swing, and ms between two. Nothing of an orb. */
    readonly min: number;
    readonly max: number;
    readonly speed: number;
  };
  /** Only this class can wear it. */
  readonly classId?: string;
  readonly set?: string;
  /** Not two of it at once. */
  readonly unique?: boolean;
  /** Of the items of one family, at most two are worn. */
  readonly family?: string;
  /** Used by the rotation: `use trinket1`. */
  readonly use?: { readonly cooldown: number; readonly effects: readonly Effect[] };
  /** The sources that drop it. */
  readonly from: readonly string[];
}

export interface SetDefinition extends Named {
  /** What it gives when at least so many pieces are worn, least first. */
  readonly bonuses: readonly (Powers & { readonly pieces: number; readonly description: string })[];
}

/** A boss, or another place that items come from. */
export interface SourceDefinition extends Named {}

export interface FightStyleDefinition extends Named {
  /** How many targets when the character does not say, and between what it may say. */
  readonly targets: { readonly usual: number; readonly min: number; readonly max: number };
  /** The health of the first target at the beginning, in percent; it falls evenly to 0. */
  readonly health: number;
  /** Further targets that come and go; without it all are there from beginning to end. */
  readonly waves?: { readonly first: number; readonly every: number; readonly last: number };
  /** When the character has to move: it does not cast, channel or swing. */
  readonly moves?: { readonly first: number; readonly every: number; readonly last: number };
}
