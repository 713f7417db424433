/** Configs of a real Centrifugo v6, and ours for one. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CENTRIFUGO, findGoServer } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { configForCentrifugo } from '../centrifugo/config-for-centrifugo.ts';
import { COUNTER, temporaryDirectory } from '../testing/belfry-process.ts';
import { TEAM_SECRET, teamConfig } from '../testing/team-config.ts';
import { ConfigError } from './config-error.ts';
import { parseDuration } from './duration.ts';
import { resolveConfig } from './resolve-config.ts';
import type { BelfryConfig } from './schema.ts';
import { isTree, type Tree, valueAt } from './tree.ts';
import { ALL_FIELDS } from './walk-schema.ts';

const run = promisify(execFile);
const found = await findGoServer(CENTRIFUGO, { env: process.env });
if (found instanceof Error) console.warn(`NOT RUN: configs of a real Centrifugo: ${found.message}`);
const binary = found instanceof Error ? '' : found.file;

function resolve(values: unknown) {
  const file = { name: 'file', directory: '/', values: values as BelfryConfig };
  return resolveConfig({ file, workingDirectory: '/' });
}

/** What `centrifugo checkconfig --strict` says; `''`: nothing is wrong. */
async function checked(config: object): Promise<string> {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  try {
    await run(binary, ['checkconfig', '--strict', '--config', file]);
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return stdout + stderr;
  }
}

/** What is not as in Centrifugo. docs/configuration.md says so. */
const OTHER_DEFAULTS = new Set([
  // Those that actors need are there by themselves.
  'channel.namespaces',
  'http_server.address',
  'health.enabled',
  'prometheus.enabled',
  'shutdown.timeout',
]);

/** The same for durations, what is off, and words that mean the same. */
function meaning(value: unknown): unknown {
  if (value === null || value === '' || value === 'stream') return undefined;
  if (Array.isArray(value) || isTree(value))
    return Object.keys(value).length === 0 ? undefined : value;
  const duration = typeof value === 'string' && /^\d/.test(value) ? parseDuration(value) : null;
  const exact = duration ?? value;
  return exact === 0 ? undefined : exact;
}

/** The paths of what stands in both and differs. */
function differences(theirs: Tree, ours: unknown, path = ''): string[] {
  return Object.entries(theirs).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const own = valueAt(ours, name);
    if (own === undefined) return [];
    if (isTree(value) && isTree(own)) return differences(value, own, at);
    return JSON.stringify(meaning(value)) === JSON.stringify(meaning(own)) ? [] : [at];
  });
}

const KNOWN = new Set(ALL_FIELDS.map(({ path }) => path));

/** The paths of what is true or false. */
function switchesOf(tree: Tree, path = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (isTree(value)) return switchesOf(value, at);
    return typeof value === 'boolean' ? [at] : [];
  });
}

/** The config with this switch on, and what it is in. */
function turnedOn(config: Tree, path: string): Tree {
  const values = structuredClone(config);
  const steps = path.split('.');
  let group: Tree = values;
  for (const step of steps.slice(0, -1)) {
    group = group[step] as Tree;
    if ('enabled' in group) group['enabled'] = true;
    if ('endpoint' in group) group['endpoint'] = 'http://127.0.0.1:1';
    if (
      'type' in group &&
      (steps[1] === 'redis' || steps[1] === 'nats' || steps[1] === 'postgres')
    ) {
      group['type'] = steps[1];
    }
  }
  group[steps.at(-1) ?? ''] = true;
  return values;
}

/** What is said of a config: problems, and what changes nothing. */
function toldOf(values: Tree): readonly string[] {
  try {
    return resolve(values).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe.skipIf(binary === '')('a real Centrifugo', () => {
  test('has a default config that loads as it is, and whose defaults are ours but for those that are documented', async () => {
    const { stdout } = await run(binary, ['defaultconfig', '--dry-run']);
    const theirs = JSON.parse(stdout) as Tree;
    expect(resolve(theirs).config.client.channel_limit).toBe(128);
    const onRedis = { ...theirs, engine: { ...(theirs['engine'] as Tree), type: 'redis' } };
    expect(resolve(onRedis).config.redis.url).toBe('redis://127.0.0.1:6379');
    expect(new Set(differences(theirs, resolve({}).config))).toEqual(OTHER_DEFAULTS);
  });

  test('has no switch that Belfry does not know and does not name when it is on', async () => {
    const { stdout } = await run(binary, ['defaultconfig', '--dry-run']);
    const theirs = JSON.parse(stdout) as Tree;
    // `disabled` says that something is off. Of a broker only Redis counts, and becomes `redis`.
    const left = /\.disabled$|^(broker|presence_manager)\.|\.redis\.tls\.enabled$/;
    const switches = switchesOf(theirs).filter((path) => !KNOWN.has(path) && !left.test(path));
    expect(switches.length).toBeGreaterThan(50);
    const silent = switches.filter((path) => {
      const told = toldOf(turnedOn(theirs, path));
      return !told.some((line) => path.startsWith(line.split(':', 1)[0] ?? line));
    });
    expect(silent).toEqual([]);
  });

  test('makes a first config that loads as it is', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'config.json');
    await run(binary, ['genconfig', '--config', file]);
    const { default: made } = (await import(file, { with: { type: 'json' } })) as { default: Tree };
    const { config, warnings } = resolve(made);
    expect(config.http_api.key).toBe(valueAt(made, 'http_api.key'));
    expect(warnings).toEqual([]);
  });

  test('takes the config of a team that loads here', async () => {
    const config = teamConfig('http://127.0.0.1:1');
    expect(await checked(config)).toBe('');
    expect(resolve(config).config.client.token.hmac_secret_key).toBe(TEAM_SECRET);
  });

  test('takes what `belfry centrifugo-config` makes for it', async () => {
    const own = resolve({
      beacon: 'centrifugo',
      actors: [COUNTER],
      centrifugo: { api_url: 'http://127.0.0.1:8000/api', api_key: 'k', proxy_secret: 's' },
      client: { token: { hmac_secret_key: TEAM_SECRET }, allowed_origins: ['https://a.example'] },
      fleet: { enabled: true },
      websocket: { compression: true, message_size_limit: 100_000 },
      sse: { enabled: true },
      http_stream: { enabled: true, max_request_body_size: 4_096 },
      uni_websocket: { enabled: true },
      uni_sse: { enabled: true },
      uni_http_stream: { enabled: true },
      emulation: { max_request_body_size: 4_096 },
      channel: {
        without_namespace: { allow_subscribe_for_client: true, conflate: true },
        namespaces: [
          { name: 'news', history_size: 5, history_ttl: '9s', allow_subscribe_for_client: true },
          { name: 'rooms', queue: true, presence: true, presence_ttl: '12s' },
        ],
      },
    });
    const made = configForCentrifugo(own);
    expect(made).toMatchObject({
      sse: { enabled: true },
      channel: { without_namespace: { allow_subscribe_for_client: true } },
    });
    expect(await checked(made)).toBe('');
  });
});
