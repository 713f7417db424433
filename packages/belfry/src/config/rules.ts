import { SHORTEST_PRESENCE_MS } from './centrifugo-schema.ts';
import { proxyRules } from './proxy-rules.ts';
import { FLEET_PROXY } from './namespace-schema.ts';
import type { ResolvedConfig, Role } from './schema.ts';

/** Rules between fields. Each problem names the fields and the fix. */
export function brokenRules(config: ResolvedConfig): string[] {
  return [
    ...roleRules(config),
    ...securityRules(config),
    ...apiKeyRules(config),
    ...timingRules(config),
    ...namespaceRules(config),
    ...tokenRules(config),
    ...proxyRules(config),
    ...processRules(config),
    ...personalRules(config),
    ...apiRules(config),
    ...centrifugoRules(config),
    ...fleetRules(config),
  ];
}

/** What is allowed and can hardly be meant. */
export function doubtsAbout({ client }: ResolvedConfig): string[] {
  return client.allowed_origins
    .filter((origin) => !origin.includes('://') && !origin.startsWith('*'))
    .map(
      (origin) =>
        `client.allowed_origins: ${JSON.stringify(origin)} matches no origin, for these begin with a scheme; give "https://${origin}".`,
    );
}

function tokenRules({ client }: ResolvedConfig): string[] {
  return (['token', 'subscription_token'] as const).flatMap((name) => {
    const token = client[name];
    const both = (['audience', 'issuer'] as const).filter(
      (each) => token[each] !== undefined && token[`${each}_regex`] !== undefined,
    );
    return [
      ...both.map((each) => `client.${name}.${each}: give it or ${each}_regex, not both.`),
      ...templateProblems(`client.${name}`, token),
    ];
  });
}

/** Every `{{name}}` of the endpoint must be a group of a regex. */
function templateProblems(at: string, token: ResolvedConfig['client']['token']): string[] {
  const groups = `${token.issuer_regex ?? ''} ${token.audience_regex ?? ''}`;
  return [...(token.jwks_public_endpoint ?? '').matchAll(/\{\{(.*?)\}\}/g)]
    .map(([, group = '']) => group.trim())
    .filter((group) => !groups.includes(`<${group}>`))
    .map(
      (group) =>
        `${at}.jwks_public_endpoint: {{${group}}} is no named group of issuer_regex or audience_regex.`,
    );
}

function apiRules({ http_api: { key, keys } }: ResolvedConfig): string[] {
  const problems: string[] = [];
  if (new Set(keys.map(({ name }) => name)).size < keys.length) {
    problems.push('http_api.keys: names must differ.');
  }
  const all = [...(key === undefined ? [] : [key]), ...keys.map((each) => each.key)];
  if (new Set(all).size < all.length) {
    problems.push('http_api.keys: two have the same key; each needs one of its own.');
  }
  return problems;
}

function personalRules({ client, channel }: ResolvedConfig): string[] {
  const { enabled, personal_channel_namespace: name } = client.subscribe_to_user_personal_channel;
  if (!enabled || name === '' || channel.namespaces.some((each) => each.name === name)) return [];
  return [
    `client.subscribe_to_user_personal_channel.personal_channel_namespace: there is no namespace "${name}" in channel.namespaces.`,
  ];
}

function processRules({ processes, redis, shutdown }: ResolvedConfig): string[] {
  const problems: string[] = [];
  if (processes > 1 && redis.url === undefined) {
    problems.push(
      'processes: more than one cannot share the embedded store; give redis.url (--redis redis://host:6379).',
    );
  }
  if (shutdown.spread !== undefined && shutdown.spread >= shutdown.timeout) {
    problems.push('shutdown.spread: it must be shorter than shutdown.timeout.');
  }
  return problems;
}

function centrifugoRules(config: ResolvedConfig): string[] {
  const { beacon, centrifugo, roles, environment, channel } = config;
  if (beacon !== 'centrifugo') return [];
  const problems: string[] = [];
  if (roles.includes('beacon')) {
    problems.push(
      'roles: with "beacon": "centrifugo" clients connect to Centrifugo, and no process has the role "beacon"; use --role worker,ticker.',
    );
  }
  if (centrifugo.api_url === undefined) {
    problems.push(
      'centrifugo.api_url: is missing; say where the API of Centrifugo is, e.g. http://localhost:8000/api (BELFRY_CENTRIFUGO_API_URL).',
    );
  }
  if (centrifugo.api_key === undefined) {
    problems.push(
      'centrifugo.api_key: is missing; give the http_api.key of Centrifugo (BELFRY_CENTRIFUGO_API_KEY).',
    );
  }
  if (!centrifugo.handler_prefix.startsWith('/')) {
    problems.push('centrifugo.handler_prefix: it must begin with "/".');
  }
  if (environment === 'production' && centrifugo.proxy_secret === undefined) {
    problems.push(
      'centrifugo.proxy_secret: is missing; in production it must be given (BELFRY_CENTRIFUGO_PROXY_SECRET), and Centrifugo must send it. Make one with `openssl rand -base64 32`.',
    );
  }
  channel.namespaces.forEach(({ name, queue, presence_ttl: ttl }, i) => {
    if (!queue || ttl === undefined || ttl >= SHORTEST_PRESENCE_MS) return;
    problems.push(
      `channel.namespaces[${i}].presence_ttl ("${name}"): with "beacon": "centrifugo" it must be at least "${SHORTEST_PRESENCE_MS / 1_000}s"; Centrifugo tells no sooner who is still there.`,
    );
  });
  return problems;
}

function fleetRules({ fleet, roles, proxies }: ResolvedConfig): string[] {
  if (!fleet.enabled) {
    return roles.includes('sentinel')
      ? ['roles: "sentinel" is for a fleet; set fleet.enabled (--fleet), or leave it out.']
      : [];
  }
  const problems: string[] = [];
  const { times, chunk } = fleet;
  if (times.heartbeat >= times.suspect) {
    problems.push('fleet.times.suspect: it must be longer than fleet.times.heartbeat.');
  }
  if (times.suspect > times.dead) {
    problems.push('fleet.times.dead: it must not be shorter than fleet.times.suspect.');
  }
  if (chunk.floor > chunk.ceiling) {
    problems.push('fleet.chunk.ceiling: it must not be shorter than fleet.chunk.floor.');
  }
  if (proxies.some(({ name }) => name === FLEET_PROXY)) {
    problems.push(`proxies: the name "${FLEET_PROXY}" is taken by the fleet; choose another.`);
  }
  return problems;
}

/** Whether this process does all that there is to do, as one with the embedded store must. */
function doesAll({ roles, beacon, fleet }: ResolvedConfig): boolean {
  const has = (role: Role): boolean => roles.includes(role);
  const runsTurns = has('sentinel') || (has('worker') && has('ticker'));
  // Centrifugo does the rest.
  return (
    runsTurns && (has('beacon') || beacon === 'centrifugo') && (has('sentinel') || !fleet.enabled)
  );
}

function roleRules(config: ResolvedConfig): string[] {
  const { roles, redis } = config;
  if (redis.url !== undefined || doesAll(config)) return [];
  return [
    `roles: this process is ${roles.join(' and ')} only, and the embedded store cannot be shared with the processes that do the rest. Give redis.url (--redis redis://host:6379, BELFRY_REDIS_URL), or leave roles out.`,
  ];
}

function apiKeyRules({ http_api: api }: ResolvedConfig): string[] {
  return api.keys.flatMap(({ name, key, key_hash: hash }, i) =>
    (key === undefined) === (hash === undefined)
      ? [`http_api.keys[${i}] ("${name}"): give either key or key_hash.`]
      : [],
  );
}

function securityRules({ environment, client, http_api: api }: ResolvedConfig): string[] {
  if (environment !== 'production') return [];
  const insecure = [
    ['client.insecure', client.insecure] as const,
    ['http_api.insecure', api.insecure] as const,
  ];
  return insecure
    .filter(([, on]) => on)
    .map(
      ([path]) => `${path}: it is for development; remove it, or set environment to "development".`,
    );
}

function timingRules({ client, runner }: ResolvedConfig): string[] {
  const problems: string[] = [];
  if (client.pong_timeout >= client.ping_interval) {
    problems.push('client.pong_timeout: it must be shorter than client.ping_interval.');
  }
  if (runner.heartbeat_interval >= runner.member_ttl) {
    problems.push('runner.member_ttl: it must be longer than runner.heartbeat_interval.');
  }
  return problems;
}

type Options = ResolvedConfig['channel']['without_namespace'];

/** When presence is renewed and when it ends, with the defaults of the Beacon. */
function presenceTimes(options: Options, otherwise: number): { ttl: number; update: number } {
  return {
    ttl: options.presence_ttl ?? (options.queue ? 15_000 : 60_000),
    update: options.presence_update_interval ?? (options.queue ? 5_000 : otherwise),
  };
}

function presenceRules(name: string, { ttl, update }: { ttl: number; update: number }): string[] {
  if (update < ttl) return [];
  return [
    `${name}.presence_ttl: ${ttl} ms is not longer than the presence_update_interval of ${update} ms; clients that are there would seem to leave.`,
  ];
}

function optionRules(name: string, options: Options): string[] {
  const problems: string[] = [];
  const wantsHistory =
    options.force_recovery ||
    options.allow_recovery ||
    options.force_positioning ||
    options.allow_positioning;
  if (wantsHistory && options.history_size === 0) {
    problems.push(
      `${name}: recovery and positioning need history; set history_size and history_ttl.`,
    );
  }
  if (options.history_size > 0 && options.history_ttl === 0) {
    problems.push(
      `${name}.history_ttl: history_size is set, so this must be set too, e.g. "300s".`,
    );
  }
  if (options.history_meta_ttl !== undefined && options.history_meta_ttl < options.history_ttl) {
    problems.push(`${name}.history_meta_ttl: it must not be shorter than history_ttl.`);
  }
  if (
    options.auto_cache_recover &&
    !(options.force_recovery && options.force_recovery_mode === 'cache')
  ) {
    problems.push(
      `${name}.auto_cache_recover: it needs "force_recovery": true and "force_recovery_mode": "cache".`,
    );
  }
  if (options.presence_events && !options.presence) {
    problems.push(`${name}.presence_events: it needs presence; set "presence": true.`);
  }
  if (options.presence_events && !options.queue) {
    problems.push(`${name}.presence_events: it needs queue; set "queue": true.`);
  }
  if (options.client_message_ids && !options.queue) {
    problems.push(`${name}.client_message_ids: it needs queue; set "queue": true.`);
  }
  return problems;
}

function namespaceRules({ channel, client }: ResolvedConfig): string[] {
  const rulesOf = (name: string, options: Options): string[] => [
    ...optionRules(name, options),
    ...presenceRules(name, presenceTimes(options, client.presence_update_interval)),
  ];
  const problems = rulesOf('channel.without_namespace', channel.without_namespace);
  const seen = new Set<string>();
  channel.namespaces.forEach((namespace, i) => {
    const name = `channel.namespaces[${i}]`;
    if (seen.has(namespace.name)) {
      problems.push(`${name}.name: "${namespace.name}" is there twice; names must differ.`);
    }
    seen.add(namespace.name);
    problems.push(...rulesOf(`${name} ("${namespace.name}")`, namespace));
  });
  return problems;
}
