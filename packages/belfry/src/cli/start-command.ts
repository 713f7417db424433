import type { Logger } from '../log/logger.ts';
import type { RunningBelfry } from '../run/start-belfry.ts';
import { StartError } from '../run/start-error.ts';
import { type Command, CommandError, EXIT } from './command.ts';
import { CONFIG_FLAGS } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';
import { stopWishes } from './stop-signals.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What is left of a stop after `shutdown.timeout`, in ms, before the process ends anyway. */
const LAST_RESORT_MS = 800;

/** Waits for the first signal, after which the process has so long; a later one ends it at once. */
function firstSignal(
  log: Logger,
  limitMs: number,
): { readonly received: Promise<void>; readonly abort: AbortSignal } {
  const abort = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wishOf = stopWishes();
  for (const name of SIGNALS) {
    process.on(name, () => {
      const wish = wishOf(performance.now());
      if (wish === 'same') return;
      if (wish === 'now') {
        log.warn({ signal: name }, 'stopping at once');
        process.exit(EXIT.failed);
      }
      log.info({ signal: name }, 'stopping; once more stops at once');
      abort.abort();
      resolve();
      setTimeout(() => {
        log.warn('not everything ended in time');
        process.exit(EXIT.ok);
      }, limitMs);
    });
  }
  return { received: promise, abort: abort.signal };
}

async function stop(belfry: RunningBelfry, log: Logger): Promise<never> {
  await belfry.stop();
  log.info('stopped');
  // A timer or a socket that somebody forgot must not keep the process.
  process.exit(EXIT.ok);
}

/** By its shape: the class is in a package that other commands do without. */
function isStoreAway(error: Error): boolean {
  const { name, temporary, code } = error as Error & { temporary?: boolean; code?: string };
  return name === 'StoreError' && (temporary === true || code === 'closed');
}

/** What nobody caught is a bug and ends the process; but a store that is away for a while never does. */
function watchBugs(log: Logger): void {
  process.on('uncaughtException', (error) => {
    if (isStoreAway(error)) {
      log.error({ err: error }, 'the store failed where nobody expected it; going on');
      return;
    }
    log.fatal({ err: error }, 'a bug in Belfry or in what it was given; the process ends');
    process.exit(EXIT.failed);
  });
}

/** `belfry start` */
export const startCommand: Command = {
  path: ['start'],
  summary: 'Start a server: by default everything in one process, on the embedded store.',
  flags: CONFIG_FLAGS,
  notes: [
    'A process with fewer roles than all needs --redis, and without the role beacon it listens only if --port, PORT or BELFRY_HTTP_SERVER_PORT says where: it then serves /health and /metrics.',
    'SIGTERM and SIGINT stop it: clients are told to reconnect elsewhere, turns are finished, leases given back. Another signal, a second or more later, ends it at once.',
    'With http_server.tls, SIGHUP reads the certificate files again.',
  ],
  examples: [
    'belfry start --actors ./match.ts',
    'belfry start --role beacon --redis redis://localhost:6379',
    'belfry start --role worker,ticker --redis redis://localhost:6379 --actors ./match.ts',
  ],
  async run(invocation) {
    const effective = await loadEffectiveConfig(invocation);
    const { config, originOf, warnings } = effective;
    const { createLogger } = await import('../log/logger.ts');
    const { startEffective } = await import('../run/start-belfry.ts');
    const log = createLogger(config.log);
    for (const warning of warnings) log.warn(warning);
    if (config.actors.length === 0) {
      log.warn('no actors: neither a config file nor --actors names any; only channels are served');
    }
    watchBugs(log);
    const { received, abort } = firstSignal(log, config.shutdown.timeout + LAST_RESORT_MS);
    const origin = originOf('http_server.port');
    const portGiven = origin === 'PORT' || origin.startsWith('BELFRY_') || origin.startsWith('--');
    let belfry: RunningBelfry;
    try {
      belfry = await startEffective(effective, {
        log,
        signal: abort,
        listens: config.roles.includes('beacon') || portGiven,
      });
    } catch (error) {
      if (abort.aborted) process.exit(EXIT.ok);
      if (!(error instanceof StartError)) throw error;
      throw new CommandError(error.message, { cause: error });
    }
    // Without certificates the signal keeps its meaning: the terminal has gone.
    if (config.http_server.tls.enabled) process.on('SIGHUP', () => belfry.reload());
    const { url } = belfry;
    console.log(
      url === undefined
        ? `Belfry is running: ${config.roles.join(', ')}`
        : `Belfry is running: ${url}`,
    );
    await received;
    return stop(belfry, log);
  },
};
