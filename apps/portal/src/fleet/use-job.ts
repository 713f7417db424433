import type { JobHandle } from '@belfry/client';
import type { ChunkProgress, JobView } from '@belfry/protocol';
import { useEffect, useMemo, useReducer } from 'preact/hooks';
import { asPageError, type PageError } from '../parts/page-error.ts';
import { heardChunk, heardView, type JobFeed, NO_FEED } from './model/job-feed.ts';
import type { Fleet } from './use-fleet.ts';

export interface WatchedJob {
  readonly handle: JobHandle;
  readonly feed: JobFeed;
  /** Why it cannot be shown; `null`: all is well, as far as one knows. */
  readonly problem: PageError | null;
  /** Begins to watch anew. */
  again(): void;
}

type Told =
  | { readonly type: 'opened' }
  | { readonly type: 'view'; readonly view: JobView; readonly at: number }
  | { readonly type: 'chunk'; readonly progress: ChunkProgress; readonly at: number }
  | { readonly type: 'problem'; readonly problem: PageError }
  | { readonly type: 'again' };

interface Facts {
  readonly feed: JobFeed;
  readonly problem: PageError | null;
  readonly attempt: number;
}

const UNKNOWN: Facts = { feed: NO_FEED, problem: null, attempt: 0 };

function reduce(facts: Facts, told: Told): Facts {
  switch (told.type) {
    case 'opened':
      return { ...UNKNOWN, attempt: facts.attempt };
    case 'view':
      return { ...facts, feed: heardView(facts.feed, told.view, told.at), problem: null };
    case 'chunk':
      return { ...facts, feed: heardChunk(facts.feed, told.progress, told.at) };
    case 'problem':
      return { ...facts, problem: told.problem };
    case 'again':
      return { ...facts, problem: null, attempt: facts.attempt + 1 };
  }
}

/** Watches a job while the component is there. */
export function useJob({ jobs }: Fleet, id: string): WatchedJob {
  const [facts, tell] = useReducer(reduce, UNKNOWN);
  const handle = useMemo<JobHandle>(() => jobs.job(id), [jobs, id, facts.attempt]);

  useEffect(() => {
    tell({ type: 'opened' });
    const fail = (error: unknown): void => tell({ type: 'problem', problem: asPageError(error) });
    const offs = [
      handle.onView((view) => tell({ type: 'view', view, at: performance.now() }), fail),
      handle.onChunk((progress) => tell({ type: 'chunk', progress, at: performance.now() })),
    ];
    // Not only what is published: also a job whose last news are long forgotten, and why there is none.
    handle.view().catch(fail);
    return () => {
      for (const off of offs) off();
    };
  }, [handle]);

  return {
    handle,
    feed: facts.feed,
    problem: facts.problem,
    again: () => tell({ type: 'again' }),
  };
}
