import type { Json, JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';
import { API_KEY } from '../targets/profiles.ts';
import type { World } from '../suite/world.ts';

async function connect(world: World, user = 'ann'): Promise<JsonObject> {
  return { id: 1, connect: { token: await world.token(user) } };
}

function emulate(world: World, body: unknown): Promise<Response> {
  return fetch(`${world.url}/emulation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function connectOf(reply: JsonObject | undefined): JsonObject {
  return (reply?.['connect'] ?? {}) as JsonObject;
}

/** The bidirectional transports over HTTP without an SDK, and what is served beside them. */
export const http: readonly Scenario[] = [
  {
    name: 'SSE and HTTP streaming take the connect command in the query or the body',
    row: 'endpoints: sse, http_stream, cf_connect; ping: session, node',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const command = JSON.stringify(await connect(world));
      const post = { method: 'POST', body: command };
      const streams = {
        'GET sse': await world.stream(`/connection/sse?cf_connect=${encodeURIComponent(command)}`),
        'POST sse': await world.stream('/connection/sse', post),
        'POST http_stream': await world.stream('/connection/http_stream', post),
      };
      const seen: Record<string, Json> = {};
      for (const [name, stream] of Object.entries(streams)) {
        const [reply] = await stream.got(1);
        const { session, node } = connectOf(reply);
        seen[name] = {
          status: stream.status,
          id: reply?.['id'] ?? null,
          canEmulate: typeof session === 'string' && typeof node === 'string',
          events: stream.contentType === 'text/event-stream',
        };
      }
      return seen;
    },
    expect: {
      'GET sse': { status: 200, id: 1, canEmulate: true, events: true },
      'POST sse': { status: 200, id: 1, canEmulate: true, events: true },
      'POST http_stream': { status: 200, id: 1, canEmulate: true, events: false },
    },
  },
  {
    name: 'commands come in by emulation, which answers 204, 400, 404 or 413',
    row: 'endpoints: emulation',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const body = JSON.stringify(await connect(world));
      const stream = await world.stream('/connection/http_stream', { method: 'POST', body });
      const { session = null, node = null } = connectOf((await stream.got(1))[0]);
      const data = JSON.stringify({ id: 2, rpc: { method: 'nope' } });
      const good = await emulate(world, { session, node, data });
      const [, reply] = await stream.got(2);
      const large = await emulate(world, { session, node, data: 'x'.repeat(70_000) });
      const unknown = await emulate(world, { session, node: 'nowhere', data });
      const garbage = await fetch(`${world.url}/emulation`, { method: 'POST', body: '{' });
      return {
        good: good.status,
        reply: ((reply?.['error'] ?? {}) as JsonObject)['code'] ?? null,
        unknownNode: unknown.status,
        large: large.status,
        garbage: garbage.status,
      };
    },
    expect: { good: 204, reply: 104, unknownNode: 404, large: 413, garbage: 400 },
  },
  {
    name: 'a stream that ends says why in its last push',
    row: 'endpoints: sse, http_stream; pushes: disconnect',
    kind: 'raw',
    run: async (world) => {
      const seen: Json[] = [];
      for (const path of ['/connection/sse', '/connection/http_stream']) {
        const body = JSON.stringify({ id: 1, connect: { token: 'garbage' } });
        const stream = await world.stream(path, { method: 'POST', body });
        const [reply] = await stream.got(1);
        await stream.end();
        const { disconnect = {} } = (reply?.['push'] ?? {}) as JsonObject;
        seen.push((disconnect as JsonObject)['code'] ?? null);
      }
      return seen;
    },
    expect: [3500, 3500],
  },
  {
    name: 'health and metrics are served',
    row: 'endpoints: health, metrics',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const health = await fetch(`${world.url}/health`);
      const metrics = await fetch(`${world.url}/metrics`);
      const text = await metrics.text();
      return { health: health.status, metrics: metrics.status, text: text.includes('# TYPE') };
    },
    expect: { health: 200, metrics: 200, text: true },
  },
  {
    name: 'the server API answers with results and errors, and with statuses where that is wished',
    row: 'server API: errors, X-API-Key, X-Centrifugo-Error-Mode, batch',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      const code = (body: JsonObject): Json =>
        ((body['error'] ?? {}) as JsonObject)['code'] ?? 'ok';
      const call = async (method: string, body: Json): Promise<Json> => {
        const { status, body: answer } = await world.api(method, body);
        return [status, code(answer)];
      };
      const batch = await world.api('batch', {
        commands: [
          { publish: { channel, data: 1 } },
          { publish: { channel: world.name('nowhere:x'), data: 1 } },
          { presence_stats: { channel: world.name('chat:x') } },
        ],
      });
      const replies = (batch.body['replies'] ?? []) as readonly JsonObject[];
      const transport = await world.api(
        'publish',
        { channel: world.name('nowhere:x'), data: 1 },
        { 'x-centrifugo-error-mode': 'transport' },
      );
      const unauthorized = await world.api('info', {}, { 'x-api-key': 'wrong' });
      return {
        good: await call('publish', { channel, data: 1 }),
        unknownChannel: await call('publish', { channel: world.name('nowhere:x'), data: 1 }),
        noChannel: await call('publish', { data: 1 }),
        noData: await call('publish', { channel }),
        noHistory: await call('history', { channel: world.name('plain:x') }),
        noPresence: await call('presence', { channel: world.name('plain:x') }),
        unknownMethod: (await world.api('dance', {})).status,
        unauthorized: unauthorized.status,
        transport: transport.status,
        batch: replies.map((each) => code(each)),
      };
    },
    expect: {
      good: [200, 'ok'],
      unknownChannel: [200, 102],
      noChannel: [200, 107],
      noData: [200, 107],
      noHistory: [200, 108],
      noPresence: [200, 108],
      unknownMethod: 404,
      unauthorized: 401,
      transport: 404,
      batch: ['ok', 102, 'ok'],
    },
  },
  {
    name: 'a key of the server API is shown in a header or in the query',
    row: 'server API: X-API-Key, Authorization, api_key',
    kind: 'raw',
    run: async (world) => {
      const status = async (query: string, headers: Record<string, string>): Promise<number> => {
        const init = { method: 'POST', headers, body: '{}' };
        return (await fetch(`${world.url}/api/info${query}`, init)).status;
      };
      return {
        none: await status('', {}),
        header: await status('', { 'X-API-Key': API_KEY }),
        authorization: await status('', { Authorization: `apikey ${API_KEY}` }),
        query: await status(`?api_key=${API_KEY}`, {}),
      };
    },
    expect: { none: 401, header: 200, authorization: 200, query: 200 },
  },
  {
    name: 'a publication with a version that is not above the last one is left out',
    row: 'server API: version, version_epoch',
    kind: 'raw',
    run: async (world) => {
      const channel = world.name('stream:x');
      const socket = await world.socket();
      socket.send(JSON.stringify(await connect(world)));
      socket.send(JSON.stringify({ id: 2, subscribe: { channel } }));
      await socket.got(2);
      for (const [data, version] of [
        ['two', 2],
        ['one', 1],
        ['two again', 2],
        ['three', 3],
      ] as const) {
        await world.api('publish', { channel, data, version, version_epoch: 'e' });
      }
      const pushes = (await socket.got(4)).slice(2);
      return pushes.map(({ push }) => ((push as JsonObject)['pub'] as JsonObject)['data'] ?? null);
    },
    expect: ['two', 'three'],
  },
];
