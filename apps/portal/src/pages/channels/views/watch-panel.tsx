import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Watch, WatchState } from '../api/use-watch.ts';
import { clockText, countText } from '../../../parts/formats.ts';
import { MAX_ENTRIES, RATE_SECONDS, rateSeries, type WatchEntry } from '../model/watch-log.ts';
import { JsonView } from '../../../parts/json-view.tsx';
import { Placeholder } from '../../../parts/placeholder.tsx';
import { Sparkline } from '../../../parts/sparkline.tsx';

const STATES: Readonly<Record<WatchState, string>> = {
  opening: 'Opening',
  live: 'Live',
  paused: 'Paused',
  retrying: 'Interrupted, trying again',
  refused: 'Refused',
};

const STEP = 50;

interface WatchPanelProps {
  readonly watch: Watch;
  /** Nothing comes just now, whoever publishes. */
  readonly storeAway: boolean;
}

/** What comes on the channel, the latest first. */
export function WatchPanel({ watch, storeAway }: WatchPanelProps): JSX.Element {
  const { state, log, error } = watch;
  const waits = state === 'live' && storeAway;
  const [limit, setLimit] = useState(STEP);
  const series = rateSeries(log, Date.now());
  const perSecond = series.at(-1) ?? 0;
  const more = log.entries.length - limit;
  return (
    <section class="card panel watch" aria-labelledby="watch-title">
      <div class="panel-head">
        <h3 id="watch-title">What comes</h3>
        <span class={`live is-${waits ? 'retrying' : state}`} role="status">
          <span class="dot" aria-hidden="true" /> {waits ? 'Waiting for the store' : STATES[state]}
        </span>
      </div>
      <div class="watch-rate">
        <Sparkline
          values={series}
          slots={RATE_SECONDS}
          label={`Publications per second over the last minute, now ${perSecond}`}
        />
        <p class="muted small">
          {countText(perSecond)} /s · {countText(log.seen)} seen
          {log.seen > MAX_ENTRIES && `, the last ${MAX_ENTRIES} kept`}
        </p>
        <div class="watch-actions">
          <button
            type="button"
            class="button is-small"
            aria-pressed={state === 'paused'}
            disabled={state === 'refused'}
            onClick={() => watch.setPaused(state !== 'paused')}
          >
            {state === 'paused' ? 'Go on' : 'Pause'}
          </button>
          <button
            type="button"
            class="button is-small"
            disabled={log.entries.length === 0}
            onClick={() => watch.clear()}
          >
            Clear
          </button>
        </div>
      </div>
      {error !== null && (
        <p class="problem" role="alert">
          {error.message}
        </p>
      )}
      {log.entries.length === 0 ? (
        <Placeholder title={state === 'paused' ? 'Not listening' : 'Nothing yet'}>
          {state === 'paused'
            ? 'What is published meanwhile is not shown here.'
            : 'What is published from now on appears here at once.'}
        </Placeholder>
      ) : (
        <ol class="log" aria-label="Publications, the latest first">
          {log.entries.slice(0, limit).map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {more > 0 && (
        <button type="button" class="button is-small" onClick={() => setLimit(limit + STEP)}>
          Show {Math.min(STEP, more)} more
        </button>
      )}
    </section>
  );
}

function Entry({ entry: { at, what } }: { readonly entry: WatchEntry }): JSX.Element {
  if (what.type === 'gap') {
    return <li class="log-note is-gap">Interrupted: some publications may be missing here.</li>;
  }
  if (what.type !== 'publication') {
    const who = what.user === '' ? what.client : what.user;
    return (
      <li class={`log-note is-${what.type}`}>
        <time>{clockText(at)}</time> {who} {what.type === 'join' ? 'came' : 'left'}
      </li>
    );
  }
  const { publication, text } = what;
  const { offset, info, tags, b64data } = publication;
  const more: (readonly [string, unknown])[] = [];
  if (tags !== undefined) more.push(['tags', tags]);
  if (info !== undefined) more.push(['from', info]);
  if (b64data !== undefined) more.push(['binary', 'shown in base64']);
  return (
    <li class="log-entry">
      <p class="log-meta">
        <time>{clockText(at)}</time>
        {offset > 0 && <span> #{offset}</span>}
      </p>
      <JsonView text={text} more={more} />
    </li>
  );
}
