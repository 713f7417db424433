import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { Logger } from '../log/logger.ts';
import { FirstStartError, Primary } from '../processes/primary.ts';
import { claimPort } from '../processes/shared-port.ts';
import { stopLimitMs } from '../run/start-belfry.ts';
import { StartError } from '../run/start-error.ts';
import { loadSecrets } from '../secrets/secrets.ts';
import { CommandError, EXIT } from './command.ts';
import { sayWayIn } from './say-way-in.ts';
import { firstSignal } from './first-signal.ts';

interface Options {
  readonly log: Logger;
  /** Whether the processes listen for HTTP. */
  readonly listens: boolean;
}

/** What the processes need to end after their own time is over, in ms. */
const GRACE_MS = 1_000;

async function portFor({ config }: EffectiveConfig): Promise<number> {
  const { address, port } = config.http_server;
  try {
    return await claimPort(address, port);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

/** Runs `belfry start` in several processes; resolves with the exit code when they have ended. */
export async function runProcesses(
  effective: EffectiveConfig,
  { log, listens }: Options,
): Promise<number> {
  const { config } = effective;
  // What is generated is generated once, not by each of them.
  const secrets = loadSecrets(config);
  const stopMs = stopLimitMs(config) + GRACE_MS;
  const port = listens ? await portFor(effective) : 0;
  const primary = new Primary({
    processes: config.processes,
    port,
    log,
    program: process.argv[1] ?? '',
    args: process.argv.slice(2),
    stopMs,
  });
  const { received, stop } = firstSignal({
    log,
    limitMs: stopMs + GRACE_MS,
    onEnd: () => {
      primary.signal('SIGKILL');
    },
  });
  if (config.http_server.tls.enabled) {
    process.on('SIGHUP', () => {
      primary.signal('SIGHUP');
    });
  } else {
    // The terminal has gone; the processes would end by themselves, but not all as they should.
    process.on('SIGHUP', stop);
  }
  const started = primary.start();
  try {
    const url = await Promise.race([started, received.then(() => null)]);
    if (url !== null) {
      const where = url ?? config.roles.join(', ');
      console.log(`Belfry is running: ${where} (${config.processes} processes)`);
      if (url !== undefined) {
        const isTerminal = process.stdout.isTTY;
        const text = await sayWayIn({ config, url, secret: secrets.admin, isTerminal });
        if (text !== undefined) console.log(text);
      }
      log.info({ url, processes: config.processes }, 'all processes run');
    }
  } catch (error) {
    // It has said why.
    if (error instanceof FirstStartError) return error.exitCode;
    throw error;
  }
  started.catch(() => undefined);
  await primary.stop(await received);
  log.info('stopped');
  return EXIT.ok;
}
