import type { ResolvedConfig } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import { CHILD_VARIABLE, readChildContext } from '../processes/child-context.ts';
import type { RunningBelfry, Sibling } from '../run/start-belfry.ts';
import type { ChildLink } from '../processes/child-link.ts';
import { StartError } from '../run/start-error.ts';
import { loadSecrets } from '../secrets/secrets.ts';
import { type Command, CommandError, EXIT } from './command.ts';
import { saveCompileCache } from './compile-cache.ts';
import { CONFIG_FLAGS } from './config-flags.ts';
import { firstSignal } from './first-signal.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';

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

interface Said {
  readonly config: ResolvedConfig;
  readonly warnings: readonly string[];
  readonly log: Logger;
}

function sayFirst({ config, warnings, log }: Said): void {
  for (const warning of warnings) log.warn(warning);
  if (config.actors.length === 0 && !config.fleet.enabled) {
    log.warn('no actors: neither a config file nor --actors names any; only channels are served');
  }
}

/** Links one of several processes to its primary, without which it stops. */
async function linkOf(log: Logger, stop: () => void): Promise<ChildLink> {
  const { ChildLink } = await import('../processes/child-link.ts');
  return new ChildLink(() => {
    log.error('the primary process has gone; stopping');
    stop();
  });
}

async function tellWayIn(config: ResolvedConfig, url: string | undefined): Promise<void> {
  if (url === undefined || !config.admin.enabled) return;
  const { sayWayIn } = await import('./say-way-in.ts');
  const { admin: secret } = loadSecrets(config);
  const text = await sayWayIn({ config, url, secret, isTerminal: process.stdout.isTTY });
  if (text !== undefined) console.log(text);
}

/** `belfry start` */
export const startCommand: Command = {
  path: ['start'],
  summary: 'Start a server: by default everything in one process, on the embedded store.',
  flags: CONFIG_FLAGS,
  notes: [
    'A process with fewer roles than all needs --redis, and without the roles beacon and sentinel it listens only if --port, PORT or BELFRY_HTTP_SERVER_PORT says where: it then serves /health and /metrics.',
    'SIGTERM and SIGINT stop it: clients are told to reconnect elsewhere, turns are finished, leases given back. Another signal, a second or more later, ends it at once.',
    '--processes N (or `processes`) runs N processes that share the port, over --redis; one that ends is started again. Signals go to all of them, and /metrics tells the figures of all.',
    'With --beacon centrifugo clients connect to a Centrifugo, this process publishes through its API (centrifugo.api_url, centrifugo.api_key) and answers its proxies at http_server.port; `belfry centrifugo-config` prints the config that Centrifugo needs.',
    'With http_server.tls, SIGHUP reads the certificate files again.',
  ],
  examples: [
    'belfry start --actors ./match.ts',
    'belfry start --role beacon --redis redis://localhost:6379',
    'belfry start --role sentinel --port 8002 --redis redis://localhost:6379 --fleet --simulations ./fight.ts',
    'belfry start --processes 4 --redis redis://localhost:6379',
    'belfry start --role worker,ticker --redis redis://localhost:6379 --actors ./match.ts',
    'belfry start --beacon centrifugo --set centrifugo.api_url=http://localhost:8000/api --port 8001 --actors ./match.ts',
  ],
  async run(invocation) {
    const effective = await loadEffectiveConfig(invocation);
    const { config, originOf, warnings } = effective;
    const { createLogger } = await import('../log/logger.ts');
    const { startEffective, stopLimitMs } = await import('../run/start-belfry.ts');
    const child = readChildContext(process.env[CHILD_VARIABLE]);
    const all = createLogger(config.log);
    const log = child === undefined ? all : all.child({ process: child.index });
    // What concerns all processes is said once.
    if (child === undefined) sayFirst({ config, warnings, log });
    watchBugs(log);
    const origin = originOf('http_server.port');
    const portGiven = origin === 'PORT' || origin.startsWith('BELFRY_') || origin.startsWith('--');
    const serves = config.roles.includes('beacon') || config.roles.includes('sentinel');
    const listens = serves || config.beacon === 'centrifugo' || portGiven;
    if (child === undefined && config.processes > 1) {
      const { runProcesses } = await import('./run-processes.ts');
      return runProcesses(effective, { log, listens });
    }
    const { received, abort, stop: stopNow } = firstSignal({ log, limitMs: stopLimitMs(config) });
    const link = child && (await linkOf(log, stopNow));
    const sibling: Sibling | undefined = child &&
      link && { ...child, shareMetrics: (own) => link.shared(own) };
    let belfry: RunningBelfry;
    try {
      belfry = await startEffective(effective, {
        log,
        signal: abort,
        listens,
        sibling,
      });
    } catch (error) {
      if (abort.aborted) process.exit(EXIT.ok);
      link?.close();
      if (!(error instanceof StartError)) throw error;
      throw new CommandError(error.message, { cause: error });
    }
    // Without certificates the signal keeps its meaning: the terminal has gone.
    if (config.http_server.tls.enabled) process.on('SIGHUP', () => belfry.reload());
    const { url } = belfry;
    if (link === undefined) {
      console.log(`Belfry is running: ${url ?? config.roles.join(', ')}`);
      if (config.roles.includes('beacon')) await tellWayIn(config, url);
    } else {
      link.ready(url);
    }
    saveCompileCache();
    await received;
    return stop(belfry, log);
  },
};
