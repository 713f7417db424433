import type { JobView } from '@belfry/protocol';
import type { ComponentChildren, JSX } from 'preact';
import { countText } from '../../parts/formats.ts';
import { isOver, type JobFeed, progressOf, timeLeft } from '../model/job-feed.ts';
import {
  durationText,
  etaText,
  percentOf,
  runTime,
  marginText,
  shortCount,
  WAIT_TEXTS,
} from '../model/job-text.ts';
import { ProgressBar } from './progress-bar.tsx';
import { StatusChip } from './status-chip.tsx';

interface JobProgressProps {
  readonly feed: JobFeed;
  readonly view: JobView;
  /** The server's time, in ms. */
  readonly now: number;
}

const TONES = {
  queued: 'quiet',
  running: 'going',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
} as const;

/** How far a job is, how fast it goes and how long it will take. */
export function JobProgress({ feed, view, now }: JobProgressProps): JSX.Element {
  const { done, under } = progressOf(feed);
  const over = isOver(view);
  const ran = runTime(view, now);
  return (
    <div class="job-progress">
      <p class="job-progress-line">
        <StatusChip status={view.status} />
        <span class="job-percent">{percentOf(done)} %</span>
      </p>
      <ProgressBar done={done} under={under} tone={TONES[view.status]} label="Progress" />
      <p class={`job-note ${view.waiting === null || over ? 'muted' : ''}`}>{noteOf(view, over)}</p>
      <dl class="facts">
        <Fact name={over ? 'Took' : 'Left'} class="fact-time">
          {over
            ? durationText(ran ?? 0)
            : etaText(view.status === 'running' ? timeLeft(view) : null)}
        </Fact>
        <Fact name="Iterations">{shortCount(view.iterations)}</Fact>
        <Fact name="Speed">
          {over
            ? ran === null || ran === 0
              ? '–'
              : `${shortCount((view.iterations / ran) * 1_000)}/s`
            : view.rate > 0
              ? `${shortCount(view.rate)}/s`
              : '–'}
        </Fact>
        {(view.error !== null || view.targetError !== null) && (
          <Fact name="Precision">
            {marginText(view.error)}
            {view.targetError !== null && (
              <span class="muted small"> of {marginText(view.targetError)}</span>
            )}
          </Fact>
        )}
        {!over && (
          <Fact name="At work">
            {countText(view.nodeCount)} {view.nodeCount === 1 ? 'node' : 'nodes'}
          </Fact>
        )}
      </dl>
    </div>
  );
}

/** What is going on, or why nothing is. */
function noteOf(
  { status, waiting, round, note, targetError, blocksDone, blocks: all }: JobView,
  over: boolean,
): ComponentChildren {
  if (waiting !== null && !over) {
    const { title, help } = WAIT_TEXTS[waiting];
    return (
      <>
        <strong>{title}</strong> {help}
      </>
    );
  }
  if (status === 'queued') return 'It waits for its first node.';
  const blocks = `${countText(blocksDone)} of ${countText(all)} blocks`;
  const most =
    targetError === null ? blocks : `${countText(blocksDone)} blocks of at most ${countText(all)}`;
  const what = note === '' ? most : note;
  return round === 0 ? what : `Round ${round + 1}: ${what}`;
}

interface FactProps {
  readonly name: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

function Fact({ name, children, ...rest }: FactProps): JSX.Element {
  return (
    <div {...rest}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
