import { hkdfSync } from 'node:crypto';
import { type AnyActorDefinition, createAsker } from '@belfry/actors';
import { createConnectionCheck } from '@belfry/beacon';
import { BROADCAST_CHANNEL, nodeChannel, nodeUser } from '@belfry/protocol';
import { createFleetActors, createFleetApi, type FleetApi } from '@belfry/sentinel';
import type { ChannelStore, Store } from '@belfry/store';
import { createAdminTokens } from '../admin/admin-token.ts';
import { createTokenSigner } from '../auth/token-signer.ts';
import { beaconConfigOf } from '../config/beacon-config.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { Route } from '../http/router.ts';
import type { Logger } from '../log/logger.ts';
import type { MetricSource } from '../run/metrics.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { fleetIdentity } from './fleet-identity.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { apiLimits, fleetSettings } from './fleet-settings.ts';
import { type LoadedSimulation, loadSimulations } from './load-simulations.ts';

/** What a process of a fleet has, whatever its role. */
export interface Fleet {
  readonly definitions: readonly AnyActorDefinition[];
  /** By kind, how many messages may wait for an actor. */
  readonly inboxLimits: Readonly<Record<string, number>>;
  readonly simulations: readonly LoadedSimulation[];
  /** What its actors do in this process. */
  readonly metrics: MetricSource;
}

/** Loads what the config says; `undefined`: there is no fleet. Throws a `ConfigError`. */
export async function loadFleet(effective: EffectiveConfig): Promise<Fleet | undefined> {
  const { fleet, roles } = effective.config;
  if (!fleet.enabled) return undefined;
  // A Beacon asks the actors, and runs none of their turns.
  const runsTurns = roles.some((role) => role !== 'beacon');
  const simulations = runsTurns ? await loadSimulations(effective) : [];
  const { actors: definitions, meter } = createFleetActors({
    simulations: new Map(simulations.map((each) => [each.name, each])),
    settings: fleetSettings(fleet),
  });
  const limits = definitions.flatMap(({ kind, spec }) =>
    spec.inboxLimit === undefined ? [] : [[kind, spec.inboxLimit] as const],
  );
  const metrics: MetricSource = {
    prefix: 'fleet',
    counters: () => ({ assigned: meter.assigned }),
    labelled: () => ({ lost: { label: 'reason', counts: meter.lost } }),
  };
  return { definitions, inboxLimits: Object.fromEntries(limits), simulations, metrics };
}

export interface FleetPartOptions {
  readonly effective: EffectiveConfig;
  readonly fleet: Fleet;
  readonly store: Store;
  /** Makes a view of the store's channels with a listener of its own. */
  readonly channels: () => ChannelStore;
  readonly secrets: Secrets;
  readonly processId: string;
  readonly log: Logger;
}

/** The role `sentinel` of a process: the API of the fleet. */
export interface FleetPart {
  readonly api: FleetApi;
  readonly routes: readonly Route[];
  readonly metrics: readonly MetricSource[];
  stop(): Promise<void>;
}

/** Nodes set their clocks by dates in whole seconds. */
function startOfSecond(): number {
  return Math.floor(Date.now() / 1_000) * 1_000;
}

/** A key for one use, from the secret that all processes have. */
function keyFor(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `belfry fleet ${use} v1`, 32));
}

function metricsOf({ meter, gauges }: FleetApi): MetricSource {
  return {
    prefix: 'fleet',
    gauges,
    labelled: () => ({
      api_calls: { label: 'operation', counts: meter.calls },
      api_errors: { label: ['operation', 'code'], counts: meter.errors },
      signature_failures: { label: 'code', counts: meter.signatureFailures },
      settled: { label: 'outcome', counts: meter.settled },
    }),
    histograms: () => ({
      api_latency_seconds: { label: ['operation'], figures: meter.latencies() },
    }),
  };
}

/** Makes it. */
export function createFleetPart(options: FleetPartOptions): FleetPart {
  const { effective, fleet, store, channels, secrets, processId, log } = options;
  const { config } = effective;
  const { client, http_server: http } = config;
  const tokenSecret = secrets.token ?? '';
  const { client: clientConfig = {} } = beaconConfigOf(effective);
  const check = createConnectionCheck({
    client: {
      ...clientConfig,
      token: {
        ...clientConfig.token,
        ...(tokenSecret === '' ? {} : { hmac_secret_key: tokenSecret }),
      },
    },
    channels: channels(),
    log: ({ level, message, fields }) => {
      log[level](fields, message);
    },
    now: Date.now,
  });
  // A Beacon in this process has an asker too.
  const asker = createAsker({
    store: { actors: store.actors, channels: channels(), partitions: store.partitions },
    id: `${processId}-fleet`,
  });
  const signer = createTokenSigner(tokenSecret, client.token);
  const random = secrets.random ?? '';
  const api = createFleetApi({
    store,
    channels: channels(),
    asker,
    inboxLimits: fleet.inboxLimits,
    simulations: fleet.simulations,
    identity: fleetIdentity(
      check,
      secrets.admin === undefined ? undefined : createAdminTokens(secrets.admin),
    ),
    claimKey: keyFor(random, 'claims'),
    idKey: keyFor(random, 'job ids'),
    async signNodeToken(node) {
      const now = Date.now();
      const ttlMs = config.fleet.token_ttl;
      const subscribed = [nodeChannel(node), BROADCAST_CHANNEL];
      const token = await signer.sign({ user: nodeUser(node), ttlMs, channels: subscribed }, now);
      return { token, expiresAt: now + ttlMs };
    },
    times: fleetSettings(config.fleet).times,
    limits: apiLimits(config.fleet),
    proxySecret: config.centrifugo.proxy_secret,
    // The embedded store forgets nonces with its process.
    notBefore: config.redis.url === undefined ? startOfSecond() : 0,
    now: Date.now,
    onError: (err) => {
      log.error({ err }, 'a call of the fleet failed');
    },
  });
  return {
    api,
    routes: fleetRoutes({
      api,
      allowedOrigins: client.allowed_origins,
      clientIpHeader: http.client_ip_header,
    }),
    metrics: [metricsOf(api)],
    async stop() {
      await Promise.all([asker.close(), check.stop()]);
    },
  };
}
