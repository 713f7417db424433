import type { JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds } from '../suite/tokens.ts';
import type { World } from '../suite/world.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function send(world: World, claims: JsonObject): ReturnType<World['socket']> {
  const socket = await world.socket();
  const token = await world.token('ann', claims);
  socket.send(JSON.stringify({ id: 1, connect: { token } }));
  return socket;
}

/** What tokens can say besides who it is. */
export const claims: readonly Scenario[] = [
  {
    name: 'information in base64 is the same as in JSON',
    row: 'auth: claims b64info',
    run: async (world) => {
      const channel = world.name('plain:x');
      const ann = await world.connected('ann', {
        token: await world.token('ann', { b64info: base64('{"name":"Ann"}') }),
      });
      const token = await world.subscriptionToken('ann', channel, {
        b64info: base64('{"seat":1}'),
      });
      const sub = await ann.subscribe(channel, { token });
      await sub.saw('subscribed');
      await ann.publish(channel, 1);
      return await sub.saw('publication');
    },
    expect: {
      on: 'publication',
      data: 1,
      info: { user: 'ann', conn: { name: 'Ann' }, chan: { seat: 1 } },
    },
  },
  {
    name: 'a token overrides the options of its channel',
    row: 'auth: claims override',
    run: async (world) => {
      const channel = world.name('chat:x');
      const ann = await world.connected('ann');
      const token = await world.subscriptionToken('ann', channel, {
        override: { force_recovery: { value: true }, force_push_join_leave: { value: false } },
      });
      const sub = await ann.subscribe(channel, { token });
      await sub.saw('subscribed');
      await ann.publish(channel, 1);
      await sub.saw('publication');
      return sub.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      { on: 'subscribed', recoverable: true, positioned: true },
      { on: 'publication', data: 1, offset: 1, info: { user: 'ann' } },
    ],
  },
  {
    name: 'connecting for a time that is over is an error',
    row: 'auth: claims expire_at; codes: 110 expired',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const socket = await send(world, { exp: seconds(60), expire_at: seconds(-10) });
      const [reply] = await socket.got(1);
      return ((reply?.['error'] ?? {}) as JsonObject)['code'] ?? null;
    },
    expect: 110,
  },
  {
    name: 'a refresh with other server-side subscriptions ends the connection, so that it gets them',
    row: 'auth: refresh; codes: 3010 insufficient state',
    kind: 'raw',
    run: async (world) => {
      const channels = [world.name('plain:one')];
      const socket = await send(world, { exp: seconds(60), channels });
      await socket.got(1);
      const others = [world.name('plain:two')];
      const token = await world.token('ann', { exp: seconds(60), channels: others });
      socket.send(JSON.stringify({ id: 2, refresh: { token } }));
      return await socket.closed();
    },
    expect: 3010,
  },
  {
    name: 'users are subscribed to a channel of their own',
    row: 'auth: subscribe_to_user_personal_channel',
    profile: 'guests',
    run: async (world) => {
      const ann = await world.connected('ann');
      const { channel } = await ann.saw('server-subscribed');
      await world.publish(`personal:#${world.name('ann')}`, 'for ann');
      await ann.saw('server-publication');
      return { channel: channel ?? null, events: ann.events };
    },
    expect: {
      channel: 'personal:#ann',
      events: [
        { on: 'connecting', code: 0 },
        { on: 'connected' },
        { on: 'server-subscribed', channel: 'personal:#ann' },
        { on: 'server-publication', channel: 'personal:#ann', data: 'for ann' },
      ],
    },
  },
];
