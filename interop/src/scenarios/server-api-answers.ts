import type { Json, JsonObject } from '../json.ts';
import { plain } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import { API_KEY } from '../targets/profiles.ts';
import type { World } from '../suite/world.ts';

interface Called {
  readonly method: string;
  readonly body: JsonObject;
  /** An error is its code. */
  readonly gets: Json;
}

const DONE = { result: {} };
const B64 = 'eyJhIjoxfQ==';
const one = { data: { a: 1 }, offset: 1 };
const two = { data: { a: 1 }, offset: 2, tags: { t: 'v' } };

/** One after the other, on channels of which nobody has heard yet. */
const calls: readonly Called[] = [
  { method: 'publish', body: { channel: 'plain:x', data: null }, gets: DONE },
  {
    method: 'publish',
    body: { channel: 'stream:x', data: { a: 1 } },
    gets: { result: { offset: 1 } },
  },
  {
    method: 'publish',
    body: { channel: 'stream:x', b64data: B64, tags: { t: 'v' } },
    gets: { result: { offset: 2 } },
  },
  { method: 'publish', body: { channel: 'stream:x', data: 1, skip_history: true }, gets: DONE },
  { method: 'publish', body: { channel: 'stream:x', b64data: '***' }, gets: 107 },
  { method: 'publish', body: { channel: 'nowhere:x', data: 1 }, gets: 102 },
  { method: 'publish', body: { channel: 'plain:x' }, gets: 107 },
  { method: 'publish', body: { data: 1 }, gets: 107 },
  { method: 'publish', body: { channel: 'plain:x', data: 1, unknown: 1 }, gets: DONE },
  { method: 'publish', body: { channel: 'json:x', b64data: '/w==' }, gets: 107 },
  {
    method: 'history',
    body: { channel: 'stream:x' },
    gets: { result: { offset: 2, publications: [] } },
  },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: -1 },
    gets: { result: { offset: 2, publications: [one, two] } },
  },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: 1, reverse: true },
    gets: { result: { offset: 2, publications: [two] } },
  },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: 9, since: { offset: 1 } },
    gets: { result: { offset: 2, publications: [two] } },
  },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: 9, since: { offset: 1, epoch: 'elsewhere' } },
    gets: 112,
  },
  { method: 'history_remove', body: { channel: 'stream:x' }, gets: DONE },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: 9 },
    gets: { result: { offset: 2, publications: [] } },
  },
  { method: 'history', body: { channel: 'plain:x' }, gets: 108 },
  { method: 'history_remove', body: { channel: 'plain:x' }, gets: 108 },
  { method: 'presence', body: { channel: 'plain:x' }, gets: 108 },
  { method: 'presence', body: { channel: 'chat:x' }, gets: { result: { presence: [] } } },
  {
    method: 'presence_stats',
    body: { channel: 'chat:x' },
    gets: { result: { num_clients: 0, num_users: 0 } },
  },
  ...['presence', 'presence_stats', 'history', 'history_remove'].map((method) => ({
    method,
    body: { channel: 'nowhere:x' },
    gets: 102,
  })),
  ...['presence', 'presence_stats', 'history', 'history_remove', 'subscribe', 'rpc'].map(
    (method) => ({
      method,
      body: {},
      gets: 107,
    }),
  ),
  {
    method: 'broadcast',
    body: { channels: ['plain:x', 'nowhere:x', ''], data: 1 },
    gets: { result: { responses: [DONE, { error: 102 }, { error: 107 }] } },
  },
  { method: 'broadcast', body: { channels: [], data: 1 }, gets: 107 },
  {
    method: 'broadcast',
    body: { channels: ['plain:x'] },
    gets: { result: { responses: [{ error: 107 }] } },
  },
  { method: 'subscribe', body: { user: 'nobody', channel: 'plain:x' }, gets: DONE },
  { method: 'subscribe', body: { user: 'nobody', channel: 'nowhere:x' }, gets: 102 },
  { method: 'unsubscribe', body: { user: 'nobody', channel: 'plain:x' }, gets: DONE },
  { method: 'unsubscribe', body: { user: 'nobody', channel: 'nowhere:x' }, gets: 102 },
  { method: 'disconnect', body: { user: 'nobody' }, gets: DONE },
  { method: 'refresh', body: { user: 'nobody' }, gets: DONE },
  { method: 'rpc', body: { method: 'nobody' }, gets: 104 },
  {
    method: 'channels',
    body: { pattern: 'nobody-is-on-such:*' },
    gets: { result: { channels: {} } },
  },
  {
    method: 'batch',
    body: {
      parallel: true,
      commands: [
        { publish: { channel: 'plain:x', data: 1 } },
        { publish: { channel: 'nowhere:x', data: 1 } },
        { presence_stats: { channel: 'chat:x' } },
        { dance: {} },
        { rpc: { method: 'nobody' } },
      ],
    },
    gets: {
      replies: [
        { publish: {} },
        { error: 102 },
        { presence_stats: { num_clients: 0, num_users: 0 } },
        { error: 104 },
        { error: 104 },
      ],
    },
  },
];

/** Errors as their codes. */
function coded(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => coded(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]): [string, Json] =>
      name === 'error' ? [name, (each as JsonObject)['code'] ?? null] : [name, coded(each)],
    ),
  );
}

async function call(world: World, { method, body }: Called): Promise<Json> {
  // Channels and users are this run's own.
  const own = JSON.stringify(body).replaceAll(/:x"|nobody"/g, (name) =>
    JSON.stringify(world.name(name.slice(0, -1))).slice(1),
  );
  const { body: answer } = await world.api(method, JSON.parse(own) as JsonObject);
  const seen = coded(plain(answer)) as JsonObject;
  return seen['error'] ?? seen;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly body?: string;
}

/** What is no call. */
const requests: readonly { readonly sends: Sent; readonly status: number }[] = [
  { sends: { body: '{}' }, status: 200 },
  { sends: { body: '{' }, status: 400 },
  { sends: { body: '[]' }, status: 400 },
  { sends: { body: '"x"' }, status: 400 },
  { sends: { method: 'GET' }, status: 405 },
  { sends: { method: 'PUT', body: '{}' }, status: 405 },
  { sends: { body: '{}', headers: { 'x-api-key': 'x' } }, status: 401 },
  { sends: { body: '{}', headers: { 'content-type': 'text/plain' } }, status: 200 },
  { sends: { body: '{}', path: '/api/dance' }, status: 404 },
];

async function status(world: World, sends: Sent): Promise<number> {
  const { method = 'POST', headers = {}, path = '/api/info', body } = sends;
  const init = { method, headers: { 'x-api-key': API_KEY, ...headers } };
  const response = await fetch(
    `${world.url}${path}`,
    body === undefined ? init : { ...init, body },
  );
  return response.status;
}

/** What an error is with `X-Centrifugo-Error-Mode: transport`. */
const statuses: readonly {
  readonly method: string;
  readonly body: JsonObject;
  readonly status: number;
}[] = [
  { method: 'publish', body: { channel: 'plain:x', data: 1 }, status: 200 },
  { method: 'publish', body: { channel: 'nowhere:x', data: 1 }, status: 404 },
  { method: 'publish', body: {}, status: 400 },
  { method: 'history', body: { channel: 'plain:x' }, status: 400 },
  {
    method: 'history',
    body: { channel: 'stream:x', limit: 1, since: { offset: 1, epoch: 'elsewhere' } },
    status: 416,
  },
  { method: 'rpc', body: { method: 'nobody' }, status: 404 },
];

/** What old libraries send to the one address, and what each gets. */
const old: readonly { readonly body: string; readonly gets: readonly Json[] | number }[] = [
  { body: '{"method":"publish","params":{"channel":"plain:x","data":1}}', gets: [DONE] },
  {
    body: '{"method":"publish","params":{"channel":"nowhere:x","data":1}}',
    gets: [{ error: 102 }],
  },
  { body: '{"method":"history","params":{"channel":"plain:x"}}', gets: [{ error: 108 }] },
  {
    body: '{"method":"publish","params":{"channel":"plain:x","data":1}}\n{"method":"presence_stats","params":{"channel":"chat:x"}}',
    gets: [DONE, { result: { num_clients: 0, num_users: 0 } }],
  },
  { body: '{}', gets: [{ error: 107 }] },
  { body: '{"method":"dance","params":{}}', gets: 400 },
  { body: '{', gets: 400 },
  { body: '', gets: 400 },
];

async function callOld(world: World, body: string): Promise<readonly Json[] | number> {
  const headers = { 'x-api-key': API_KEY };
  const response = await fetch(`${world.url}/api`, { method: 'POST', headers, body });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  if (response.status !== 200) return response.status;
  return lines.map((line) => coded(JSON.parse(line) as Json));
}

/** The server API, call by call. */
export const serverApiAnswers: readonly Scenario[] = [
  {
    name: 'every method of the server API, with what is right and what is wrong',
    row: 'server API: publish, broadcast, subscribe, unsubscribe, disconnect, refresh, presence, presence_stats, history, history_remove, rpc, channels, batch with parallel; codes: 102, 104, 107, 108, 112',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const seen: Json[] = [];
      for (const each of calls) seen.push(await call(world, each));
      return seen;
    },
    expect: calls.map(({ gets }) => gets),
  },
  {
    name: 'old libraries send method and params, one or more of them, to one address',
    row: 'server API: POST /api',
    kind: 'raw',
    isQuick: true,
    run: async (world) => Promise.all(old.map(({ body }) => callOld(world, body))),
    expect: old.map(({ gets }) => gets),
  },
  {
    name: 'what is no call of the server API has a status of HTTP, and errors have one where that is wished',
    row: 'server API: X-API-Key, X-Centrifugo-Error-Mode',
    kind: 'raw',
    isQuick: true,
    run: async (world) => ({
      requests: await Promise.all(requests.map(({ sends }) => status(world, sends))),
      statuses: await Promise.all(
        statuses.map(
          async ({ method, body }) =>
            (await world.api(method, body, { 'x-centrifugo-error-mode': 'transport' })).status,
        ),
      ),
    }),
    expect: {
      requests: requests.map((each) => each.status),
      statuses: statuses.map((each) => each.status),
    },
  },
];
