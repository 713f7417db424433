import { waitFor } from '@belfry/testkit';
import { textOf, type Json, type JsonObject } from '../json.ts';
import { PATIENCE_MS } from '../sdk/event-log.ts';
import { onlyJs, type Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';

/** The fields of a request that are the same for every client. */
function known(body: JsonObject | undefined, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, body?.[field] ?? null]));
}

async function guest(world: World, result: JsonObject = {}): ReturnType<World['client']> {
  const client = await world.client({ data: { result: { user: world.name('ann'), ...result } } });
  await client.connect();
  await client.saw('connected');
  return client;
}

/** What a backend decides. */
export const proxies: readonly Scenario[] = [
  {
    name: 'the connect proxy says who a client is and subscribes it',
    row: 'proxies: connect, static_headers',
    profile: 'proxied',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('asked:own');
      const client = await world.client({
        data: {
          result: {
            user: world.name('ann'),
            info: { name: 'Ann' },
            data: { hello: 'ann' },
            subs: { [channel]: { data: { of: 'sub' } } },
          },
        },
        name: 'interop',
        version: '1.2.3',
      });
      await client.connect();
      await client.saw('server-subscribed');
      await client.publish(channel, 'hi');
      await client.saw('server-publication');
      const [asked] = world.asked('/connect');
      const { client: id, protocol, encoding } = asked?.body ?? {};
      return {
        events: client.events,
        asked: known(asked?.body, ['name', 'version', 'data']),
        hasClient: typeof id === 'string' && id !== '',
        protocol: protocol ?? null,
        encoding: encoding ?? null,
        secret: asked?.headers['x-backend-secret'] ?? null,
      };
    },
    expect: ({ encoding }) => ({
      events: [
        { on: 'connecting', code: 0 },
        { on: 'connected', data: { hello: 'ann' } },
        { on: 'server-subscribed', channel: 'asked:own', data: { of: 'sub' } },
        {
          on: 'server-publication',
          channel: 'asked:own',
          data: 'hi',
          info: { user: 'ann', conn: { name: 'Ann' } },
        },
      ],
      asked: {
        name: 'interop',
        version: '1.2.3',
        data: {
          result: {
            user: 'ann',
            info: { name: 'Ann' },
            data: { hello: 'ann' },
            subs: { 'asked:own': { data: { of: 'sub' } } },
          },
        },
      },
      hasClient: true,
      protocol: encoding,
      // That of the payloads in the request, which proxies choose with binary_encoding.
      encoding: 'json',
      secret: 's3cret',
    }),
  },
  {
    name: 'headers that a client wrote into its connect command reach the backend only where they are expected',
    row: 'proxies: http_headers, emulated_headers',
    profile: 'proxied',
    not: onlyJs('emulated headers: it sends real ones'),
    run: async (world) => {
      const client = await world.client({
        data: { result: { user: world.name('ann') } },
        headers: { 'X-Emulated': 'from the client', 'X-Trace': 'forged' },
      });
      await client.connect();
      await client.saw('connected');
      const [asked] = world.asked('/connect');
      return {
        emulated: asked?.headers['x-emulated'] ?? null,
        trace: asked?.headers['x-trace'] ?? null,
      };
    },
    expect: { emulated: 'from the client', trace: null },
  },
  {
    name: 'the connect proxy sends clients away',
    row: 'proxies: connect; codes: own errors and disconnects',
    profile: 'proxied',
    isQuick: true,
    run: async (world) => {
      const client = await world.client({
        data: { disconnect: { code: 4501, reason: 'not you' }, of: world.name('x') },
      });
      await client.connect();
      await client.saw('disconnected');
      return client.events;
    },
    expect: [
      { on: 'connecting', code: 0 },
      { on: 'disconnected', code: 4501 },
    ],
  },
  {
    name: 'the refresh proxy lets a connection go on, or not',
    row: 'proxies: refresh; codes: 3005 expired',
    profile: 'proxied',
    run: async (world) => {
      const connect = async (user: string): ReturnType<World['client']> => {
        const client = await world.client({
          data: { expires: true, result: { user: world.name(user) } },
        });
        await client.connect();
        await client.saw('connected');
        return client;
      };
      const gone = await connect('gone');
      const ann = await connect('ann');
      await gone.saw('connecting', 2);
      await gone.disconnect();
      const asked = (): readonly string[] =>
        [...new Set(world.asked('/refresh').map(({ body }) => textOf(body['user'])))].sort(
          (left, right) => (left < right ? -1 : 1),
        );
      await waitFor(() => asked().length === 2, { timeoutMs: PATIENCE_MS, what: 'both refreshes' });
      return {
        gone: gone.events.slice(0, 3),
        ann: ann.events,
        asked: asked(),
      };
    },
    expect: {
      gone: [{ on: 'connecting', code: 0 }, { on: 'connected' }, { on: 'connecting', code: 3005 }],
      ann: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
      asked: ['ann', 'gone'],
    },
  },
  {
    name: 'the subscribe proxy lets in, refuses and sends away',
    row: 'proxies: subscribe, include_connection_meta; namespace options: subscribe_proxy_enabled',
    profile: 'proxied',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('asked:x');
      const ann = await guest(world, { meta: { plan: 'gold' } });
      const good = await ann.subscribe(channel, {
        data: { result: { info: { seat: 1 }, data: { welcome: true } } },
      });
      await good.saw('subscribed');
      await ann.publish(channel, 1);
      await good.saw('publication');
      const refused = await ann.subscribe(world.name('asked:y'), {
        data: { error: { code: 1001, message: 'no room' } },
      });
      await refused.saw('unsubscribed');
      const away = await ann.subscribe(world.name('asked:z'), {
        data: { disconnect: { code: 4502, reason: 'out' } },
      });
      await ann.saw('disconnected');
      const [asked] = world.asked('/subscribe');
      return {
        good: good.events.slice(0, 3),
        refused: refused.events,
        away: away.events.map(({ on }) => on ?? null),
        client: ann.events,
        asked: known(asked?.body, ['channel', 'user', 'meta', 'data']),
      };
    },
    expect: {
      good: [
        { on: 'subscribing', code: 0 },
        { on: 'subscribed', data: { welcome: true } },
        { on: 'publication', data: 1, info: { user: 'ann', chan: { seat: 1 } } },
      ],
      refused: [
        { on: 'subscribing', code: 0 },
        { on: 'unsubscribed', code: 1001 },
      ],
      away: ['subscribing'],
      client: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'disconnected', code: 4502 },
      ],
      asked: {
        channel: 'asked:x',
        user: 'ann',
        meta: { plan: 'gold' },
        data: { result: { info: { seat: 1 }, data: { welcome: true } } },
      },
    },
  },
  {
    name: 'the publish proxy changes, refuses and lets pass',
    row: 'proxies: publish; namespace options: publish_proxy_enabled',
    profile: 'proxied',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('checked:x');
      const ann = await guest(world);
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      const published: Json[] = [
        await ann.publish(channel, { result: { data: { censored: true } } }),
        await ann.publish(channel, { error: { code: 1002, message: 'too rude' } }),
        await ann.publish(channel, { as: 'it is' }),
      ];
      await sub.saw('publication', 2);
      const [asked] = world.asked('/publish');
      return {
        published,
        events: sub.events.slice(2),
        asked: known(asked?.body, ['channel', 'user', 'data']),
      };
    },
    expect: {
      published: [{ ok: {} }, { error: 1002 }, { ok: {} }],
      events: [
        { on: 'publication', data: { censored: true }, info: { user: 'ann' } },
        { on: 'publication', data: { as: 'it is' }, info: { user: 'ann' } },
      ],
      asked: {
        channel: 'checked:x',
        user: 'ann',
        data: { result: { data: { censored: true } } },
      },
    },
  },
  {
    name: 'the rpc proxy answers, refuses, and its statuses become codes',
    row: 'proxies: rpc; status-to-code transforms; codes: 100 internal',
    profile: 'proxied',
    isQuick: true,
    run: async (world) => {
      const ann = await guest(world);
      const calls = {
        unknownNamespace: await ann.rpc('math:add', { a: 1 }),
        refused: await ann.rpc('add', { error: { code: 1003, message: 'no', temporary: true } }),
        notThere: await ann.rpc('add', { status: 404 }),
        broken: await ann.rpc('add', { status: 500 }),
        echoed: await ann.rpc('add', { a: 1 }),
      };
      // The answer may be that there is no connection any more.
      const forbidden = ann.rpc('add', { status: 403 }).catch(() => null);
      await ann.saw('disconnected');
      await forbidden;
      const [asked] = world.asked('/rpc');
      return {
        ...calls,
        events: ann.events,
        asked: known(asked?.body, ['method', 'user', 'data']),
      };
    },
    expect: {
      unknownNamespace: { error: 104 },
      refused: { error: 1003, temporary: true },
      notThere: { error: 1404 },
      broken: { error: 100, temporary: true },
      echoed: { ok: { method: 'add', echo: { a: 1 } } },
      events: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'disconnected', code: 4503 },
      ],
      asked: {
        method: 'add',
        user: 'ann',
        data: { error: { code: 1003, message: 'no', temporary: true } },
      },
    },
  },
  {
    name: 'the sub_refresh proxy lets a subscription go on',
    row: 'proxies: sub_refresh; namespace options: sub_refresh_proxy_enabled, sub_refresh_proxy_name',
    profile: 'proxied',
    run: async (world) => {
      const channel = world.name('expiring:x');
      const ann = await guest(world);
      const sub = await ann.subscribe(channel, { data: { expires: true } });
      await sub.saw('subscribed');
      const asked = await waitFor(() => world.asked('/sub_refresh')[0], {
        timeoutMs: PATIENCE_MS,
        what: 'the question whether it may go on',
      });
      await world.publish(channel, 1);
      await sub.saw('publication');
      return { events: sub.events, asked: known(asked.body, ['channel', 'user']) };
    },
    expect: {
      events: [
        { on: 'subscribing', code: 0 },
        { on: 'subscribed' },
        { on: 'publication', data: 1 },
      ],
      asked: { channel: 'expiring:x', user: 'ann' },
    },
  },
];
