import { checkCharacter, type Problem } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { countCombinations } from '../../combat/model/bag.ts';
import { changeDraft, characterOf, currentDraft } from '../../combat/model/roster.ts';
import { BagPanel } from '../../combat/parts/bag-panel.tsx';
import { FightPanel } from '../../combat/parts/fight-panel.tsx';
import { WornPanel } from '../../combat/parts/worn-panel.tsx';
import { countText } from '../../parts/formats.ts';
import { navigate } from '../../router/router.tsx';
import { simulatePath } from '../../router/routes.ts';
import { jobTitle } from './job-title.ts';
import { PrecisionPanel } from './precision-panel.tsx';
import { COMPARISON_PRECISIONS } from './precision.ts';
import { RunBar } from './run-bar.tsx';
import type { SimulationProps } from './simulation-props.ts';
import { Started } from './started.tsx';
import { useRun } from './use-run.ts';
import { usePrecision } from './use-precision.ts';

/** All ways to wear what a character owns. */
export function BestInBags({ fleet, roster, job, onChange }: SimulationProps): JSX.Element {
  const draft = currentDraft(roster);
  const [precision, setPrecision] = usePrecision('best-in-bags', COMPARISON_PRECISIONS);
  const character = characterOf(draft);
  const checked = useMemo(() => checkCharacter(character), [draft]);
  const combinations = useMemo(
    () => countCombinations(draft),
    [draft.class, draft.gear, draft.bag],
  );
  const problems: Problem[] = [...checked.problems];
  if ('problem' in combinations) {
    problems.push({
      field: 'items',
      problem: 'too many combinations',
      fix: 'leave some items out',
    });
  } else if (combinations.count === 1) {
    problems.push({
      field: 'items',
      problem: 'there is nothing to compare yet',
      fix: 'add what else you own',
    });
  }
  const run = useRun(fleet, (id) => navigate(simulatePath('best-in-bags', id), { stay: true }));
  const edit = (change: Parameters<typeof changeDraft>[2]): void =>
    onChange((now) => changeDraft(now, draft.id, change));
  return (
    <>
      <div class="setup">
        <BagPanel draft={draft} combinations={combinations} onChange={(bag) => edit({ bag })} />
        <div class="setup-side">
          <FightPanel draft={draft} onChange={edit} />
          <PrecisionPanel
            value={precision}
            precisions={COMPARISON_PRECISIONS}
            label="Fight until the best is known to"
            note="What cannot be the best is dropped on the way, and is not fought further."
            onChange={setPrecision}
          />
        </div>
        <WornPanel draft={draft} />
      </div>
      <RunBar
        action="Compare"
        run={run}
        problems={problems}
        onStart={() =>
          run.start({
            simulation: 'best-in-bags',
            input: { character, items: draft.bag, precision },
            title: jobTitle(draft),
          })
        }
      >
        {'count' in combinations && `${countText(combinations.count)} combinations`}
      </RunBar>
      {job !== null && <Started key={job} id={job} fleet={fleet} />}
    </>
  );
}
