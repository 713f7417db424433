import { textOf } from '../json.ts';
import type { Client, ClientOptions } from '../sdk/client.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds, signToken } from '../suite/tokens.ts';
import type { World } from '../suite/world.ts';

/** How the connecting of a client ends that is refused for good. */
async function refused(world: World, options: ClientOptions): Promise<number> {
  const client = await world.client(options);
  await client.connect();
  return Number((await client.saw('disconnected'))['code']);
}

async function connecting(world: World, options: ClientOptions): Promise<Client> {
  const client = await world.client(options);
  await client.connect();
  return client;
}

/** Connection tokens. */
export const authentication: readonly Scenario[] = [
  {
    name: 'tokens that are not good end the connecting with 3500',
    row: 'auth: JWT; codes: 3500 invalid token, 3501 bad request',
    isQuick: true,
    run: async (world) => ({
      garbage: await refused(world, { token: 'garbage' }),
      otherSecret: await refused(world, {
        token: await signToken(
          { sub: 'ann' },
          { secret: 'another secret that is long enough too' },
        ),
      }),
      subscriptionToken: await refused(world, {
        token: await world.subscriptionToken('ann', 'plain:x'),
      }),
      none: await refused(world, {}),
    }),
    expect: { garbage: 3500, otherSecret: 3500, subscriptionToken: 3500, none: 3501 },
  },
  {
    name: 'HS384 and HS512 are as good as HS256',
    row: 'auth: JWT algorithms HS256 HS384 HS512',
    run: async (world) => {
      const seen: string[] = [];
      for (const algorithm of ['HS384', 'HS512'] as const) {
        const token = await signToken({ sub: world.name('ann') }, { algorithm });
        const client = await connecting(world, { token });
        await client.saw('connected');
        seen.push(algorithm);
      }
      return seen;
    },
    expect: ['HS384', 'HS512'],
  },
  {
    name: 'with an expired token the SDK gets a new one and connects',
    row: 'auth: expiry; codes: 109 token expired',
    isQuick: true,
    run: async (world) => {
      const client = await connecting(world, {
        token: await world.token('ann', { exp: seconds(-10) }),
        tokens: [await world.token('ann', { exp: seconds(3_600) })],
      });
      await client.saw('connected');
      return { events: client.events, errors: client.errors };
    },
    expect: {
      events: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
      errors: [109],
    },
  },
  {
    name: 'a token of a time that has not come is taken like one that has expired',
    row: 'auth: claims nbf; codes: 109 token expired',
    run: async (world) => {
      const client = await connecting(world, {
        token: await world.token('ann', { nbf: seconds(600) }),
        tokens: [await world.token('ann')],
      });
      await client.saw('connected');
      return { events: client.events, errors: client.errors };
    },
    expect: {
      events: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
      errors: [109],
    },
  },
  {
    name: 'a user that gets no token is not connected any more',
    row: 'auth: expiry',
    run: async (world) => {
      const client = await connecting(world, { tokens: [null] });
      await client.saw('disconnected');
      return client.events;
    },
    expect: [
      { on: 'connecting', code: 0 },
      { on: 'disconnected', code: 1 },
    ],
  },
  {
    name: 'a token is refreshed before the connection expires, and the connection goes on',
    row: 'auth: refresh by the client',
    run: async (world) => {
      const client = await connecting(world, {
        token: await world.token('ann', { exp: seconds(3) }),
        tokens: [await world.token('ann', { exp: seconds(3_600) })],
      });
      await client.saw('connected');
      const sub = await client.subscribe(world.name('plain:x'));
      await sub.saw('subscribed');
      // Beyond the end of the first token and its grace.
      await new Promise((resolve) => {
        setTimeout(resolve, 5_500);
      });
      const published = await client.publish(sub.channel, 1);
      return { events: client.events, published };
    },
    expect: {
      events: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
      published: { ok: {} },
    },
  },
  {
    name: 'a connection whose token is not refreshed ends with 3005 and comes back with another token',
    row: 'auth: expiry; codes: 3005 expired',
    kind: 'raw',
    run: async (world) => {
      const socket = await world.socket();
      const token = await world.token('ann', { exp: seconds(2) });
      socket.send(JSON.stringify({ id: 1, connect: { token } }));
      const [connected] = await socket.got(1);
      const { expires = false, ttl = 0 } = (connected?.['connect'] ?? {}) as Record<string, number>;
      return {
        expires: Boolean(expires),
        hasTtl: ttl > 0 && ttl <= 2,
        code: await socket.closed(),
      };
    },
    expect: { expires: true, hasTtl: true, code: 3005 },
  },
  {
    name: 'refreshing with an expired, a bad or another user’s token ends the connection',
    row: 'auth: refresh; codes: 3005, 3500',
    kind: 'raw',
    run: async (world) => {
      const refreshed = async (token: string): Promise<number> => {
        const socket = await world.socket();
        const first = await world.token('ann', { exp: seconds(60) });
        socket.send(JSON.stringify({ id: 1, connect: { token: first } }));
        await socket.got(1);
        socket.send(JSON.stringify({ id: 2, refresh: { token } }));
        return await socket.closed();
      };
      return {
        expired: await refreshed(await world.token('ann', { exp: seconds(-10) })),
        bad: await refreshed('bad'),
        another: await refreshed(await world.token('bob', { exp: seconds(60) })),
      };
    },
    expect: { expired: 3005, bad: 3500, another: 3500 },
  },
  {
    name: 'a token for a time that is over by expire_at is expired, and one without an end is not',
    row: 'auth: claims expire_at',
    kind: 'raw',
    run: async (world) => {
      const connect = async (claims: Record<string, number>): Promise<Record<string, unknown>> => {
        const socket = await world.socket();
        const token = await world.token('ann', claims);
        socket.send(JSON.stringify({ id: 1, connect: { token } }));
        const [reply] = await socket.got(1);
        return (reply?.['connect'] ?? reply?.['error'] ?? {}) as Record<string, unknown>;
      };
      const forever = await connect({ exp: seconds(60), expire_at: 0 });
      const later = await connect({ exp: seconds(60), expire_at: seconds(600) });
      return {
        foreverExpires: forever['expires'] === true,
        laterTtl: Number(later['ttl']) > 500,
      };
    },
    expect: { foreverExpires: false, laterTtl: true },
  },
  {
    name: 'channels and subs of a token are subscribed by the server',
    row: 'auth: claims channels, subs, info',
    isQuick: true,
    run: async (world) => {
      const seen = [];
      for (const claims of [
        { channels: [world.name('chat:one')] },
        { subs: { [world.name('chat:two')]: { info: { seat: 2 }, data: { hello: 2 } } } },
      ]) {
        const token = await world.token('ann', { ...claims, info: { name: 'Ann' } });
        const client = await connecting(world, { token });
        await client.saw('connected');
        const { channel } = await client.saw('server-subscribed');
        await world.publish(textOf(channel), { n: 1 });
        await client.saw('server-publication');
        await client.disconnect();
        seen.push(client.events.filter(({ on }) => on !== 'server-join'));
      }
      return seen;
    },
    expect: [
      { channel: 'chat:one', more: {} },
      { channel: 'chat:two', more: { data: { hello: 2 } } },
    ].map(({ channel, more }) => [
      { on: 'connecting', code: 0 },
      { on: 'connected' },
      { on: 'server-subscribed', channel, ...more },
      { on: 'server-publication', channel, data: { n: 1 }, offset: 1 },
      { on: 'server-subscribing', channel },
      { on: 'disconnected', code: 0 },
    ]),
  },
  {
    name: 'a token of nobody connects somebody who may only do what guests may',
    row: 'auth: anonymous connection tokens',
    run: async (world) => {
      const client = await world.connected('', { token: await world.token('') });
      const guests = await client.subscribe(world.name('guest:x'));
      await guests.saw('subscribed');
      const plain = await client.subscribe(world.name('plain:x'));
      const { code = null } = await plain.saw('unsubscribed');
      return { code };
    },
    expect: { code: 103 },
  },
];
