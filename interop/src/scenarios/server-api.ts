import { textOf, type Json, type JsonObject } from '../json.ts';
import type { RawSocket } from '../raw/socket.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds } from '../suite/tokens.ts';

/** What the server API does to clients. */
export const serverApi: readonly Scenario[] = [
  {
    name: 'what the backend publishes and broadcasts comes to subscribers',
    row: 'server API: publish, broadcast',
    isQuick: true,
    run: async (world) => {
      const [one, two] = [world.name('stream:one'), world.name('stream:two')];
      const ann = await world.connected('ann');
      const first = await ann.subscribe(one);
      const second = await ann.subscribe(two);
      await first.saw('subscribed');
      await second.saw('subscribed');
      const published = await world.api('publish', { channel: one, data: { n: 1 } });
      const broadcast = await world.api('broadcast', { channels: [one, two], data: { n: 2 } });
      await first.saw('publication', 2);
      await second.saw('publication');
      return {
        offset: (published.body['result'] as JsonObject)['offset'] ?? null,
        broadcast: (
          (broadcast.body['result'] as JsonObject)['responses'] as readonly JsonObject[]
        ).map((each) => (each['result'] as JsonObject)['offset'] ?? null),
        first: first.events.slice(2),
        second: second.events.slice(2),
      };
    },
    expect: {
      offset: 1,
      broadcast: [2, 1],
      first: [
        { on: 'publication', data: { n: 1 }, offset: 1 },
        { on: 'publication', data: { n: 2 }, offset: 2 },
      ],
      second: [{ on: 'publication', data: { n: 2 }, offset: 1 }],
    },
  },
  {
    name: 'a publication is made once for an idempotency key, and kept out of history when told so',
    row: 'server API: idempotency_key, skip_history, tags',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      const once = { channel, data: 'once', idempotency_key: 'k', tags: { a: 'b' } };
      await world.api('publish', once);
      await world.api('publish', once);
      await world.api('publish', { channel, data: 'gone', skip_history: true });
      await world.publish(channel, 'end');
      await sub.saw('publication', 3);
      return sub.events.slice(2);
    },
    expect: [
      { on: 'publication', data: 'once', offset: 1, tags: { a: 'b' } },
      { on: 'publication', data: 'gone' },
      { on: 'publication', data: 'end', offset: 2 },
    ],
  },
  {
    name: 'a client is subscribed and unsubscribed by the server',
    row: 'server API: subscribe, unsubscribe; pushes: subscribe, unsubscribe',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('chat:x');
      const user = world.name('ann');
      const ann = await world.connected('ann');
      const subscribed = await world.api('subscribe', { user, channel, info: { seat: 1 } });
      await ann.saw('server-subscribed');
      await world.publish(channel, 1);
      await ann.saw('server-publication');
      const unsubscribed = await world.api('unsubscribe', { user, channel });
      await ann.saw('server-unsubscribed');
      return {
        results: [subscribed.body, unsubscribed.body],
        events: ann.events.filter(({ on }) => on !== 'server-join'),
      };
    },
    expect: {
      results: [{ result: {} }, { result: {} }],
      events: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'server-subscribed', channel: 'chat:x' },
        { on: 'server-publication', channel: 'chat:x', data: 1, offset: 1 },
        { on: 'server-unsubscribed', channel: 'chat:x' },
      ],
    },
  },
  {
    name: 'a client’s own subscription is ended by the server for good, with 2000',
    row: 'server API: unsubscribe; codes: 2000 unsubscribed by the server',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('plain:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      await world.api('unsubscribe', { user: world.name('ann'), channel });
      await sub.saw('unsubscribed');
      return sub.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      { on: 'subscribed' },
      { on: 'unsubscribed', code: 2000 },
    ],
  },
  {
    name: 'clients are disconnected with the code that is given: some come back, some do not',
    row: 'server API: disconnect; codes: 3503, 4000–4499, 4500–4999',
    isQuick: true,
    run: async (world) => {
      const ended = async (disconnect: JsonObject): Promise<Json> => {
        const ann = await world.connected('ann');
        await world.api('disconnect', { user: world.name('ann'), ...disconnect });
        // `disconnected` for good, or `connecting` and then connected again.
        await Promise.race([ann.saw('disconnected'), ann.saw('connected', 2)]);
        const { events } = ann;
        await ann.disconnect();
        return events.slice(2, 4).filter(({ code }) => code !== 0);
      };
      return {
        default: await ended({}),
        own: await ended({ disconnect: { code: 4500, reason: 'go away' } }),
        back: await ended({ disconnect: { code: 4001, reason: 'come again' } }),
      };
    },
    expect: {
      default: [{ on: 'disconnected', code: 3503 }],
      own: [{ on: 'disconnected', code: 4500 }],
      back: [{ on: 'connecting', code: 4001 }, { on: 'connected' }],
    },
  },
  {
    name: 'a refresh by the server gives a connection an end, or ends it',
    row: 'server API: refresh; codes: 3005 expired',
    run: async (world) => {
      const ann = await world.connected('ann');
      const user = world.name('ann');
      const kept = await world.api('refresh', { user, expire_at: seconds(600) });
      const ended = await world.api('refresh', { user, expired: true });
      await ann.saw('connected', 2);
      return { results: [kept.body, ended.body], events: ann.events };
    },
    expect: {
      results: [{ result: {} }, { result: {} }],
      events: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'connecting', code: 3005 },
        { on: 'connected' },
      ],
    },
  },
  {
    name: 'the backend sees who is there, what was published and which channels there are',
    row: 'server API: presence, presence_stats, history, channels, info',
    run: async (world) => {
      const channel = world.name('chat:x');
      const ann = await world.connected('ann', {
        token: await world.token('ann', { info: { name: 'Ann' } }),
      });
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      await ann.publish(channel, 1);
      await world.publish(channel, 2);
      const result = async (method: string, body: Json): Promise<JsonObject> =>
        (await world.api(method, body)).body['result'] as JsonObject;
      const { presence } = await result('presence', { channel });
      const { publications, offset } = await result('history', { channel, limit: 10 });
      const { channels } = await result('channels', { pattern: `${channel}*` });
      const { nodes } = await result('info', {});
      const [here] = Object.values(presence as JsonObject) as JsonObject[];
      return {
        here: { user: here?.['user'] ?? null, info: here?.['conn_info'] ?? null },
        stats: await result('presence_stats', { channel }),
        history: (publications as readonly JsonObject[]).map(({ data, offset, info }) => ({
          data: data ?? null,
          offset: offset ?? null,
          user: ((info ?? {}) as JsonObject)['user'] ?? null,
        })),
        top: offset ?? null,
        channels: channels ?? null,
        nodes: (nodes as readonly Json[]).length,
      };
    },
    expect: {
      here: { user: 'ann', info: { name: 'Ann' } },
      stats: { num_clients: 1, num_users: 1 },
      history: [
        { data: 1, offset: 1, user: 'ann' },
        { data: 2, offset: 2, user: null },
      ],
      top: 2,
      channels: { 'chat:x': { num_clients: 1 } },
      nodes: 1,
    },
  },
  {
    name: 'the server API disconnects one connection, or all but some',
    row: 'server API: disconnect with client and whitelist',
    kind: 'raw',
    run: async (world) => {
      const open = async (): Promise<{ socket: RawSocket; client: string }> => {
        const socket = await world.socket();
        socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
        const [reply] = await socket.got(1);
        return { socket, client: textOf(((reply?.['connect'] ?? {}) as JsonObject)['client']) };
      };
      const [one, two, three] = [await open(), await open(), await open()];
      const user = world.name('ann');
      await world.api('disconnect', { user, client: one.client });
      const first = await one.socket.closed();
      await world.api('disconnect', { user, whitelist: [two.client] });
      const third = await three.socket.closed();
      two.socket.send(JSON.stringify({ id: 2, rpc: { method: 'nope' } }));
      return { first, third, second: (await two.socket.got(2)).length };
    },
    expect: { first: 3503, third: 3503, second: 2 },
  },
  {
    name: 'the server API reads history from a position, in reverse, and with a limit',
    row: 'server API: history with since, reverse and limit',
    kind: 'raw',
    run: async (world) => {
      const channel = world.name('stream:x');
      const epoch = await world.publish(channel, 1, 2, 3, 4, 5, 6, 7);
      const read = async (options: JsonObject): Promise<Json> => {
        const { result, error } = (await world.api('history', { channel, ...options })).body;
        if (error !== undefined) return (error as JsonObject)['code'] ?? null;
        const { publications = [], offset = 0 } = result as JsonObject;
        return [offset, ...(publications as readonly JsonObject[]).map(({ data }) => data ?? null)];
      };
      return {
        none: await read({}),
        all: await read({ limit: -1 }),
        since: await read({ limit: 10, since: { offset: 5, epoch } }),
        reverse: await read({ limit: 2, reverse: true }),
        otherEpoch: await read({ limit: 10, since: { offset: 5, epoch: 'other' } }),
      };
    },
    expect: {
      none: [7],
      all: [7, 3, 4, 5, 6, 7],
      since: [7, 6, 7],
      reverse: [7, 7, 6],
      otherEpoch: 112,
    },
  },
];
