import type { AnyActorDefinition } from '@belfry/actors';
import type { BeaconControl } from '@belfry/beacon';
import type { ChannelStore, Store } from '@belfry/store';
import { adminRoutes } from '../admin/admin-routes.ts';
import { adminMetrics, AdminStats } from '../admin/admin-stats.ts';
import { createAdminTokens } from '../admin/admin-token.ts';
import { signInRoute } from '../admin/sign-in-route.ts';
import { UsedCodes } from '../admin/used-codes.ts';
import { createRateLimiter } from '../auth/core/rate-limiter.ts';
import { beaconConfigOf } from '../config/beacon-config.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { Route } from '../http/router.ts';
import type { Logger } from '../log/logger.ts';
import { channelNamespaces } from './channel-namespaces.ts';
import { historyPolicies } from './history-policies.ts';
import type { MetricSource } from './metrics.ts';
import type { StoreWatch } from './watch-store.ts';

/** How often a password can be tried from one address. */
const ATTEMPTS = { perMinute: 10, burst: 5 };

export interface RunAdminOptions {
  readonly effective: EffectiveConfig;
  /** `admin.secret`; `undefined`: there is none. */
  readonly secret: string | undefined;
  readonly store: Store;
  readonly storeWatch: StoreWatch;
  readonly channels: () => ChannelStore;
  readonly definitions: readonly AnyActorDefinition[];
  /** `undefined`: there is no Beacon in this process. */
  readonly control: BeaconControl | undefined;
  readonly log: Logger;
}

/** What operators and the CLI ask of this process. */
export interface AdminPart {
  readonly routes: readonly Route[];
  readonly metrics: readonly MetricSource[];
}

/** Makes the admin API: for the CLI of this machine where the store is embedded, and for operators where they can sign in. */
export function createAdminPart(options: RunAdminOptions): AdminPart {
  const { effective, secret, store, control, log } = options;
  const { admin, redis, http_server: http } = effective.config;
  const open = admin.enabled && control !== undefined;
  // On Redis the CLI goes to the store itself.
  if (secret === undefined || (!open && redis.url !== undefined))
    return { routes: [], metrics: [] };
  const stats = new AdminStats();
  const tokens = open ? createAdminTokens(secret) : undefined;
  const config = beaconConfigOf(effective);
  const clientIpHeader = http.client_ip_header;
  const routes = adminRoutes({
    secret,
    tokens,
    stats,
    context: {
      actors: store.actors,
      namespaces: channelNamespaces(config),
      control,
      historyPolicyOf: historyPolicies(config),
      definitions: async () => options.definitions,
      store: async () => (await options.storeWatch.look()).state,
    },
    channels: options.channels,
    clientIpHeader,
    log,
  });
  if (tokens !== undefined) {
    const codes = new UsedCodes(store.tokens);
    const limiter = createRateLimiter(ATTEMPTS);
    const { password } = admin;
    routes.push(signInRoute({ tokens, codes, password, limiter, clientIpHeader, stats, log }));
  }
  return { routes, metrics: [adminMetrics(stats)] };
}
