import { type AnyActorDefinition, type Asker, createAsker } from '@belfry/actors';
import {
  type ActorKinds,
  API_METHODS,
  attachBeacon,
  type Beacon,
  type BeaconConfig,
  type BeaconOptions,
  type BeaconControl,
  createBeacon,
  createServerApi,
  type RpcHandler,
} from '@belfry/beacon';
import { BROADCAST_CHANNEL } from '@belfry/protocol';
import { createBeaconBackend } from '@belfry/sentinel';
import type { ChannelStore, Store } from '@belfry/store';
import { beaconConfigOf } from '../config/beacon-config.ts';
import { FLEET_PROXY } from '../config/namespace-schema.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { Fleet } from '../fleet/fleet-part.ts';
import type { Listening } from '../http/listen.ts';
import { findPortal, portalFallback } from '../http/portal.ts';
import { HttpError } from '../http/http-error.ts';
import { type Fallback, pathOf, type Route } from '../http/router.ts';
import { serverApiRoutes } from '../http/server-api-routes.ts';
import type { Logger } from '../log/logger.ts';
import { serverCalls } from '../rpc/server-calls.ts';
import { actorKinds, closedKinds } from './actor-kinds.ts';
import { askTimeoutMs, clientCalls } from './client-calls.ts';
import { guestRouteOf } from './guests.ts';
import type { MetricSource } from './metrics.ts';
import { proxyHistograms, proxyMetrics } from './proxy-metrics.ts';
import { withProxyCertificates } from './proxy-certificates.ts';
import { VERSION } from './package-version.ts';

export interface RunBeaconOptions {
  readonly effective: EffectiveConfig;
  readonly store: Store;
  /** Makes a view of the store's channels with a listener of its own. */
  readonly channels: () => ChannelStore;
  readonly definitions: readonly AnyActorDefinition[];
  /** `undefined`: there is none. */
  readonly fleet: Pick<Fleet, 'inboxLimits'> | undefined;
  /** The secret of connection tokens. */
  readonly tokenSecret: string;
  readonly processId: string;
  readonly log: Logger;
}

/** The role `beacon` of this process. */
export interface BeaconPart {
  readonly routes: readonly Route[];
  readonly fallback: Fallback;
  readonly metrics: readonly MetricSource[];
  /** What an operator can have all Beacons do. */
  readonly control: BeaconControl;
  /** Takes the WebSocket connections of a server. */
  attach(listening: Listening): void;
  /** Sends the clients away over `spreadMs` and ends. */
  drain(spreadMs: number): Promise<void>;
}

function withSecret(config: BeaconConfig, secret: string): BeaconConfig {
  const { client = {} } = config;
  return { ...config, client: { ...client, token: { ...client.token, hmac_secret_key: secret } } };
}

function portalOf({ effective, log }: RunBeaconOptions): Fallback | undefined {
  const { portal, admin } = effective.config;
  if (!portal.enabled && !admin.enabled) return undefined;
  const directory = findPortal(portal.dir);
  if (directory === undefined) {
    log.warn({ dir: portal.dir }, 'the portal is enabled, but it has not been built');
    return undefined;
  }
  return portalFallback(directory);
}

/** The streams of the Beacon, the portal, and a word for whoever opens the address of a WebSocket in a browser. */
function fallbackOf(options: RunBeaconOptions, beacon: Beacon): Fallback {
  const portal = portalOf(options);
  const { websocket, uni_websocket: uni } = options.effective.config;
  const paths = new Set([websocket.handler_prefix, ...(uni.enabled ? [uni.handler_prefix] : [])]);
  return (request, response) => {
    if (beacon.handleRequest(request, response)) return true;
    if (portal?.(request, response) === true) return true;
    const path = pathOf(request);
    if (!paths.has(path)) return false;
    const message = `${path} is for WebSocket clients; connect to it with @belfry/client or a centrifuge SDK.`;
    throw new HttpError(426, 'upgrade_required', message).with('upgrade', 'websocket');
  };
}

/** What this server answers itself. Where it has no actors and calls go to a proxy, all of them do: nothing of its own is in their way. */
function ownCalls(
  { effective: { config }, store, definitions, processId }: RunBeaconOptions,
  asker: Asker,
  kinds: ActorKinds,
): ReadonlyMap<string, RpcHandler> {
  if (definitions.length === 0 && config.rpc.without_namespace.proxy_enabled) return new Map();
  return clientCalls({ config, store, asker, definitions, kinds, processId });
}

/** What the channels of the fleet need: its actors decide who may be there. */
function fleetParts(
  { fleet, store }: RunBeaconOptions,
  asker: Asker,
): Pick<BeaconOptions, 'backends' | 'openChannels'> {
  if (fleet === undefined) return {};
  const { inboxLimits } = fleet;
  const backend = createBeaconBackend({ asker, actors: store.actors, inboxLimits, now: Date.now });
  return {
    backends: new Map([[FLEET_PROXY, (use, body) => backend.answer(use, body)]]),
    openChannels: new Set([BROADCAST_CHANNEL]),
  };
}

function createTheBeacon(options: RunBeaconOptions, asker: Asker): Beacon {
  const { effective, store, channels, processId, log } = options;
  const { config } = effective;
  const kinds = actorKinds(options.definitions, (kind, err) => {
    log.error({ kind, err }, 'the control schema of a kind threw; the message was refused');
  });
  return createBeacon({
    store: { channels: channels(), actors: store.actors, tokens: store.tokens },
    config: withProxyCertificates(
      withSecret(beaconConfigOf(effective), options.tokenSecret),
      effective.baseOf,
    ),
    kinds,
    closedKinds: closedKinds(options.definitions),
    ...fleetParts(options, asker),
    rpc: ownCalls(options, asker, kinds),
    serverRpc: serverCalls({
      asker,
      actors: store.actors,
      definitions: options.definitions,
      timeoutMs: askTimeoutMs(config),
    }),
    log: ({ level, message, fields }) => {
      log[level](fields, message);
    },
    // Clients see the node's id, which is random; the name, which says where it runs, they do not.
    name: config.node.name ?? processId,
    version: VERSION,
  });
}

/** The server API and its metrics. */
function serverApiOf(
  beacon: Beacon,
  { effective, log }: RunBeaconOptions,
): { readonly routes: readonly Route[]; readonly metrics: MetricSource } {
  let unauthorized = 0;
  const api = createServerApi({
    control: beacon.control,
    onError: (err) => {
      log.error({ err }, 'a call of the server API failed');
    },
  });
  const { stats } = api;
  return {
    routes: serverApiRoutes({
      config: effective.config.http_api,
      api,
      methods: [...Object.keys(API_METHODS), 'batch'],
      version: VERSION,
      onUnauthorized: () => unauthorized++,
    }),
    metrics: {
      prefix: 'api',
      counters: () => ({ unauthorized }),
      labelled: () => ({
        calls: { label: 'method', counts: stats.calls },
        errors: { label: ['method', 'code'], counts: stats.errors },
      }),
      histograms: () => ({ latency_seconds: stats.latency() }),
    },
  };
}

function metricsOf(beacon: Beacon): MetricSource {
  const counts = (of: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
    new Map(Object.entries(of));
  return {
    prefix: 'beacon',
    counters: () => beacon.snapshot().counters,
    gauges: () => beacon.snapshot().gauges,
    labelled() {
      const { commands, replyErrors, disconnects, unsubscribes, ...of } = beacon.snapshot();
      return {
        commands: { label: 'command', counts: counts(commands) },
        reply_errors: { label: 'code', counts: counts(replyErrors) },
        disconnects: { label: 'code', counts: counts(disconnects) },
        unsubscribes: { label: 'code', counts: counts(unsubscribes) },
        rate_limited: { label: 'layer', counts: counts(of.rateLimited) },
        rate_limit_dry_runs: { label: 'layer', counts: counts(of.rateDryRuns) },
        refusals: { label: 'reason', counts: counts(of.refusals) },
        ...proxyMetrics(of.proxies),
      };
    },
    histograms: () => ({ proxy_latency_seconds: proxyHistograms(beacon.snapshot().proxies) }),
  };
}

/** Makes the Beacon of this process with its HTTP endpoints; it takes connections once it is attached. */
export function createBeaconPart(options: RunBeaconOptions): BeaconPart {
  const { store, channels, processId } = options;
  const asker = createAsker({
    store: { actors: store.actors, channels: channels(), partitions: store.partitions },
    id: processId,
  });
  const beacon = createTheBeacon(options, asker);
  const api = serverApiOf(beacon, options);
  return {
    control: beacon.control,
    routes: [guestRouteOf(options.effective.config, options.tokenSecret), ...api.routes],
    fallback: fallbackOf(options, beacon),
    metrics: [metricsOf(beacon), api.metrics],
    attach({ server }) {
      attachBeacon(server, beacon);
      beacon.run();
    },
    async drain(spreadMs) {
      await beacon.drain(spreadMs);
      await Promise.all([beacon.stop(), asker.close()]);
    },
  };
}
