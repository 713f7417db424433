import type { Logger } from '../log/logger.ts';
import { EXIT } from './command.ts';
import { stopWishes } from './stop-signals.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** That this process is to stop. */
export interface FirstSignal {
  /** Resolves with the first signal. */
  readonly received: Promise<StopSignal>;
  /** Aborted by it. */
  readonly abort: AbortSignal;
  /** As if a signal had come. */
  stop(): void;
}

interface Options {
  readonly log: Logger;
  /** How long the process has from then on, in ms. */
  readonly limitMs: number;
  /** Called before it ends at once. */
  readonly onEnd?: () => void;
}

/** Waits for the first signal, after which the process has so long; a later one ends it at once. */
export function firstSignal({ log, limitMs, onEnd = () => undefined }: Options): FirstSignal {
  const abort = new AbortController();
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  const wishOf = stopWishes();
  const begin = (signal: StopSignal): void => {
    abort.abort();
    resolve(signal);
    setTimeout(() => {
      log.warn('not everything ended in time');
      onEnd();
      process.exit(EXIT.ok);
    }, limitMs);
  };
  for (const name of SIGNALS) {
    process.on(name, () => {
      const wish = wishOf(performance.now());
      if (wish === 'same') return;
      if (wish === 'now') {
        log.warn({ signal: name }, 'stopping at once');
        onEnd();
        process.exit(EXIT.failed);
      }
      log.info({ signal: name }, 'stopping; once more stops at once');
      if (!abort.signal.aborted) begin(name);
    });
  }
  return {
    received: promise,
    abort: abort.signal,
    stop() {
      if (!abort.signal.aborted) begin('SIGTERM');
    },
  };
}
