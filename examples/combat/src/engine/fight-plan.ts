import type {
  ClassDefinition,
  FightStyleDefinition,
  ItemDefinition,
  Powers,
} from '../catalog/model.ts';
import type { Program } from './rules.ts';

/** What an item or a set brings, under its id. */
export interface Extra {
  readonly id: string;
  readonly powers: Powers;
}

/** What can be used, under the id of its item. */
export interface Usable {
  readonly id: string;
  readonly use: NonNullable<ItemDefinition['use']>;
}

/** Sums of a character, without what `extras` add. */
export interface CharacterStats {
  readonly power: number;
  readonly hasteRating: number;
  readonly critRating: number;
  readonly focusRating: number;
  readonly mightRating: number;
  readonly ratingPerPercent: number;
  /** Shares that everybody has without any rating. */
  readonly crit: number;
  readonly focus: number;
}

type Weapon = NonNullable<ItemDefinition['weapon']>;

/** All that decides a fight, before it is compiled. */
export interface FightPlan {
  readonly definition: ClassDefinition;
  readonly stats: CharacterStats;
  readonly mainHand: Weapon | null;
  readonly offHand: Weapon | null;
  readonly extras: readonly Extra[];
  /** Main hand, first trinket, second trinket. */
  readonly uses: readonly (Usable | null)[];
  readonly program: Program;
  readonly style: FightStyleDefinition;
  readonly targets: number;
  /** In ms. */
  readonly duration: number;
  /** A fraction of the duration. */
  readonly variation: number;
}
