import type { Summary } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { nameOf } from '../model/names.ts';

interface PresenceListProps {
  readonly list: Summary['buffs'];
  readonly classId: string;
  /** What is said when there is nothing. */
  readonly none: string;
}

/** How much of the time things were there. */
export function PresenceList({ list, classId, none }: PresenceListProps): JSX.Element {
  if (list.length === 0) return <p class="muted">{none}</p>;
  return (
    <ul class="uptimes">
      {list
        .toSorted((a, b) => b.uptime - a.uptime)
        .map(({ id, uptime, count }) => (
          <li key={id}>
            <span>{nameOf(id, classId)}</span>
            <span class="muted small">{count.toFixed(1)} a fight</span>
            <span class="uptime">{uptime.toFixed(1)} %</span>
            <span class="meter" aria-hidden="true">
              <span style={{ width: `${Math.min(100, uptime)}%` }} />
            </span>
          </li>
        ))}
    </ul>
  );
}

interface ResourceListProps {
  readonly list: Summary['resources'];
  readonly classId: string;
}

/** What was made of the resources in a fight. */
export function ResourceList({ list, classId }: ResourceListProps): JSX.Element {
  return (
    <ul class="uptimes">
      {list.map(({ id, gained, spent, wasted }) => (
        <li key={id}>
          <span>{nameOf(id, classId)}</span>
          <span class="muted small">
            {gained.toFixed(0)} made, {spent.toFixed(0)} spent
          </span>
          <span class={`uptime ${wasted > gained * 0.05 ? 'is-bad' : ''}`}>
            {wasted.toFixed(0)} lost
          </span>
        </li>
      ))}
    </ul>
  );
}
