import { isTree, type Tree } from './tree.ts';

/** Where a config of Centrifugo says what Redis it uses, and what of it is wrong or changes nothing here. */
export interface RedisOfCentrifugo {
  /** What `redis` would be. Empty: it uses none. */
  readonly redis: Tree;
  /** For namespaces that do not say. */
  readonly presenceTtl: string | undefined;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const IDLE: Readonly<Record<string, string>> = {
  connect_timeout: 'redis.connect_timeout says how long a start waits for Redis',
  io_timeout: 'store.timeout says how long an operation may take',
  client_name: 'connections have no names',
  force_resp2: 'the protocol is agreed on with the server',
  history_use_lists: 'history is always a stream',
  presence_hash_field_ttl: 'presence always expires by itself',
  presence_user_mapping: 'it is always on',
  idempotent_result_ttl: 'store.dedup_window says for how long ids are remembered',
  tls: '',
  address: '',
  prefix: '',
  db: '',
  user: '',
  password: '',
  cluster_address: '',
  presence_ttl: '',
};

/** Those that are errors where they are on. */
const GONE: Readonly<Record<string, string>> = {
  replica_client: 'Belfry reads from the server that it writes to; remove it.',
};

const isSet = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  value !== false &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0);

/** Of groups that are off nothing counts. */
const isOffGroup = (key: string, value: unknown): boolean =>
  (key === 'sentinel_tls' || key in GONE) && isTree(value) && value['enabled'] !== true;

function list(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items
    .flatMap((item) => (typeof item === 'string' ? item.split(',') : []))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function urlOf(options: Tree, at: string): { url: string } | { problem: string } {
  const cluster = list(options['cluster_address']);
  const single = list(options['address']);
  const [first = '127.0.0.1:6379', ...others] = cluster.length > 0 ? cluster : single;
  if (cluster.length === 0 && others.length > 0) {
    return {
      problem: `${at}.address: it names ${others.length + 1} servers; Belfry divides its data over the nodes of a Redis Cluster (redis.url: "redis+cluster://…"), or uses one server.`,
    };
  }
  const [, scheme = 'redis', rest = ''] = /^(?:([a-z+]+):\/\/)?(.+)$/.exec(first) ?? [];
  if (!['redis', 'rediss', 'tcp', 'redis+cluster', 'rediss+cluster'].includes(scheme)) {
    return { problem: `${at}.address: Belfry has no ${scheme}:// addresses; use redis://.` };
  }
  const tls = options['tls'];
  const secure = scheme.startsWith('rediss') || (isTree(tls) && tls['enabled'] === true);
  const isCluster = cluster.length > 0 || scheme.endsWith('+cluster');
  const { user = '', password = '', db } = options;
  const who =
    rest.includes('@') || !isSet(password)
      ? ''
      : `${encodeURIComponent(String(user))}:${encodeURIComponent(String(password))}@`;
  const hosts = [rest, ...others].join(',');
  const number = isSet(db) && !/\/\d+$/.test(rest) ? `/${Number(db)}` : '';
  return {
    url: `redis${secure ? 's' : ''}${isCluster ? '+cluster' : ''}://${who}${hosts}${number}`,
  };
}

function readRedis(options: Tree, at: string): RedisOfCentrifugo {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(options)) {
    if (!isSet(value) || isOffGroup(key, value)) continue;
    const advice = IDLE[key];
    if (advice === undefined) {
      const why = key.startsWith('sentinel_')
        ? 'Belfry does not use Sentinel; give redis.url the address of the server, or use a Redis Cluster.'
        : (GONE[key] ?? 'unknown key.');
      problems.push(`${at}.${key}: ${why}`);
    } else if (advice !== '') {
      warnings.push(`${at}.${key}: it changes nothing here: ${advice}.`);
    }
  }
  const { tls } = options;
  if (
    isTree(tls) &&
    tls['enabled'] === true &&
    Object.entries(tls).some(([key, value]) => key !== 'enabled' && isSet(value))
  ) {
    problems.push(
      `${at}.tls: only "enabled" is used; the certificates that Node.js trusts are set with NODE_EXTRA_CA_CERTS.`,
    );
  }
  const made = urlOf(options, at);
  if ('problem' in made) problems.push(made.problem);
  const { prefix, presence_ttl: ttl } = options;
  return {
    redis: {
      ...('url' in made ? { url: made.url } : {}),
      ...(typeof prefix === 'string' && prefix !== '' ? { prefix } : {}),
    },
    presenceTtl: typeof ttl === 'string' && ttl !== '' ? ttl : undefined,
    problems,
    warnings,
  };
}

const NOTHING: RedisOfCentrifugo = {
  redis: {},
  presenceTtl: undefined,
  problems: [],
  warnings: [],
};

function readPart(part: unknown, at: string): RedisOfCentrifugo {
  if (part === undefined || part === null) return NOTHING;
  if (!isTree(part)) {
    return { ...NOTHING, problems: [`${at}: it must be an object with "type" and "redis".`] };
  }
  const { type = 'memory', redis = {} } = part;
  if (type === 'memory') return NOTHING;
  if (type === 'redis') return readRedis(isTree(redis) ? redis : {}, `${at}.redis`);
  return {
    ...NOTHING,
    problems: [
      `${at}.type: got ${JSON.stringify(type)}; Belfry has "memory" (its embedded store) and "redis".`,
    ],
  };
}

/** Reads `engine`, or `broker` and `presence_manager` where those are enabled. */
export function redisOfCentrifugo(tree: Tree): RedisOfCentrifugo {
  const { engine, broker, presence_manager: presence } = tree;
  const isOn = (part: unknown): boolean => isTree(part) && part['enabled'] === true;
  const engineRead = readPart(engine, 'engine');
  if (!isOn(broker) && !isOn(presence)) return engineRead;
  const parts = [
    isOn(broker) ? readPart(broker, 'broker') : engineRead,
    isOn(presence) ? readPart(presence, 'presence_manager') : engineRead,
  ];
  const [first = NOTHING, second = NOTHING] = parts;
  const problems = [...new Set([...first.problems, ...second.problems])];
  if (problems.length === 0 && first.redis['url'] !== second.redis['url']) {
    problems.push(
      'presence_manager: Belfry keeps publications and presence in one store; let it be the same as broker.',
    );
  }
  return {
    redis: first.redis,
    presenceTtl: second.presenceTtl ?? first.presenceTtl,
    problems,
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  };
}
