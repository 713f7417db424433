import type { JobView } from '@belfry/protocol';

const WAITING = {
  'no-nodes': 'waiting: there is no node that may do it',
  busy: 'waiting: all slots are taken by other jobs',
  'needs-verification': 'waiting: nobody is there to confirm results',
  'no-capable-node': 'waiting: no node runs this simulation',
} as const;

/** `1.2M` */
export function shortNumber(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let rest = value;
  let unit = 0;
  while (rest >= 1_000 && unit < units.length - 1) {
    rest /= 1_000;
    unit++;
  }
  return `${rest >= 100 || unit === 0 ? Math.round(rest) : rest.toFixed(1)}${units[unit] ?? ''}`;
}

/** `1 m 20 s` */
export function shortTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)}%`;
}

/** How much of the round is done, 0 to 1. */
export function shareOf({ status, blocks, blocksDone }: JobView): number {
  if (status === 'done') return 1;
  return blocks === 0 ? 0 : Math.min(1, blocksDone / blocks);
}

/** What is to be said of a job besides how much is done. */
export function jobFacts(view: JobView): string {
  const { status, round, note, rate, etaMs, error, targetError, nodeCount, slots } = view;
  if (status !== 'queued' && status !== 'running') {
    const took = view.endedAt === null ? '' : ` after ${shortTime(view.endedAt - view.createdAt)}`;
    return `${status}${took}, ${shortNumber(view.iterations)} iterations`;
  }
  const facts = [
    round > 0 || note !== '' ? `round ${round + 1}${note === '' ? '' : `: ${note}`}` : '',
    rate > 0 ? `${shortNumber(rate)}/s` : '',
    etaMs === null ? '' : `${shortTime(etaMs)} left`,
    error === null
      ? ''
      : `± ${percent(error)}${targetError === null ? '' : ` of ${percent(targetError)}`}`,
    nodeCount > 0
      ? `${nodeCount} node${nodeCount === 1 ? '' : 's'}, ${slots} slot${slots === 1 ? '' : 's'}`
      : '',
    view.waiting === null ? '' : WAITING[view.waiting],
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? status : facts.join('  ');
}

/** `██████░░░░` @param width in characters */
export function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}
