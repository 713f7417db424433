import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { FLEET_PATH, type JobView } from '@belfry/protocol';
import { CommandError } from '../command.ts';
import type { FleetTarget } from './fleet-target.ts';

const ENDED: ReadonlySet<JobView['status']> = new Set(['done', 'failed', 'cancelled']);
/** The pause before the stream is opened anew, in ms. */
const AGAIN_MS = 1_000;

export function hasEnded({ status }: Pick<JobView, 'status'>): boolean {
  return ENDED.has(status);
}

/** The views of one stream, until it ends or is cut. */
async function* viewsOf(
  { url, token }: FleetTarget,
  job: string,
  signal: AbortSignal,
): AsyncGenerator<JobView> {
  const response = await fetch(`${url}${FLEET_PATH}/jobs/${encodeURIComponent(job)}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  if (!response.ok || response.body === null) {
    const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
    const message = body.error?.message ?? `the server answered ${response.status}`;
    const isTemporary = response.status >= 500 || response.status === 429;
    throw isTemporary ? new Error(message) : new CommandError(message);
  }
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) });
  for await (const line of lines) {
    if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as JobView;
  }
}

/**
 * Tells how a job is, to its end. A server that is away for a while is waited for. Gives the last view; `undefined`: `signal` ended the watching. Rejects with a
 * `CommandError`.
 */
export async function watchJob(
  target: FleetTarget,
  job: string,
  {
    signal,
    onView,
    onAway,
  }: {
    readonly signal: AbortSignal;
    onView(view: JobView): void;
    onAway(why: string): void;
  },
): Promise<JobView | undefined> {
  while (!signal.aborted) {
    try {
      for await (const view of viewsOf(target, job, signal)) {
        onView(view);
        if (hasEnded(view)) return view;
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof CommandError) throw error;
      onAway(error instanceof Error ? error.message : String(error));
    }
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
