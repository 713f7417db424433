import { catalog, slotsFor } from '../catalog/catalog.ts';
import type { ClassDefinition } from '../catalog/model.ts';
import { SLOTS } from '../catalog/model.ts';
import type { CharacterInput } from '../character/character.ts';
import { checkCharacter } from '../character/check.ts';
import { prepare } from '../fight.ts';
import { merge } from '../result/merge.ts';
import type { CombatResult } from '../result/result.ts';
import { summarize } from '../result/summarize.ts';

/** For tests: fights whose results are known to the last digit. Runs in any engine. */

/** Somebody of a class with something in every slot, and something else in each for another `turn`. */
function equipped(definition: ClassDefinition, turn: number): CharacterInput {
  let character: CharacterInput = { class: definition.id, gear: {} };
  for (const slot of SLOTS) {
    const fitting = catalog.items.filter((item) => slotsFor(item, definition).includes(slot));
    const turned = [...fitting.slice(turn), ...fitting.slice(0, turn)];
    const worn = turned
      .map(({ id }) => ({ ...character, gear: { ...character.gear, [slot]: id } }))
      .find((candidate) => checkCharacter(candidate).problems.length === 0);
    character = worn ?? character;
  }
  return character;
}

export interface Golden {
  readonly name: string;
  readonly result: CombatResult;
  /** Sums of it, so that what is worked out afterwards is held to be the same too. */
  readonly mean: number;
  readonly standardError: number;
  readonly median: number;
}

/** Plays all of them, in two parts each. */
export function playGolden(): Golden[] {
  return catalog.classes.flatMap((definition) =>
    catalog.fightStyles.flatMap(({ id: style }) =>
      [0, 3, 7].map((turn) => {
        const fight = prepare({ ...equipped(definition, turn), style, duration: 90 });
        const seed = 0x1_2345_6789 + turn;
        const result = merge(
          fight.simulate({ seed, from: 0, count: 7 }),
          fight.simulate({ seed, from: 7, count: 6 }),
        );
        const { mean, standardError, quantiles } = summarize(result);
        const median = quantiles.find(({ percent }) => percent === 50)?.value ?? 0;
        return { name: `${definition.id} ${style} ${turn}`, result, mean, standardError, median };
      }),
    ),
  );
}
