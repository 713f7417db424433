import type { Json, JsonObject } from '../json.ts';
import type { RawSocket } from '../raw/socket.ts';
import type { Scenario } from '../suite/scenario.ts';

/** Limits, guests, and the end of a server. */
export const limits: readonly Scenario[] = [
  {
    name: 'a client has no more subscriptions than channel_limit',
    row: 'limits: channel_limit; codes: 106 limit exceeded',
    profile: 'brisk',
    run: async (world) => {
      const ann = await world.connected('ann');
      const ends: Json[] = [];
      for (const name of ['plain:1', 'plain:2', 'plain:3']) {
        const sub = await ann.subscribe(world.name(name));
        const { on, code = null } = await Promise.race([
          sub.saw('subscribed'),
          sub.saw('unsubscribed'),
        ]);
        ends.push([on ?? null, code]);
      }
      return ends;
    },
    expect: [
      ['subscribed', null],
      ['subscribed', null],
      ['unsubscribed', 106],
    ],
  },
  {
    name: 'more server-side subscriptions than channel_limit end the connection with 3505',
    row: 'limits: channel_limit; codes: 3505 channel limit',
    profile: 'brisk',
    run: async (world) => {
      const channels = ['plain:1', 'plain:2', 'plain:3'].map((name) => world.name(name));
      const client = await world.client({ token: await world.token('ann', { channels }) });
      await client.connect();
      return await client.saw('disconnected');
    },
    expect: { on: 'disconnected', code: 3505 },
  },
  {
    name: 'a user has no more connections than user_connection_limit',
    row: 'limits: user_connection_limit; codes: 3504 connection limit',
    profile: 'brisk',
    run: async (world) => {
      await world.connected('ann');
      await world.connected('ann');
      const third = await world.client({ token: await world.token('ann') });
      await third.connect();
      return await third.saw('disconnected');
    },
    expect: { on: 'disconnected', code: 3504 },
  },
  {
    name: 'a client answers the server’s pings for as long as it is there',
    row: 'ping',
    profile: 'brisk',
    run: async (world) => {
      const ann = await world.connected('ann');
      await new Promise((resolve) => {
        setTimeout(resolve, 6_000);
      });
      return ann.events;
    },
    expect: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
  },
  {
    name: 'guests may do what the namespace lets them',
    row: 'namespace options: allow_*_for_anonymous; auth: without a token',
    profile: 'guests',
    run: async (world) => {
      const guest = await world.client({});
      await guest.connect();
      await guest.saw('connected');
      const end = async (channel: string): Promise<Json> => {
        const sub = await guest.subscribe(channel);
        const { on, code = null } = await Promise.race([
          sub.saw('subscribed'),
          sub.saw('unsubscribed'),
        ]);
        return [on ?? null, code];
      };
      return {
        open: await end(world.name('guest:x')),
        plain: await end(world.name('plain:x')),
        published: await guest.publish(world.name('guest:x'), 1),
        personal: await end(`dialog:x#${world.name('ann')}`),
      };
    },
    expect: {
      open: ['subscribed', null],
      plain: ['unsubscribed', 103],
      published: { error: 103 },
      personal: ['unsubscribed', 103],
    },
  },
  {
    name: 'a server that stops says so, and its clients try to come back',
    row: 'codes: 3001 shutdown',
    ownServer: true,
    not: ({ sdk, transport, encoding }) =>
      sdk === 'js' && transport === 'websocket' && encoding === 'json'
        ? undefined
        : 'one lane is enough to stop a server for',
    run: async (world) => {
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(world.name('plain:x'));
      await sub.saw('subscribed');
      const stopped = world.target.stop('SIGTERM');
      await ann.saw('connecting', 2);
      await ann.disconnect();
      await stopped;
      return { client: ann.events.slice(0, 3), subscription: sub.events.slice(0, 3) };
    },
    expect: {
      client: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'connecting', code: 3001 },
      ],
      subscription: [
        { on: 'subscribing', code: 0 },
        { on: 'subscribed' },
        { on: 'subscribing', code: 1 },
      ],
    },
  },
  {
    name: 'a client that does not read is disconnected, and others are not',
    row: 'limits: queue_max_size; codes: 3008 slow',
    kind: 'raw',
    run: async (world) => {
      const channel = world.name('plain:x');
      const open = async (): Promise<RawSocket> => {
        const socket = await world.socket();
        socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
        socket.send(JSON.stringify({ id: 2, subscribe: { channel } }));
        await socket.got(2);
        return socket;
      };
      const [slow, good] = [await open(), await open()];
      slow.pause();
      const data = 'x'.repeat(60_000);
      const subscribers = async (): Promise<number> => {
        const { result = {} } = (await world.api('channels', { pattern: channel })).body;
        const { channels = {} } = result as JsonObject;
        const { num_clients = 0 } = ((channels as JsonObject)[channel] ?? {}) as JsonObject;
        return Number(num_clients);
      };
      // What the kernel holds for the slow one counts for nobody: some megabytes.
      for (let n = 0; n < 2_000 && (n % 20 > 0 || (await subscribers()) === 2); n++) {
        await world.api('publish', { channel, data });
      }
      slow.resume();
      const code = await slow.closed();
      return {
        subscribers: await subscribers(),
        ended: [1006, 3008].includes(code),
        good: good.replies.length > 2,
      };
    },
    // The close frame may not get through to who does not read: then it is 1006.
    expect: { subscribers: 1, ended: true, good: true },
  },
];
