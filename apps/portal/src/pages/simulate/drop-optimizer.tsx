import { catalog, checkCharacter, findSource, type Problem } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { dropCount } from '../../combat/model/bag.ts';
import { changeDraft, characterOf, currentDraft } from '../../combat/model/roster.ts';
import { FightPanel } from '../../combat/parts/fight-panel.tsx';
import { SourcePanel } from '../../combat/parts/source-panel.tsx';
import { WornPanel } from '../../combat/parts/worn-panel.tsx';
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

const FIRST_SOURCE = catalog.sources.slice(0, 1).map(({ id }) => id);

/** All drops of sources against what a character wears. */
export function DropOptimizer({ fleet, roster, job, onChange }: SimulationProps): JSX.Element {
  const draft = currentDraft(roster);
  const [sources, setSources] = useState<readonly string[]>(FIRST_SOURCE);
  const [precision, setPrecision] = usePrecision('drop-optimizer', COMPARISON_PRECISIONS);
  const character = characterOf(draft);
  const checked = useMemo(() => checkCharacter(character), [draft]);
  const drops = useMemo(
    () => sources.reduce((sum, source) => sum + dropCount(draft, source), 0),
    [draft.class, draft.gear, sources],
  );
  const problems: Problem[] = [...checked.problems];
  if (sources.length === 0) {
    problems.push({ field: 'sources', problem: 'nobody is chosen', fix: 'choose a source' });
  } else if (drops === 0) {
    problems.push({
      field: 'sources',
      problem: 'nothing drops there that you could wear and do not wear',
      fix: 'choose another source',
    });
  }
  const run = useRun(fleet, (id) => navigate(simulatePath('drop-optimizer', id), { stay: true }));
  const edit = (change: Parameters<typeof changeDraft>[2]): void =>
    onChange((now) => changeDraft(now, draft.id, change));
  const of =
    sources.length === 1 ? (findSource(sources[0] ?? '')?.name ?? '') : `${sources.length} sources`;
  return (
    <>
      <div class="setup">
        <SourcePanel draft={draft} chosen={sources} onChange={setSources} />
        <div class="setup-side">
          <FightPanel draft={draft} onChange={edit} />
          <PrecisionPanel
            value={precision}
            precisions={COMPARISON_PRECISIONS}
            label="Fight until each gain is known to"
            note="What is no gain is dropped on the way, and is not fought further."
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
            simulation: 'drop-optimizer',
            input: { character, sources, precision },
            title: `${of} for ${jobTitle(draft)}`.slice(0, 120),
          })
        }
      >
        {drops} {drops === 1 ? 'drop' : 'drops'}
      </RunBar>
      {job !== null && <Started key={job} id={job} fleet={fleet} />}
    </>
  );
}
