import {
  type DropOptimizerSummary,
  findItem,
  findSource,
  type RankedDrop,
} from '@belfry/example-combat';
import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { Interval } from '../../charts/interval.tsx';
import { isOver } from '../../fleet/model/job-feed.ts';
import { countText } from '../../parts/formats.ts';
import { gainRange, gainSpan, gainText, percentText, verdictOf } from '../model/gains.ts';
import { SLOT_NAMES } from '../model/item-text.ts';
import { ItemFacts } from '../parts/item-facts.tsx';
import './results.css';

const VERDICTS = { more: 'better', less: 'no gain', open: 'not settled yet' } as const;
/** Of what is still open when the job is over. */
const EVEN = 'much the same';

/** What each drop would bring. */
export function DropOptimizerResult({ view }: { readonly view: JobView }): JSX.Element {
  const summary = view.summary as DropOptimizerSummary;
  const { ranking, current, drops, sources } = summary;
  const better = ranking.filter((drop) => verdictOf(drop) === 'more');
  const [best] = better;
  const span = gainSpan(ranking.filter(({ culled }) => !culled));
  return (
    <div class="result">
      <section class="card panel result-head" aria-label="In short">
        <p class="result-figure">
          <strong>{better.length}</strong>
          <span class="result-unit">
            of {drops} drops of {sourceNames(sources)} would help
          </span>
        </p>
        <p class="muted">
          {best === undefined
            ? 'None that is certain yet.'
            : `Most of all ${findItem(best.item)?.name ?? best.item}: ${gainText(best.gain)} ± ${countText(gainRange(best))} (${percentText(best.gain, current.mean)}).`}{' '}
          What you wear now does {countText(current.mean)} ± {countText(current.error * 1.96)}{' '}
          damage per second.
        </p>
      </section>
      <section class="card panel" aria-labelledby="drops-title">
        <h3 id="drops-title" class="panel-title">
          Drops
        </h3>
        <table class="rows ranking">
          <thead>
            <tr>
              <th scope="col">Drop</th>
              <th scope="col">Goes to</th>
              <th scope="col" class="num">
                Gain
              </th>
              <th scope="col" class="num">
                Percent
              </th>
              <th scope="col">
                <span class="visually-hidden">How well it is known</span>
              </th>
              <th scope="col">Verdict</th>
              <th scope="col" class="num">
                Fights
              </th>
            </tr>
          </thead>
          <tbody>
            {ranking.map((drop) => (
              <DropRow
                key={drop.item}
                drop={drop}
                now={current.mean}
                span={span}
                over={isOver(view)}
              />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function sourceNames(sources: readonly string[]): string {
  const names = sources.map((id) => findSource(id)?.name ?? id);
  return names.length <= 2 ? names.join(' and ') : `${names.length} sources`;
}

interface DropRowProps {
  readonly drop: RankedDrop;
  /** What is done now. */
  readonly now: number;
  readonly span: { readonly from: number; readonly to: number };
  readonly over: boolean;
}

function DropRow({ drop, now, span, over }: DropRowProps): JSX.Element {
  const item = findItem(drop.item);
  const verdict = drop.culled ? 'less' : verdictOf(drop);
  return (
    <tr class={drop.culled ? 'is-culled' : ''}>
      <th scope="row" class="row-title">
        {item === undefined ? drop.item : <ItemFacts item={item} />}
      </th>
      <td data-name="Goes to">{SLOT_NAMES[drop.slot]}</td>
      <td data-name="Gain" class="num">
        <span>
          {gainText(drop.gain)} <span class="muted">± {countText(gainRange(drop))}</span>
        </span>
      </td>
      <td data-name="Percent" class="num">
        {percentText(drop.gain, now)}
      </td>
      <td class="row-interval">
        <Interval mid={drop.gain} error={gainRange(drop)} {...span} />
      </td>
      <td data-name="Verdict" class={`verdict-${verdict}`}>
        {verdict === 'open' && over ? EVEN : VERDICTS[verdict]}
      </td>
      <td data-name="Fights" class="num">
        {countText(drop.fights)}
      </td>
    </tr>
  );
}
