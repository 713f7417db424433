import { catalog } from '../catalog/catalog.ts';
import { prepare } from '../fight.ts';
import { merge } from '../result/merge.ts';
import type { CombatResult } from '../result/result.ts';
import { summarize } from '../result/summarize.ts';
import { equipped } from './equipped.ts';

/** For tests: fights whose results are known to the last digit. Runs in any engine. */

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
