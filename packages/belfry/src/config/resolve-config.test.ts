import { describe, expect, test } from 'vitest';
import { fromEnvironment } from './assignment.ts';
import { ConfigError } from './config-error.ts';
import { resolveConfig } from './resolve-config.ts';
import { configTable, showConfig } from './show-config.ts';

function fromFile(values: unknown, env: Record<string, string> = {}) {
  const { assignments } = fromEnvironment(env);
  return resolveConfig({
    file: { name: 'belfry.config.json', directory: '/etc/belfry', values },
    environment: assignments,
    workingDirectory: '/work',
  });
}

function problemsOf(values: unknown, env: Record<string, string> = {}): readonly string[] {
  try {
    fromFile(values, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a config that is wrong says what, where and how to mend it', () => {
  test.each<[string, unknown, string]>([
    [
      'a misspelt section',
      { clent: {} },
      'clent: unknown key (belfry.config.json). Did you mean "client"?',
    ],
    [
      'a misspelt key',
      { client: { token: { hmac_secret_ke: 'x' } } },
      'client.token.hmac_secret_ke: unknown key (belfry.config.json). Did you mean "hmac_secret_key"?',
    ],
    [
      'a key that is like none',
      { http_server: { zzz: 1 } },
      'http_server.zzz: unknown key (belfry.config.json). Known here: address, port, internal_address, internal_port, client_ip_header, tls.',
    ],
    [
      'an option that stands a level too high',
      { allowed_origins: ['*'] },
      'allowed_origins: unknown key (belfry.config.json). Did you mean "client.allowed_origins"?',
    ],
    [
      'a flat option of a Centrifugo before v6',
      { token_hmac_secret_key: 'x' },
      'token_hmac_secret_key: unknown key (belfry.config.json). Did you mean "client.token.hmac_secret_key" or "client.subscription_token.hmac_secret_key"?',
    ],
    [
      'one whose name begins as a section does',
      { port: 1 },
      'port: unknown key (belfry.config.json). Did you mean "http_server.port" or "http_server.internal_port"?',
    ],
    [
      'a misspelt option of a namespace',
      { channel: { namespaces: [{ name: 'chat', history_sise: 1 }] } },
      'channel.namespaces[0].history_sise: unknown key (belfry.config.json). Did you mean "history_size"?',
    ],
    [
      'a section of Centrifugo that there is not',
      { grpc_api: { enabled: true } },
      'grpc_api: Belfry does not have this option of Centrifugo (belfry.config.json); use the server API over HTTP.',
    ],
    [
      'a duration without a unit',
      { client: { ping_interval: 300 } },
      'client.ping_interval: got 300 (belfry.config.json); it must be a duration of at least 1000 ms with its unit, such as "300s", "5m" or "24h".',
    ],
    [
      'a port out of range',
      { http_server: { port: 70_000 } },
      'http_server.port: got 70000 (belfry.config.json); it must be a whole number from 0 to 65535.',
    ],
    [
      'an unknown role',
      { roles: ['beacn'] },
      'roles[0]: got "beacn" (belfry.config.json); it must be one of "beacon", "worker", "ticker", "sentinel". Did you mean "beacon"?',
    ],
    [
      'a namespace without a name',
      { channel: { namespaces: [{}] } },
      'channel.namespaces[0].name: is missing (belfry.config.json); it must be two or more letters, digits, "-", "_" or ".".',
    ],
    [
      'something that is no actor',
      { actors: [7] },
      'actors[0]: got 7 (belfry.config.json); it must be a list of module paths (or, in TypeScript, of actor definitions).',
    ],
    [
      'a section that is no object',
      { redis: 'redis://localhost' },
      'redis: got "redis://localhost" (belfry.config.json); it must be an object with url, prefix, connect_timeout.',
    ],
    [
      'recovery without history',
      { channel: { namespaces: [{ name: 'chat', force_recovery: true }] } },
      'channel.namespaces[0] ("chat"): recovery and positioning need history; set history_size and history_ttl.',
    ],
    [
      'two namespaces of one name',
      { channel: { namespaces: [{ name: 'chat' }, { name: 'chat' }] } },
      'channel.namespaces[1].name: "chat" is there twice; names must differ.',
    ],
    [
      'a pong that may take longer than a ping',
      { client: { ping_interval: '5s', pong_timeout: '5s' } },
      'client.pong_timeout: it must be shorter than client.ping_interval.',
    ],
    [
      'insecure clients in production',
      { environment: 'production', client: { insecure: true } },
      'client.insecure: it is for development; remove it, or set environment to "development".',
    ],
  ])('%s', (_name, values, problem) => {
    expect(problemsOf(values)).toEqual([problem]);
  });

  test('the variable is named when the value came from it', () => {
    expect(problemsOf({}, { BELFRY_HTTP_SERVER_PORT: 'abc' })).toEqual([
      'http_server.port: got "abc" (BELFRY_HTTP_SERVER_PORT); it must be a whole number from 0 to 65535.',
    ]);
  });

  test('a secret that does not fit is not repeated', () => {
    const [problem] = problemsOf({}, { BELFRY_REDIS_URL: 'http://ann:hunter2@host' });
    expect(problem).toContain(
      'redis.url: got a value that is not shown, for it may hold a secret (BELFRY_REDIS_URL)',
    );
    expect(problem).not.toContain('hunter2');
  });

  test('all problems are told at once', () => {
    expect(problemsOf({ clent: {}, redis: { ulr: 1 }, http_server: { port: -1 } })).toHaveLength(3);
  });

  test('fewer roles than all need Redis', () => {
    expect(problemsOf({ roles: ['beacon'] })[0]).toContain('--redis');
    expect(problemsOf({ roles: ['beacon'], redis: { url: 'redis://localhost' } })).toEqual([]);
  });
});

describe('where a value comes from', () => {
  const flags = [{ path: 'http_server.port', value: 4, origin: '--port' }];

  test.each([
    ['the default', {}, {}, [], 8_000, 'default'],
    ['the file over the default', { http_server: { port: 1 } }, {}, [], 1, 'belfry.config.json'],
    ['PORT over the file', { http_server: { port: 1 } }, { PORT: '2' }, [], 2, 'PORT'],
    [
      'the BELFRY_ variable over PORT',
      { http_server: { port: 1 } },
      { PORT: '2', BELFRY_HTTP_SERVER_PORT: '3' },
      [],
      3,
      'BELFRY_HTTP_SERVER_PORT',
    ],
    ['a flag over all', { http_server: { port: 1 } }, { PORT: '2' }, flags, 4, '--port'],
  ] as const)('%s', (_name, values, env, given, port, origin) => {
    const effective = resolveConfig({
      file: { name: 'belfry.config.json', directory: '/', values },
      environment: fromEnvironment(env).assignments,
      flags: given,
      workingDirectory: '/',
    });
    expect(effective.config.http_server.port).toBe(port);
    expect(effective.originOf('http_server.port')).toBe(origin);
  });

  test('NODE_ENV=production wins over the file, and --dev over both', () => {
    const values = { environment: 'development' };
    expect(fromFile(values, { NODE_ENV: 'production' }).config.environment).toBe('production');
    const effective = resolveConfig({
      file: undefined,
      environment: fromEnvironment({ NODE_ENV: 'production' }).assignments,
      flags: [{ path: 'environment', value: 'development', origin: '--dev' }],
      workingDirectory: '/',
    });
    expect(effective.config.environment).toBe('development');
  });

  test('a path in a file is relative to the file, another to the working directory', () => {
    expect(fromFile({ data_dir: 'data' }).config.data_dir).toBe('/etc/belfry/data');
    expect(fromFile({}, { BELFRY_DATA_DIR: 'data' }).config.data_dir).toBe('/work/data');
    expect(fromFile({}).config.data_dir).toBe('/work/.belfry');
  });

  test('durations are milliseconds in the program', () => {
    expect(fromFile({ client: { ping_interval: '1m30s' } }).config.client.ping_interval).toBe(
      90_000,
    );
  });

  test('lists and namespaces come from the environment too', () => {
    const { config } = fromFile(
      {},
      {
        BELFRY_CLIENT_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
        BELFRY_CHANNEL_NAMESPACES: '[{"name":"chat","presence":true}]',
        BELFRY_GUESTS_ENABLED: 'on',
      },
    );
    expect(config.client.allowed_origins).toEqual(['https://a.example', 'https://b.example']);
    expect(config.channel.namespaces[0]).toMatchObject({ name: 'chat', presence: true });
    expect(config.guests.enabled).toBe(true);
  });
});

describe('the environment', () => {
  test('a near miss of a variable is an error, somebody else’s only a warning', () => {
    expect(fromEnvironment({ BELFRY_REDS_URL: 'x' }).problems).toEqual([
      'BELFRY_REDS_URL: unknown environment variable. Did you mean "BELFRY_REDIS_URL"?',
    ]);
    const { problems, warnings } = fromEnvironment({ BELFRY_TOWER_COLOUR_SCHEME: 'x' });
    expect(problems).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  test('what commands read is no setting, and nothing is said of it', () => {
    const env = { BELFRY_CONFIG: 'a.json', BELFRY_TOKEN: 'x', BELFRY_CLAIM: 'y' };
    expect(fromEnvironment(env)).toEqual({ assignments: [], problems: [], warnings: [] });
  });

  test('variables of Centrifugo are not read, and it is said', () => {
    const env = { CENTRIFUGO_HTTP_API_KEY: 'x', CENTRIFUGO_ADMIN_SECRET: 'y' };
    expect(fromEnvironment(env)).toEqual({
      assignments: [],
      problems: [],
      warnings: [
        'CENTRIFUGO_ADMIN_SECRET, CENTRIFUGO_HTTP_API_KEY: variables of Centrifugo are not read; each setting has a BELFRY_ variable.',
      ],
    });
  });

  test('what Kubernetes makes up for a service called belfry is left alone', () => {
    const env = {
      BELFRY_PORT: 'tcp://10.0.0.1:8000',
      BELFRY_SERVICE_HOST: '10.0.0.1',
      BELFRY_PORT_8000_TCP_ADDR: '10.0.0.1',
    };
    expect(fromEnvironment(env)).toEqual({ assignments: [], problems: [], warnings: [] });
  });
});

describe('the namespaces that actors need', () => {
  const namesOf = (values: unknown): string[] =>
    fromFile(values).config.channel.namespaces.map(({ name }) => name);

  test('are there by default, and beside others', () => {
    expect(namesOf({})).toEqual(['control', 'server', 'user']);
    expect(namesOf({ channel: { namespaces: [{ name: 'chat' }] } })).toEqual([
      'chat',
      'control',
      'server',
      'user',
    ]);
  });

  test('are replaced whole by one of the same name', () => {
    const { config } = fromFile({ channel: { namespaces: [{ name: 'server', presence: true }] } });
    expect(config.channel.namespaces.find(({ name }) => name === 'server')).toMatchObject({
      presence: true,
      history_size: 0,
      allow_subscribe_for_client: false,
    });
  });
});

test('what is printed has every origin and no secret', () => {
  const effective = fromFile(
    { admin: { secret: 'very-secret-indeed' } },
    {
      BELFRY_REDIS_URL: 'redis://ann:hunter2@host:6379',
      BELFRY_CLIENT_TOKEN_HMAC_SECRET_KEY: 'another-secret',
    },
  );
  const table = configTable(showConfig(effective));
  expect(table).not.toMatch(/hunter2|very-secret|another-secret/);
  expect(table).toMatch(/^redis\.url +"redis:\/\/ann:\*\*\*@host:6379" {2}# BELFRY_REDIS_URL$/m);
  expect(table).toMatch(/^admin\.secret +"\*\*\*" {2}# belfry\.config\.json$/m);
  expect(table).toMatch(/^http_server\.port +8000 {2}# default$/m);
});

test('an origin that no page can have is doubted', () => {
  const allowed_origins = ['app.example.com', 'https://a.example.com', '*.example.com', '*'];
  expect(fromFile({ client: { allowed_origins } }).warnings).toEqual([
    'client.allowed_origins: "app.example.com" matches no origin, for these begin with a scheme; give "https://app.example.com".',
  ]);
});
