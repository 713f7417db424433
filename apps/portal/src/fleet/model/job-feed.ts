import type { ChunkProgress, JobView } from '@belfry/protocol';

/** What is known of a job while one watches it. Pure. */
export interface JobFeed {
  readonly view: JobView | null;
  /** Chunks that nodes told of, by where they begin. */
  readonly chunks: ReadonlyMap<number, ToldChunk>;
  /** Iterations a second, now and then, the latest last. */
  readonly rates: readonly number[];
  /** When the last of `rates` was taken, in ms. */
  readonly ratedAt: number;
}

interface ToldChunk extends Pick<ChunkProgress, 'blocks' | 'done'> {
  readonly at: number;
}

export const NO_FEED: JobFeed = { view: null, chunks: new Map(), rates: [], ratedAt: 0 };

/** How many speeds are kept, and how far apart they are at least, in ms. */
export const RATE_POINTS = 90;
const RATE_EVERY_MS = 500;

/** A chunk that nobody told of for so long is forgotten, in ms. */
const SILENT_MS = 15_000;
const MAX_CHUNKS = 2_000;

const ENDED: ReadonlySet<JobView['status']> = new Set(['done', 'failed', 'cancelled']);

export function isOver(view: Pick<JobView, 'status'>): boolean {
  return ENDED.has(view.status);
}

/** A view came. @param now in ms, of any clock that goes forward */
export function heardView(feed: JobFeed, view: JobView, now: number): JobFeed {
  const another = feed.view === null || feed.view.round !== view.round;
  const chunks = another || isOver(view) ? NO_FEED.chunks : current(feed.chunks, now);
  if (isOver(view) || now - feed.ratedAt < RATE_EVERY_MS) return { ...feed, view, chunks };
  const rates = [...feed.rates, view.rate].slice(-RATE_POINTS);
  return { ...feed, view, chunks, rates, ratedAt: now };
}

/** A node told how far it is with a chunk. */
export function heardChunk(feed: JobFeed, progress: ChunkProgress, now: number): JobFeed {
  const { from, blocks, done } = progress;
  const chunks = new Map(current(feed.chunks, now));
  const known = chunks.get(from);
  if (done >= blocks) chunks.delete(from);
  else if (known !== undefined || chunks.size < MAX_CHUNKS) {
    // Two nodes may be at the same chunk: the further one counts.
    const further = known?.blocks === blocks ? Math.max(known.done, done) : done;
    chunks.set(from, { blocks, done: further, at: now });
  }
  return { ...feed, chunks };
}

function current(
  chunks: ReadonlyMap<number, ToldChunk>,
  now: number,
): ReadonlyMap<number, ToldChunk> {
  const old = [...chunks].filter(([, { at }]) => now - at > SILENT_MS);
  if (old.length === 0) return chunks;
  const kept = new Map(chunks);
  for (const [from] of old) kept.delete(from);
  return kept;
}

/** How much of what is left to do is done, going by how exact the result is and shall be; 0: that says nothing. */
function exactness({ error, targetError }: JobView): number {
  if (error === null || targetError === null || !(error > 0)) return 0;
  return Math.min(1, (targetError / error) * (targetError / error));
}

/** In how many ms a job is done, by its speed and by how exact it shall be; `null`: nobody knows. */
export function timeLeft(view: JobView): number | null {
  const { etaMs, iterations, rate } = view;
  const share = exactness(view);
  if (share === 0 || rate <= 0) return etaMs;
  const byError = ((iterations / share - iterations) / rate) * 1_000;
  return etaMs === null ? byError : Math.min(etaMs, byError);
}

/** The shares of the round, from 0 to 1, that are done (or need not be done any more), and that are done within chunks that are not. */
export function progressOf({ view, chunks }: JobFeed): {
  readonly done: number;
  readonly under: number;
} {
  if (view === null) return { done: 0, under: 0 };
  if (view.status === 'done') return { done: 1, under: 0 };
  const { blocks } = view;
  if (blocks === 0) return { done: 0, under: 0 };
  const done = Math.max(exactness(view), Math.min(1, view.blocksDone / blocks));
  let under = 0;
  for (const chunk of chunks.values()) under += chunk.done;
  return { done, under: Math.min(1 - done, under / blocks) };
}
