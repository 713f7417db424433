import type { JobCounts } from '@belfry/protocol';
import type { JSX } from 'preact';
import { countText } from '../../parts/formats.ts';

const ROWS: readonly (readonly [keyof JobCounts, string, string])[] = [
  ['completed', 'Completed', 'Attempts that brought a result'],
  ['copies', 'Copies', 'Second attempts, to confirm a result or to overtake a slow node'],
  ['lost', 'Lost', 'Attempts whose node died, fell silent or made no progress'],
  ['late', 'Late', 'Results that came when they were not needed any more; never counted in'],
  ['failed', 'Failed', 'Attempts that ended with an error'],
  ['disputed', 'Disputed', 'Results that differed from what was agreed on'],
];

/** What became of the attempts. */
export function JobAttempts({ counts }: { readonly counts: JobCounts }): JSX.Element {
  return (
    <dl class="attempts">
      {ROWS.map(([key, name, meaning]) => (
        <div key={key} class={counts[key] === 0 ? 'is-none' : ''}>
          <dt>{name}</dt>
          <dd class="attempts-count">{countText(counts[key])}</dd>
          <dd class="muted small">{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
