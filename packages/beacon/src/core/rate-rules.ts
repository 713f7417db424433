import type { ClientConfig, ChannelConfig } from '../config.ts';
import type {
  ChannelRateBuckets,
  NamespaceRateLimit,
  RateBuckets,
  RpcRateBuckets,
  UserRateLimitLayer,
} from '../config/rate-limits.ts';
import { Buckets } from './buckets.ts';
import { parseDuration } from './duration.ts';

/** What is limited. `ping` counts towards `total` only. */
export const OPERATIONS = [
  'connect',
  'subscribe',
  'unsubscribe',
  'publish',
  'history',
  'presence',
  'presence_stats',
  'refresh',
  'sub_refresh',
  'rpc',
  'send',
] as const;
export type Operation = (typeof OPERATIONS)[number];

interface Rule {
  readonly base: Buckets | null;
  /** By namespace or method, instead. */
  readonly byName: ReadonlyMap<string, Buckets | null>;
}

const NO_RULE: Rule = { base: null, byName: new Map() };

/** A checked layer of limits. */
export class Layer {
  readonly name: string;
  readonly dryRun: boolean;
  /** All operations together. */
  readonly total: Buckets | null;
  readonly #rules: ReadonlyMap<string, Rule>;

  constructor(name: string, config: UserRateLimitLayer, field: string) {
    this.name = name;
    this.dryRun = config.dry_run ?? false;
    this.total = bucketsOf(config.total, 'total', `${field}.total`);
    this.#rules = new Map(
      OPERATIONS.map((operation) => [
        operation,
        ruleOf(operation, config, `${field}.${operation}`),
      ]),
    );
  }

  /** @param name the namespace of the channel, or the method */
  find(operation: Operation, name: string): Buckets | null {
    const rule = this.#rules.get(operation) ?? NO_RULE;
    const own = rule.byName.get(name);
    return own === undefined ? rule.base : own;
  }
}

/** @throws TypeError naming the option that is not what it must be */
function bucketsOf(given: RateBuckets | undefined, label: string, field: string): Buckets | null {
  if (given?.enabled !== true || given.buckets === undefined || given.buckets.length === 0) {
    return null;
  }
  return new Buckets(
    label,
    given.buckets.map(({ interval, rate }, i) => {
      const intervalMs = parseDuration(interval, `${field}.buckets[${i}].interval`);
      if (!(intervalMs >= 1_000 && intervalMs <= 3_600_000)) {
        throw new TypeError(`${field}.buckets[${i}].interval: it must be from 1s to 1h`);
      }
      if (!Number.isInteger(rate) || rate < 1) {
        throw new TypeError(`${field}.buckets[${i}].rate: it must be a whole number from 1`);
      }
      return { rate, intervalMs };
    }),
  );
}

type OperationConfig = ChannelRateBuckets & RpcRateBuckets;

function ruleOf(operation: Operation, layer: UserRateLimitLayer, field: string): Rule {
  const config: OperationConfig | undefined = layer[operation];
  const byDefault = (label: string): Buckets | null => bucketsOf(layer.default, label, field);
  const overrides = [
    ...(config?.namespace_overrides ?? []).map(
      (each) => [each.namespace_name, `${operation}@${each.namespace_name}`, each] as const,
    ),
    ...(config?.method_overrides ?? []).map(
      (each) => [each.method, `${operation}!${each.method}`, each] as const,
    ),
  ].filter(([, , each]) => each.enabled === true);
  return {
    base: bucketsOf(config, operation, field) ?? byDefault(operation),
    byName: new Map(
      overrides.map(([name, label, each]) => [
        name,
        bucketsOf(each, label, `${field}.${name}`) ?? byDefault(label),
      ]),
    ),
  };
}

/** All limits of a configuration; `null` where none is set. */
export interface RateRules {
  readonly connection: Layer | null;
  readonly user: Layer | null;
  /** Over all Beacons. */
  readonly shared: Layer | null;
  readonly namespaces: ReadonlyMap<string, Layer>;
  readonly errors: { readonly buckets: Buckets; readonly dryRun: boolean } | null;
  readonly disconnectOnAccounted: boolean;
}

function namespaceLayers(channel: ChannelConfig): Map<string, Layer> {
  const layers = new Map<string, Layer>();
  const add = (name: string, config: NamespaceRateLimit | undefined, field: string): void => {
    if (config?.enabled === true) layers.set(name, new Layer('namespace', config, field));
  };
  add('', channel.without_namespace?.rate_limit, 'channel.without_namespace.rate_limit');
  for (const { name, rate_limit: config } of channel.namespaces ?? []) {
    add(name, config, `channel.namespaces[${JSON.stringify(name)}].rate_limit`);
  }
  return layers;
}

/**
 * Reads the limits of operations; `null`: there are none.
 *
 * @throws TypeError naming the option that is not what it must be
 */
export function rateRules(config: {
  readonly client?: ClientConfig | undefined;
  readonly channel?: ChannelConfig | undefined;
}): RateRules | null {
  const limits = config.client?.rate_limit ?? {};
  const layer = (name: 'client_command' | 'user_command' | 'redis_user_command'): Layer | null =>
    limits[name]?.enabled === true
      ? new Layer(name, limits[name], `client.rate_limit.${name}`)
      : null;
  const { client_error: errors } = limits;
  const errorBuckets =
    errors?.enabled === true
      ? bucketsOf(errors.total, 'error', 'client.rate_limit.client_error.total')
      : null;
  const rules: RateRules = {
    connection: layer('client_command'),
    user: layer('user_command'),
    shared: layer('redis_user_command'),
    namespaces: namespaceLayers(config.channel ?? {}),
    errors:
      errorBuckets === null ? null : { buckets: errorBuckets, dryRun: errors?.dry_run ?? false },
    disconnectOnAccounted: limits.client_command?.disconnect_on_accounted_limit ?? false,
  };
  const { connection, user, shared, namespaces } = rules;
  const some = connection ?? user ?? shared ?? rules.errors;
  return some === null && namespaces.size === 0 ? null : rules;
}
