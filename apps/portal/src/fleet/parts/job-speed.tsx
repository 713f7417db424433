import type { JSX } from 'preact';
import { Sparkline } from '../../parts/sparkline.tsx';
import { type JobFeed, RATE_POINTS } from '../model/job-feed.ts';
import { shortCount } from '../model/job-text.ts';

/** How fast a job went while one watched. */
export function JobSpeed({ feed }: { readonly feed: JobFeed }): JSX.Element | null {
  if (feed.rates.length < 2) return null;
  const peak = Math.max(...feed.rates);
  return (
    <div class="job-speed">
      <Sparkline
        values={feed.rates}
        slots={RATE_POINTS}
        label={`Speed while you watched, at most ${shortCount(peak)} iterations a second`}
      />
      <p class="muted small">peak {shortCount(peak)}/s</p>
    </div>
  );
}
