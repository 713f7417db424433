import { checkCharacter } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { changeDraft, characterOf, currentDraft } from '../../combat/model/roster.ts';
import { FightPanel } from '../../combat/parts/fight-panel.tsx';
import { GearPanel } from '../../combat/parts/gear-panel.tsx';
import { RotationPanel } from '../../combat/rotation/rotation-panel.tsx';
import { navigate } from '../../router/router.tsx';
import { simulatePath } from '../../router/routes.ts';
import { PrecisionPanel } from './precision-panel.tsx';
import { PRECISIONS, workFor } from './precision.ts';
import { RunBar } from './run-bar.tsx';
import type { SimulationProps } from './simulation-props.ts';
import { Started } from './started.tsx';
import { jobTitle } from './job-title.ts';
import { useRun } from './use-run.ts';
import { usePrecision } from './use-precision.ts';

/** One character, fought again and again. */
export function QuickSim({ fleet, roster, job, onChange }: SimulationProps): JSX.Element {
  const draft = currentDraft(roster);
  const [precision, setPrecision] = usePrecision('quick-sim', PRECISIONS);
  const character = characterOf(draft);
  const { problems } = useMemo(() => checkCharacter(character), [draft]);
  const run = useRun(fleet, (id) => navigate(simulatePath('quick-sim', id), { stay: true }));
  const edit = (change: Parameters<typeof changeDraft>[2]): void =>
    onChange((now) => changeDraft(now, draft.id, change));

  const start = (): void => {
    const { targetError, iterations } = workFor(precision);
    run.start({
      simulation: 'quick-sim',
      input: { character, iterations },
      targetError,
      title: jobTitle(draft),
    });
  };
  return (
    <>
      <div class="setup">
        <GearPanel draft={draft} onChange={edit} />
        <div class="setup-side">
          <FightPanel draft={draft} onChange={edit} />
          <PrecisionPanel
            value={precision}
            precisions={PRECISIONS}
            label="Fight until the mean is known to"
            note="Half the error takes four times as many fights."
            onChange={setPrecision}
          />
        </div>
        <RotationPanel
          key={draft.id}
          classId={draft.class}
          rotation={draft.rotation}
          onChange={(rotation) => edit({ rotation })}
        />
      </div>
      <RunBar action="Run" run={run} problems={problems} onStart={start} />
      {job !== null && <Started key={job} id={job} fleet={fleet} />}
    </>
  );
}
