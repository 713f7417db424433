import { z } from 'zod';
import { SLOTS } from '../catalog/model.ts';
import type { Slot, StatId } from '../catalog/model.ts';
import { MAX_TEXT } from '../rotation/parse.ts';
import { MAX_LEVEL, STATS } from './stats.ts';

/** The longest fight, in seconds, before its variation. */
export const MAX_DURATION = 900;
export const MIN_DURATION = 5;
/** Percent. */
export const MAX_VARIATION = 50;
const MAX_BONUS = 100_000;
const MAX_NAME = 60;

const id = z.string().min(1).max(80);

/**
 * Somebody who fights: what a player edits, and all that decides what comes out. Ids are those of the catalog. That they exist and fit together is
 * checked by `checkCharacter`.
 */
export interface Character {
  /** For people only. */
  readonly name?: string | undefined;
  readonly class: string;
  /** 60 when left out. */
  readonly level: number;
  /** Item ids by slot. */
  readonly gear: Readonly<Partial<Record<Slot, string>>>;
  /** Points on top of all gear: food, or a question. */
  readonly bonus: Readonly<Partial<Record<StatId, number>>>;
  /** The text of the rotation; left out: the class's own. */
  readonly rotation?: string | undefined;
  /** `patchwork` when left out. */
  readonly style: string;
  /** How many targets, in styles that leave the choice. */
  readonly targets?: number | undefined;
  /** Seconds; 300 when left out. */
  readonly duration: number;
  /** Each fight lasts up to so many percent more or less; 20 when left out. */
  readonly variation: number;
}

/** As a player gives it: all but the class may be left out. */
export type CharacterInput = { readonly class: string } & {
  readonly [Field in keyof Omit<Character, 'class'>]?: Character[Field] | undefined;
};

/** The shape of a character, for whatever takes schemas. `checkCharacter` checks more, and tells what to do. */
export const characterSchema: z.ZodType<Character, CharacterInput> = z.strictObject({
  name: z.string().max(MAX_NAME).optional(),
  class: id,
  level: z.int().min(1).max(MAX_LEVEL).default(MAX_LEVEL),
  gear: z.partialRecord(z.enum(SLOTS), id).default({}),
  bonus: z.partialRecord(z.enum(STATS), z.int().min(0).max(MAX_BONUS)).default({}),
  rotation: z.string().max(MAX_TEXT).optional(),
  style: id.default('patchwork'),
  targets: z.int().min(1).optional(),
  duration: z.number().min(MIN_DURATION).max(MAX_DURATION).default(300),
  variation: z.number().min(0).max(MAX_VARIATION).default(20),
});
