import type { Character } from '../character/character.ts';
import { type Fight, prepare } from '../fight.ts';

/** So many fights stay prepared; a comparison runs many in turn. */
const MOST = 64;

const fights = new Map<string, Fight>();

/** The fight of a character, prepared once however many blocks of it are run. */
export function fightFor(character: Character): Fight {
  const key = JSON.stringify(character);
  const known = fights.get(key);
  if (known !== undefined) return known;
  const fight = prepare(character);
  const [oldest] = fights.keys();
  if (fights.size >= MOST && oldest !== undefined) fights.delete(oldest);
  fights.set(key, fight);
  return fight;
}

/** How long a fight of so many seconds may take to simulate: a block is that of so many seconds of fights. */
const BLOCK_SECONDS = 12_000;
const MAX_BLOCK = 400;

/** How many iterations of such a fight are a block: some 50 ms of work. */
export function blockIterations({ duration }: Pick<Character, 'duration'>): number {
  return Math.max(10, Math.min(MAX_BLOCK, Math.round(BLOCK_SECONDS / duration)));
}
