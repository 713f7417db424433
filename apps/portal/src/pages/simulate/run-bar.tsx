import type { Problem } from '@belfry/example-combat';
import type { ComponentChildren, JSX } from 'preact';
import type { Run } from './use-run.ts';

interface RunBarProps {
  readonly action: string;
  readonly run: Run;
  /** What has to be mended first. */
  readonly problems: readonly Problem[];
  readonly onStart: () => void;
  readonly children?: ComponentChildren;
}

/** Starts what was set up; stays in sight while one scrolls. */
export function RunBar({ action, run, problems, onStart, children }: RunBarProps): JSX.Element {
  const [first] = problems;
  const blocked = first !== undefined;
  return (
    <div class="run-bar">
      <p class="run-note" role={blocked || run.problem !== null ? 'alert' : undefined}>
        {blocked ? (
          <span class="run-problem">
            {problemText(first)}
            {problems.length > 1 && ` And ${problems.length - 1} more.`}
          </span>
        ) : run.problem !== null ? (
          <span class="run-problem">{run.problem}</span>
        ) : (
          children
        )}
      </p>
      <button
        type="button"
        class="button is-main run-button"
        aria-disabled={blocked || run.working}
        onClick={() => {
          if (!blocked) onStart();
        }}
      >
        {run.working ? 'Starting…' : action}
      </button>
    </div>
  );
}

function problemText({ field, problem, fix }: Problem): string {
  if (field === 'rotation') return `The rotation has a mistake in ${problem.split(':')[0]}.`;
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}; ${fix}.`;
}
