import { type BestInBagsSummary, findItem, type RankedSet } from '@belfry/example-combat';
import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Interval } from '../../charts/interval.tsx';
import { isOver } from '../../fleet/model/job-feed.ts';
import { countText } from '../../parts/formats.ts';
import { gainRange, gainSpan, gainText, percentText } from '../model/gains.ts';
import { shownChanges, SLOT_NAMES } from '../model/item-text.ts';
import type { Draft } from '../model/roster.ts';
import './results.css';

/** So many are shown at first. */
const FIRST = 15;

/** The ranking of all ways to wear what is owned. */
export function BestInBagsResult({ view }: { readonly view: JobView }): JSX.Element {
  const summary = view.summary as BestInBagsSummary;
  const { ranking, current, combinations, left } = summary;
  const [best] = ranking;
  const [all, setAll] = useState(false);
  const shown = all ? ranking : ranking.slice(0, FIRST);
  const span = gainSpan(ranking.filter(({ culled }) => !culled));
  return (
    <div class="result">
      {best !== undefined && (
        <section class="card panel result-head" aria-label="The best set">
          <p class="result-figure">
            <strong>{countText(best.mean)}</strong>
            <span class="result-error">± {countText(best.error * 1.96)}</span>
            <span class="result-unit">damage per second</span>
          </p>
          <p class="muted">{leadText(summary, isOver(view))}</p>
          <Changes set={best} worn={summary.character.gear} />
        </section>
      )}
      <section class="card panel" aria-labelledby="ranking-title">
        <div class="panel-head">
          <h3 id="ranking-title" class="panel-title">
            Ranking
          </h3>
          <p class="muted small">
            {countText(left)} of {countText(combinations)} may still be the best
          </p>
        </div>
        <table class="rows ranking">
          <thead>
            <tr>
              <th scope="col" class="num">
                #
              </th>
              <th scope="col">Otherwise than now</th>
              <th scope="col" class="num">
                Damage/s
              </th>
              <th scope="col" class="num">
                Gain
              </th>
              <th scope="col">
                <span class="visually-hidden">How well it is known</span>
              </th>
              <th scope="col" class="num">
                Fights
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((set, i) => (
              <SetRow
                key={keyOf(set)}
                set={set}
                place={i + 1}
                current={current}
                worn={summary.character.gear}
                span={span}
              />
            ))}
          </tbody>
        </table>
        {shown.length < ranking.length && (
          <button type="button" class="link-button" onClick={() => setAll(true)}>
            Show all {ranking.length}
          </button>
        )}
        {all && summary.seen > ranking.length && (
          <p class="muted small damage-others">
            The best {ranking.length} of {countText(summary.seen)} that have fought.
          </p>
        )}
      </section>
    </div>
  );
}

function keyOf({ changes }: RankedSet): string {
  return JSON.stringify(changes);
}

function leadText({ ranking, current, left }: BestInBagsSummary, over: boolean): string {
  const [best] = ranking;
  if (best === undefined || current === null) return 'What is worn now has not fought yet.';
  if (Object.keys(best.changes).length === 0) {
    return over
      ? 'What you wear now is the best of all you own.'
      : 'So far, what you wear now is the best.';
  }
  const gain = `${gainText(best.gain)} ± ${countText(gainRange(best))} (${percentText(best.gain, current.mean)}) over what you wear now`;
  const sure =
    left <= 1
      ? 'nothing else comes near'
      : `${countText(left - 1)} ${left === 2 ? 'other set' : 'other sets'} may be as good`;
  return `${gain}; ${sure}.`;
}

interface SetRowProps {
  readonly set: RankedSet;
  readonly place: number;
  readonly current: RankedSet | null;
  readonly worn: Draft['gear'];
  readonly span: { readonly from: number; readonly to: number };
}

function SetRow({ set, place, current, worn, span }: SetRowProps): JSX.Element {
  const isCurrent = Object.keys(set.changes).length === 0;
  return (
    <tr class={`${set.culled ? 'is-culled' : ''} ${isCurrent ? 'is-current' : ''}`}>
      <td class="num rank">{place}</td>
      <th scope="row" class="row-title">
        {isCurrent ? <strong>What you wear now</strong> : <Changes set={set} worn={worn} />}
      </th>
      <td data-name="Damage/s" class="num">
        {countText(set.mean)}
      </td>
      <td data-name="Gain" class="num">
        {isCurrent || current === null ? (
          '–'
        ) : (
          <span>
            {gainText(set.gain)} <span class="muted">± {countText(gainRange(set))}</span>
          </span>
        )}
      </td>
      <td class="row-interval">
        {!isCurrent && <Interval mid={set.gain} error={gainRange(set)} {...span} />}
      </td>
      <td data-name="Fights" class="num">
        <span>
          {countText(set.fights)}
          {set.culled && <span class="culled-note"> dropped</span>}
        </span>
      </td>
    </tr>
  );
}

/** What is worn otherwise. */
function Changes({ set, worn }: { set: RankedSet; worn: Draft['gear'] }): JSX.Element {
  const changes = shownChanges(set.changes, worn);
  return (
    <ul class="set-changes">
      {changes.map(([slot, item]) => (
        <li key={slot}>
          <span class="muted small">{SLOT_NAMES[slot]}</span>{' '}
          {item === null ? <em>empty</em> : (findItem(item)?.name ?? item)}
        </li>
      ))}
    </ul>
  );
}
