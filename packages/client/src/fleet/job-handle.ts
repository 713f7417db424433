import type { ChunkProgress, JobResult, JobView } from '@belfry/protocol';
import type { Off } from '../listeners.ts';

/** How a job is, with the summary that its simulation makes. */
export type TypedJobView<Summary> = Omit<JobView, 'summary'> & {
  /** `null`: there is none yet. */
  readonly summary: Summary | null;
};

/** What a job came to. */
export type TypedJobResult<Result, Summary> = Omit<JobResult, 'result' | 'summary'> & {
  readonly result: Result;
  readonly summary: Summary;
};

/**
 * A job. Loop over it to see it converge: `for await (const { summary, etaMs } of job)`; the last view is that of its end. It is watched
 * over the connection while somebody loops or listens, and whoever lost the connection goes on with the latest view.
 */
export interface JobHandle<Result = unknown, Summary = unknown> extends AsyncIterable<
  TypedJobView<Summary>
> {
  readonly id: string;
  /** False: a job that there was already, with the same key. Of a job that was not submitted with this handle too. */
  readonly created: boolean;
  /** The latest view that came; `null`: none did yet. */
  readonly latest: TypedJobView<Summary> | null;
  /** Hears every view from the latest one on, and watches the job meanwhile. `onError` hears why it cannot be watched (any more). */
  onView(listener: (view: TypedJobView<Summary>) => void, onError?: (error: unknown) => void): Off;
  /** Hears what nodes say of the chunks that they run, and watches the job meanwhile. Nothing of it is kept or certain. */
  onChunk(listener: (progress: ChunkProgress) => void): Off;
  /** Asks the server how it is. */
  view(): Promise<TypedJobView<Summary>>;
  /** Waits until it is done. Rejects with a `BelfryError` `rejected` when it fails or is cancelled; the message says why. */
  result(options?: { readonly signal?: AbortSignal }): Promise<TypedJobResult<Result, Summary>>;
  /** Ends it. Rejects with `rejected` when it has ended by itself. */
  cancel(): Promise<TypedJobView<Summary>>;
  /** Goes on with it after it failed or was cancelled, from what it has. */
  retry(): Promise<TypedJobView<Summary>>;
}
