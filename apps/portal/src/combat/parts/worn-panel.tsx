import { findItem, SLOTS, STATS } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { Link } from '../../router/router.tsx';
import { gearStats, SLOT_NAMES, STAT_NAMES, wornSets } from '../model/item-text.ts';
import type { Draft } from '../model/roster.ts';
import { SetList } from './set-list.tsx';

/** What everything is compared with. It is changed at Quick Sim. */
export function WornPanel({ draft }: { readonly draft: Draft }): JSX.Element {
  const stats = gearStats(draft.gear);
  return (
    <details class="card panel worn">
      <summary>
        <span class="panel-title">What you wear now</span>
        <span class="gear-stats">
          {STATS.map((stat) => (
            <span key={stat}>
              <span class="muted">{STAT_NAMES[stat]}</span> {stats[stat]}
            </span>
          ))}
        </span>
      </summary>
      <dl class="worn-items">
        {SLOTS.map((slot) => (
          <div key={slot}>
            <dt>{SLOT_NAMES[slot]}</dt>
            <dd>{findItem(draft.gear[slot] ?? '')?.name ?? 'Empty'}</dd>
          </div>
        ))}
      </dl>
      <SetList sets={wornSets(draft.gear)} />
      <p class="muted small worn-note">
        Gear and rotation{draft.rotation === null ? '' : ' (your own)'} are changed at{' '}
        <Link to="/simulate">Quick Sim</Link>.
      </p>
    </details>
  );
}
