/** What jobs are said to be. Pure. */
import type { ChunkLetter, JobStatus, JobView, WaitReason } from '@belfry/protocol';
import { countText } from '../../parts/formats.ts';

export const STATUS_TEXTS: Readonly<Record<JobStatus, string>> = {
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const CELL_TEXTS: Readonly<Record<ChunkLetter, string>> = {
  w: 'waiting',
  a: 'given out',
  r: 'running',
  v: 'being verified',
  d: 'done',
  p: 'failed for good',
};

/** Why nothing goes on, and what helps. */
export const WAIT_TEXTS: Readonly<Record<WaitReason, { title: string; help: string }>> = {
  'no-nodes': {
    title: 'No node may work on this yet.',
    help: 'Donate this tab, or start a node of your own; the job goes on by itself.',
  },
  busy: {
    title: 'Every slot is taken by other jobs.',
    help: 'It is next in line by priority and fair share.',
  },
  'needs-verification': {
    title: 'Results wait to be confirmed.',
    help: 'Only nodes without trust are at work, and no second one is there that could confirm what they say.',
  },
  'no-capable-node': {
    title: 'No node knows this simulation.',
    help: 'The nodes that are there bring their own code, and this simulation is not among it.',
  },
};

const NAMES: Readonly<Record<string, string>> = {
  'quick-sim': 'Quick Sim',
  'best-in-bags': 'Best in Bags',
  'drop-optimizer': 'Drop Optimizer',
};

/** A simulation as people call it. */
export function simulationText(name: string): string {
  return NAMES[name] ?? name;
}

/** `800 ms`, `4.2 s`, `12 s`, `3 min 20 s`, `2 h 5 min` */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How long it will take, no more exact than anybody knows: `a moment`, `12 s`, `3 min`. */
export function etaText(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_500) return 'a moment';
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  return durationText(Math.ceil(seconds / 60) * 60_000);
}

/** `940`, `12.4 k`, `3.1 M`, `2.4 G` */
export function shortCount(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_000;
    unit++;
  }
  if (unit === 0) return countText(rest);
  return `${rest >= 99.95 ? rest.toFixed(0) : rest.toFixed(1)}${units[unit] ?? ''}`;
}

/** `0.34 %`; `–`: not known. */
export function shareText(share: number | null, digits = 2): string {
  return share === null || !Number.isFinite(share) ? '–' : `${(share * 100).toFixed(digits)} %`;
}

/** 95 % of what is normally distributed lies within so many standard errors. */
const Z95 = 1.96;

/** Of a relative standard error: what the truth is within, most likely, to two digits: `± 0.26 %`; `–`: not known. */
export function marginText(error: number | null): string {
  if (error === null || !Number.isFinite(error)) return '–';
  const percent = error * Z95 * 100;
  return `± ${percent < 10 ? percent.toPrecision(2) : percent.toFixed(0)} %`;
}

/** Of what is done, as a whole number that is 100 only when it is. */
export function percentOf(share: number): number {
  return share >= 1 ? 100 : Math.min(99, Math.floor(share * 100));
}

/** How long it has run, or ran. @param now the server's time */
export function runTime(
  { startedAt, endedAt }: Pick<JobView, 'startedAt' | 'endedAt'>,
  now: number,
): number | null {
  return startedAt === null ? null : Math.max(0, (endedAt ?? now) - startedAt);
}
