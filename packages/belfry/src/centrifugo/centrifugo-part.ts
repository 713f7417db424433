import { type AnyActorDefinition, createAsker, type Divert } from '@belfry/actors';
import type { ChannelStore, Store } from '@belfry/store';
import { maskUrl } from '../config/mask.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Route } from '../http/router.ts';
import type { Logger } from '../log/logger.ts';
import { actorKinds } from '../run/actor-kinds.ts';
import { clientCalls } from '../run/client-calls.ts';
import { guestRouteOf } from '../run/guests.ts';
import type { MetricSource } from '../run/metrics.ts';
import { controlNamespaces } from './control-namespaces.ts';
import { controlProxy, type ProxyUse } from './control-proxy.ts';
import { divertToRelays } from './divert.ts';
import { proxyRoutes } from './proxy-routes.ts';
import { RELAY } from './relay-actors.ts';
import { RelayState } from './relay-state.ts';
import { defineRelay } from './relay.ts';

export interface CentrifugoPartOptions {
  readonly config: ResolvedConfig;
  readonly store: Store;
  /** Makes a view of the store's channels with a listener of its own. */
  readonly channels: () => ChannelStore;
  readonly definitions: readonly AnyActorDefinition[];
  /** The secret of connection tokens, where guests get some. */
  readonly tokenSecret: string;
  readonly processId: string;
  readonly log: Logger;
}

/** What a process has in place of a Beacon of its own where clients connect to Centrifugo. */
export interface CentrifugoPart {
  /** The consumers that publish; for the runner, with its actors. */
  readonly relay: AnyActorDefinition;
  readonly divert: Divert;
  readonly routes: readonly Route[];
  readonly metrics: readonly MetricSource[];
  /** What an operator should know now. @param backlogs how many messages wait, by kind */
  warnings(backlogs: ReadonlyMap<string, number>): string[];
  stop(): Promise<void>;
}

/** Makes it from a config with `"beacon": "centrifugo"`. */
export function createCentrifugoPart(options: CentrifugoPartOptions): CentrifugoPart {
  const { config, store, channels, definitions, tokenSecret, processId, log } = options;
  const { centrifugo } = config;
  const { api_url: apiUrl = '', api_key: apiKey = '', queue_limit: queueLimit } = centrifugo;
  const state = new RelayState(maskUrl(apiUrl), log);
  const relay = defineRelay({
    apiUrl,
    apiKey,
    timeoutMs: centrifugo.timeout,
    concurrency: centrifugo.concurrency,
    batchSize: centrifugo.batch_size,
    queueLimit,
    state,
  });
  const asker = createAsker({
    store: { actors: store.actors, channels: channels(), partitions: store.partitions },
    id: processId,
  });
  const kinds = actorKinds(definitions, (kind, err) => {
    log.error({ kind, err }, 'the control schema of a kind threw; the message was refused');
  });
  const asked = new Map<ProxyUse, number>();
  let unauthorized = 0;
  const routes = proxyRoutes({
    prefix: centrifugo.handler_prefix,
    secret: centrifugo.proxy_secret,
    handlers: controlProxy({
      store,
      kinds,
      namespaceOf: controlNamespaces(config),
      rpc: clientCalls({ config, store, asker, definitions, kinds, processId }),
      log,
    }),
    onRequest: (use) => void asked.set(use, (asked.get(use) ?? 0) + 1),
    onUnauthorized: () => unauthorized++,
  });
  return {
    relay,
    divert: divertToRelays({ partitions: store.partitions, queueLimit }),
    routes: [guestRouteOf(config, tokenSecret), ...routes],
    metrics: [
      {
        prefix: 'centrifugo',
        counters: () => ({ ...state.counters, unauthorized }),
        gauges: () => ({ up: state.up }),
        labelled: () => ({ proxy_requests: { label: 'use', counts: asked } }),
      },
    ],
    warnings: (backlogs) => state.warnings(backlogs.get(RELAY) ?? 0),
    stop: () => asker.close(),
  };
}
