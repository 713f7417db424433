import type { Character } from '../character/character.ts';
import { fightFor } from './fight-cache.ts';
import type { Tally } from './tally.ts';

/** One way to fight that is compared with others. */
export interface Candidate {
  readonly gear: Character['gear'];
}

/** Which candidate fights in which block of a round: they take turns, so that all get on at the same pace. */
export interface Lanes {
  readonly lanes: readonly number[];
}

/** Remembers the candidates of the last few inputs: a list of thousands is not made anew for every block. */
export function rememberedFor<Input, T>(make: (input: Input) => T): (input: Input) => T {
  const MOST = 4;
  const known = new Map<string, T>();
  return (input) => {
    const key = JSON.stringify(input);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(input);
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
    known.set(key, made);
    return made;
  };
}

interface Turn {
  readonly character: Character;
  readonly candidates: readonly Candidate[];
  readonly roundInput: unknown;
  readonly block: number;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** The fights of a block: those of the candidate whose turn it is. */
export function fightTurn(turn: Turn): Tally {
  const { character, candidates, roundInput, block, ...range } = turn;
  const { lanes } = roundInput as Lanes;
  const index = lanes[block % lanes.length] ?? 0;
  const candidate = candidates[index];
  if (candidate === undefined) throw new RangeError(`there is no candidate ${index}`);
  const fight = fightFor({ ...character, gear: candidate.gear });
  const { count, mean, m2 } = fight.simulate(range).dps;
  return { scores: [[index, count, mean, m2]] };
}
