import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from '@belfry/actors';
import { shareChannels } from '@belfry/store';
import { announceServer, withdrawServer } from '../admin/running-server.ts';
import { type CentrifugoPart, createCentrifugoPart } from '../centrifugo/centrifugo-part.ts';
import { beaconConfigOf } from '../config/beacon-config.ts';
import { type EffectiveConfig, resolveConfig } from '../config/resolve-config.ts';
import type { BelfryConfig, ResolvedConfig } from '../config/schema.ts';
import { startBuiltinNode } from '../fleet/builtin-node.ts';
import { createFleetPart, type FleetPart, loadFleet } from '../fleet/fleet-part.ts';
import { divideRoutes, internalPlace } from '../http/internal-routes.ts';
import { listen, type Listening } from '../http/listen.ts';
import { createRouter } from '../http/router.ts';
import { describeCertificate, serverTlsOf } from '../http/server-tls.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { loadSecrets } from '../secrets/secrets.ts';
import { baseRoutes } from './base-routes.ts';
import { hookTimeMs } from './hook-time.ts';
import { historyPolicies } from './history-policies.ts';
import { loadActors } from './load-actors.ts';
import { createMetrics, type Metrics, type MetricSource } from './metrics.ts';
import { openStore } from './open-store.ts';
import { createAdminPart } from './run-admin.ts';
import { createActorRunner, runnerMetrics } from './run-actors.ts';
import { type BeaconPart, createBeaconPart } from './run-beacon.ts';
import { startRunner } from './start-runner.ts';
import { Startup } from './startup.ts';
import { storeMetrics } from './store-metrics.ts';
import { VERSION } from './package-version.ts';
import { StoreWatch } from './watch-store.ts';

/** A server that runs in this process. */
export interface RunningBelfry {
  /** Where it is reached from this machine; `undefined`: it does not listen. */
  readonly url: string | undefined;
  readonly config: ResolvedConfig;
  /** Reads certificate files again. With new ones of no use it logs why, and keeps the old. */
  reload(): void;
  /** Sends clients away, finishes turns, gives leases back and closes the store. Never rejects; the second call waits for the first. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly log: Logger;
  /** Ends the waiting for a store that is not there. */
  readonly signal?: AbortSignal;
  /** Whether it listens for HTTP. */
  readonly listens: boolean;
  /** It is one of several processes. Default: it is alone. */
  readonly sibling?: Sibling | undefined;
}

/** What one of several processes has in common with the others. */
export interface Sibling {
  /** From 1. */
  readonly index: number;
  /** Where all of them listen; 0: each where its config says. */
  readonly port: number;
  /** Makes of the metrics of this one those of all. */
  shareMetrics(own: Metrics): Metrics;
}

/** Of the time that a stop may take, how much each part gets at most. In this order they are stopped. */
const SHARES = { clients: 0.25, http: 0.1, turns: 0.5, store: 0.15 } as const;
/** Clients are sent away within this part of their share, so as not to come back to another Beacon all at once. */
const SPREAD = 0.6;
/** What is left of a stop after all that, in ms, before the process ends anyway. */
const LAST_RESORT_MS = 800;
/** Where only this machine reaches it, on any free port. */
const LOCAL_ONLY = { address: '127.0.0.1', port: 0 };

/** Unique to the process's life, and telling where it runs. */
function newProcessId(): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 40);
  return `${host}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

/** How long a stop may take at most, in ms. */
export function stopLimitMs(config: ResolvedConfig): number {
  const { notice, timeout, spread = 0 } = config.shutdown;
  const more = Math.max(0, spread - timeout * SHARES.clients);
  return notice + timeout + more + hookTimeMs(config) + LAST_RESORT_MS;
}

/** Starts what the config says, in the order store, turns, clients. Throws `ConfigError` and `StartError`; then nothing is left running. */
export async function startEffective(
  effective: EffectiveConfig,
  options: StartOptions,
): Promise<RunningBelfry> {
  const startup = new Startup(options.log);
  try {
    return await start(effective, options, startup);
  } catch (error) {
    await startup.undo();
    throw error;
  }
}

async function start(
  effective: EffectiveConfig,
  { log, signal, listens, sibling }: StartOptions,
  startup: Startup,
): Promise<RunningBelfry> {
  const { config } = effective;
  const { roles, shutdown } = config;
  const { url: redisUrl } = config.redis;
  const fleet = await loadFleet(effective);
  const definitions = await loadActors(effective, fleet?.definitions);
  const secrets = loadSecrets(config);
  const processId = newProcessId();

  const tls = listens ? serverTlsOf(effective) : undefined;
  const certificate = tls?.load();
  if (certificate !== undefined) log.info(describeCertificate(certificate), 'serving HTTPS');

  const store = await openStore(config, { log, signal });
  const share = (part: keyof typeof SHARES): number => shutdown.timeout * SHARES[part];
  startup.onStop({ what: 'store', limitMs: share('store'), stop: () => store.close() });
  const { description } = await store.health();
  log.info({ store: description }, 'the store is open');
  const storeWatch = new StoreWatch(store, log);
  storeWatch.run();
  startup.onStop({
    what: 'watching the store',
    limitMs: 100,
    stop: () => {
      storeWatch.stop();
    },
  });
  if (redisUrl !== undefined && config.client.token.hmac_secret_key === undefined) {
    log.warn(
      { dataDir: config.data_dir },
      'development: secrets were generated; processes with another data directory need the same client.token.hmac_secret_key and random.secret',
    );
  }

  const channels = shareChannels(store.channels);
  const metrics: MetricSource[] = [storeMetrics(store, storeWatch)];
  let beacon: BeaconPart | undefined;
  if (roles.includes('beacon')) {
    beacon = createBeaconPart({
      effective,
      store,
      channels,
      definitions,
      fleet,
      tokenSecret: secrets.token ?? '',
      processId,
      log,
    });
    metrics.push(...beacon.metrics);
  }
  let centrifugo: CentrifugoPart | undefined;
  if (config.beacon === 'centrifugo') {
    const tokenSecret = secrets.token ?? '';
    const part = createCentrifugoPart({
      config,
      store,
      channels,
      definitions,
      tokenSecret,
      processId,
      log,
    });
    centrifugo = part;
    metrics.push(...part.metrics);
    startup.onStop({ what: 'answers', limitMs: 500, stop: () => part.stop() });
  }
  let fleetPart: FleetPart | undefined;
  if (fleet !== undefined && roles.includes('sentinel')) {
    const common = { effective, fleet, store, channels, secrets, processId, log };
    const part = createFleetPart(common);
    fleetPart = part;
    metrics.push(...part.metrics);
    startup.onStop({ what: 'the fleet', limitMs: 500, stop: () => part.stop() });
  }
  let runner: Runner | undefined;
  const actors = centrifugo === undefined ? definitions : [...definitions, centrifugo.relay];
  // A Beacon without actors neither asks the store for turns nor is preferred for any.
  const onlyChannels = roles.includes('beacon') && actors.length === 0;
  if (!onlyChannels && roles.some((role) => role !== 'beacon')) {
    const own = createActorRunner({
      store,
      config,
      actors,
      divert: centrifugo?.divert,
      secret: secrets.random ?? '',
      processId,
      historyFor: historyPolicies(beaconConfigOf(effective)),
      log,
      drainMs: share('turns'),
    });
    runner = own;
    metrics.push(runnerMetrics(own), ...(fleet === undefined ? [] : [fleet.metrics]));
    startup.onStop({ what: 'turns', limitMs: share('turns') + 100, stop: () => own.drain() });
    await startRunner(own, { log, signal });
  }

  let stopping = false;
  let listening: Listening | undefined;
  let internally: Listening | undefined;
  if (listens) {
    const { routes: admin, metrics: adminMetrics } = createAdminPart({
      effective,
      secret: secrets.admin,
      store,
      storeWatch,
      channels,
      definitions,
      control: beacon?.control,
      log,
    });
    metrics.push(...adminMetrics);
    const own = createMetrics(metrics);
    const routes = [
      ...baseRoutes({
        config,
        storeWatch,
        metrics: sibling?.shareMetrics(own) ?? own,
        isStopping: () => stopping,
        warnings: () => centrifugo?.warnings(runner?.backlogs() ?? new Map()) ?? [],
      }),
      ...(beacon?.routes ?? []),
      ...(centrifugo?.routes ?? []),
      ...(fleetPart?.routes ?? []),
      ...admin,
    ];
    const common = {
      headers: SECURITY_HEADERS,
      onError: (error: unknown): void => {
        log.error({ err: error }, 'a request failed');
      },
    };
    const elsewhere = internalPlace(config);
    const { outside, inside: internal } = divideRoutes(routes, config);
    const fallback = beacon?.fallback;
    const router = createRouter({
      routes: elsewhere === undefined ? routes : outside,
      fallback,
      ...common,
    });
    const { address } = config.http_server;
    const shared = sibling !== undefined && sibling.port > 0;
    const port = shared ? sibling.port : config.http_server.port;
    const opened = await listen(router, { address, port, tls, shared });
    listening = opened;
    const limitMs = share('http');
    startup.onStop({ what: 'http', limitMs, stop: () => opened.close(limitMs / 2) });
    if (elsewhere !== undefined) {
      // The portal is there, too, for it makes the calls of operators.
      const own = createRouter({ routes: internal, fallback, ...common });
      const place = { ...elsewhere, tls, shared: sibling !== undefined };
      const opened = await listen(own, place);
      internally = opened;
      startup.onStop({ what: 'internal', limitMs, stop: () => opened.close(limitMs / 2) });
    }
    if (redisUrl === undefined) {
      // A certificate is for a public name, and the CLI comes by none.
      const local =
        tls === undefined
          ? (internally ?? opened)
          : await listen(createRouter({ routes: admin, ...common }), LOCAL_ONLY);
      if (local !== opened && local !== internally) {
        startup.onStop({ what: 'admin', limitMs, stop: () => local.close(limitMs / 2) });
      }
      announceServer(config.data_dir, { url: local.url, pid: process.pid });
      startup.onStop({
        what: 'announcement',
        limitMs: 100,
        stop: () => {
          withdrawServer(config.data_dir);
        },
      });
    }
    beacon?.attach(opened);
    if (
      fleetPart !== undefined &&
      config.fleet.builtin_node.enabled &&
      (sibling?.index ?? 1) === 1
    ) {
      // A certificate is for a public name here too.
      const inside = tls === undefined ? opened : await listen(router, LOCAL_ONLY);
      if (inside !== opened) {
        beacon?.attach(inside);
        startup.onStop({ what: 'inside', limitMs, stop: () => inside.close(limitMs / 2) });
      }
      const { beacon_url: beaconUrl = null } = config.fleet.builtin_node;
      const node = await startBuiltinNode({
        config,
        part: fleetPart,
        url: inside.url,
        beaconUrl: beacon === undefined ? beaconUrl : inside.url,
        log,
      });
      if (node !== undefined) {
        metrics.push(node.metrics);
        startup.onStop({ what: 'node', limitMs: share('http') + 600, stop: () => node.stop() });
      }
    }
  }
  if (beacon !== undefined) {
    const { drain } = beacon;
    const spreadMs = shutdown.spread ?? share('clients') * SPREAD;
    const limitMs = Math.max(share('clients'), spreadMs + 100) + hookTimeMs(config);
    startup.onStop({
      what: 'clients',
      limitMs,
      stop() {
        // Where several share a port, the system sends new clients to the others.
        if (sibling !== undefined) listening?.refuse();
        return drain(spreadMs);
      },
    });
  }
  const { notice } = shutdown;
  if (listening !== undefined && notice > 0) {
    // Until load balancers have noticed, those whom they send are welcome.
    const stop = (): Promise<void> => sleep(notice);
    startup.onStop({ what: 'notice', limitMs: notice + 100, stop });
  }
  const url = listening?.url;
  log.info(
    {
      version: VERSION,
      roles,
      url,
      ...(internally === undefined ? {} : { internal: internally.url }),
      process: processId,
      kinds: definitions.map((d) => d.kind),
    },
    'started',
  );

  let stopped: Promise<void> | undefined;
  return {
    url,
    config,
    reload() {
      try {
        const material = listening?.reload();
        internally?.reload();
        if (material !== undefined)
          log.info(describeCertificate(material), 'certificates reloaded');
      } catch (error) {
        const message = 'the certificates were not reloaded; those that were there stay in use';
        log.error({ problem: (error as Error).message }, message);
      }
    },
    stop() {
      stopping = true;
      stopped ??= startup.undo();
      return stopped;
    },
  };
}

/**
 * Starts Belfry in this process, for programs and tests: `await startBelfry({ actors: [match], http_server: { port: 0 } })`. Reads no file
 * and no environment. Throws `ConfigError` and `StartError`. It handles no signals: call `stop()`.
 */
export async function startBelfry(
  config: BelfryConfig = {},
  { log }: { readonly log?: Logger } = {},
): Promise<RunningBelfry> {
  const workingDirectory = process.cwd();
  const effective = resolveConfig({
    file: { name: 'startBelfry', directory: workingDirectory, values: config },
    workingDirectory,
  });
  const { roles, log: logConfig } = effective.config;
  const logger = log ?? createLogger(logConfig);
  for (const warning of effective.warnings) logger.warn(warning);
  if (effective.config.processes > 1) {
    logger.warn('processes: startBelfry runs in this process alone; `belfry start` runs several');
  }
  return startEffective(effective, {
    log: logger,
    listens:
      roles.includes('beacon') ||
      roles.includes('sentinel') ||
      effective.config.beacon === 'centrifugo' ||
      config.http_server?.port !== undefined,
  });
}
