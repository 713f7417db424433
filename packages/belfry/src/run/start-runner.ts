import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from '@belfry/actors';
import type { Logger } from '../log/logger.ts';
import { StartError } from './start-error.ts';

/** How long a start waits for the store to take this process in, in ms. */
const JOIN_MS = 10_000;

/** Starts the runner. A store that is slow to answer does not keep the rest of the process from starting. */
export async function startRunner(
  runner: Runner,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const running = runner.run().then(() => true);
  const late = sleep(JOIN_MS, false, { ref: false, ...(signal === undefined ? {} : { signal }) });
  try {
    if (await Promise.race([running, late])) return;
  } catch (error) {
    // What the sleep rejects with when it is cut short.
    if (signal?.aborted !== true) throw error;
    running.catch(() => undefined);
    throw new StartError('it was stopped while it started.', { cause: error });
  }
  log.warn('the store takes its time; turns begin when it answers');
  running.then(
    () => {
      log.info('turns begin');
    },
    (error: unknown) => {
      log.error({ err: error }, 'this process cannot run turns');
    },
  );
}
