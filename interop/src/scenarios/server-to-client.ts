import type { Json, JsonObject } from '../json.ts';
import { clientOf, dialog, plain } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds } from '../suite/tokens.ts';
import type { World } from '../suite/world.ts';

const DATA = 'eyJhIjoxfQ==';

/** What a client hears of a call about its user. */
async function call(world: World, method: string, body: JsonObject): Promise<Json> {
  const about = { user: world.name('ann'), ...body };
  return dialog(world, [], { meanwhile: () => world.api(method, about) });
}

const override = {
  presence: { value: true },
  join_leave: { value: true },
  force_push_join_leave: { value: true },
  force_recovery: { value: true },
  force_positioning: { value: true },
};

function pushed(channel: string, subscribe: JsonObject): Json {
  return { push: { channel, subscribe } };
}

const now = (channel: string, more: JsonObject = {}): Json => ({
  push: { channel, pub: { data: 'now', ...more } },
});

/** The answer to the command `presence` where there is none. */
const NONE = { error: 108 };
const PLAIN = [now('plain:x'), NONE];
const seated = { chan_info: { seat: 1 }, user: 'ann' };
const positioned = { offset: 2, positioned: true, recoverable: true };

const granted: readonly { namespace: string; options: JsonObject; hears: readonly Json[] }[] = [
  { namespace: 'plain', options: {}, hears: [pushed('plain:x', {}), ...PLAIN] },
  {
    namespace: 'plain',
    options: { data: { a: 1 }, info: { seat: 1 } },
    hears: [pushed('plain:x', { data: { a: 1 } }), ...PLAIN],
  },
  {
    namespace: 'plain',
    options: { b64data: DATA, b64info: DATA },
    hears: [pushed('plain:x', { data: { a: 1 } }), ...PLAIN],
  },
  {
    namespace: 'plain',
    options: { expire_at: seconds(6_000) },
    hears: [pushed('plain:x', {}), ...PLAIN],
  },
  {
    namespace: 'plain',
    options: { override },
    hears: [
      pushed('plain:x', { positioned: true, recoverable: true }),
      { push: { channel: 'plain:x', join: { info: { user: 'ann' } } } },
      ...PLAIN,
    ],
  },
  {
    namespace: 'chat',
    options: { info: { seat: 1 } },
    hears: [
      pushed('chat:x', {}),
      { push: { channel: 'chat:x', join: { info: seated } } },
      now('chat:x', { offset: 1 }),
      { presence: [seated] },
    ],
  },
  {
    namespace: 'chat',
    options: { override: { presence: { value: false }, join_leave: { value: false } } },
    hears: [pushed('chat:x', {}), now('chat:x', { offset: 1 }), { presence: [] }],
  },
  {
    namespace: 'stream',
    options: {},
    hears: [pushed('stream:x', positioned), now('stream:x', { offset: 3 }), NONE],
  },
  {
    namespace: 'cache',
    options: {},
    hears: [pushed('cache:x', positioned), now('cache:x', { offset: 3 }), NONE],
  },
  { namespace: 'plain', options: { client: 'another' }, hears: [NONE] },
  { namespace: 'plain', options: { session: 'another' }, hears: [NONE] },
];

async function grant(world: World, index: number): Promise<Json> {
  const { namespace = '', options = {} } = granted[index] ?? {};
  const channel = world.name(`${namespace}:${index}`);
  const user = world.name(`ann${index}`);
  if (namespace === 'stream' || namespace === 'cache') await world.publish(channel, 1, 2);
  const heard = await dialog(world, [{ presence: { channel } }], {
    claims: { sub: user },
    meanwhile: async () => {
      await world.api('subscribe', { user, channel, ...options });
      await world.publish(channel, 'now');
    },
  });
  const text = JSON.stringify(heard).replaceAll(channel, `${namespace}:x`).replaceAll(user, 'ann');
  return JSON.parse(text) as Json;
}

/** What backends do to clients, push by push. */
export const serverToClient: readonly Scenario[] = [
  {
    name: 'a subscription by the server has its options, and its push says them',
    row: 'server API: subscribe with info, data, expire_at, override, client, session; pushes: subscribe, join, pub',
    kind: 'raw',
    isQuick: true,
    run: async (world) => Promise.all(granted.map((_, index) => grant(world, index))),
    expect: granted.map(({ hears }) => hears),
  },
  {
    name: 'a subscription by the server that expires ends the connection with 3006',
    row: 'codes: 3006 subscription expired; server API: subscribe with expire_at',
    kind: 'raw',
    run: async (world) =>
      dialog(world, [], {
        toTheEnd: true,
        meanwhile: () =>
          world.api('subscribe', {
            user: world.name('ann'),
            channel: world.name('plain:x'),
            expire_at: seconds(2),
          }),
      }),
    expect: [{ push: { channel: 'plain:x', subscribe: {} } }, { closed: 3006 }],
  },
  {
    name: 'a client is told of a new end, an unsubscription and a disconnection',
    row: 'pushes: refresh, unsubscribe; codes: 2000, 3005, 3011, 3503, 4000',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('plain:x');
      const user = world.name('ann');
      return {
        refresh: await call(world, 'refresh', { expire_at: seconds(6_000) }),
        expired: await call(world, 'refresh', { expired: true }),
        over: await call(world, 'refresh', { expire_at: 5 }),
        unsubscribe: await dialog(world, [{ subscribe: { channel } }], {
          after: async () => {
            await world.api('unsubscribe', { user, channel });
            await world.publish(channel, 'not heard');
          },
        }),
        disconnect: await call(world, 'disconnect', {}),
        own: await call(world, 'disconnect', { disconnect: { code: 4000, reason: 'x' } }),
        again: await call(world, 'disconnect', { disconnect: { code: 3011, reason: 'x' } }),
        another: await call(world, 'disconnect', { client: 'another' }),
      };
    },
    expect: {
      refresh: [{ push: { refresh: { expires: true, ttl: true } } }],
      expired: [{ closed: 3005 }],
      over: [{ closed: 3005 }],
      unsubscribe: [
        { subscribe: {} },
        { push: { channel: 'plain:x', unsubscribe: { code: 2000 } } },
      ],
      disconnect: [{ closed: 3503 }],
      own: [{ closed: 4000 }],
      again: [{ closed: 3011 }],
      another: [],
    },
  },
  {
    name: 'a subscription by the server brings what came after recover_since',
    row: 'server API: subscribe with recover_since',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      const epoch = await world.publish(channel, 1, 2, 3);
      return dialog(world, [], {
        meanwhile: () =>
          world.api('subscribe', {
            user: world.name('ann'),
            channel,
            recover_since: { offset: 1, epoch },
          }),
      });
    },
    expect: [
      pushed('stream:x', { ...positioned, offset: 1 }),
      { push: { channel: 'stream:x', pub: { data: 2, offset: 2 } } },
      { push: { channel: 'stream:x', pub: { data: 3, offset: 3 } } },
    ],
  },
  {
    name: 'anonymous clients are told from each other by the ids of their connections',
    row: 'server API: subscribe, unsubscribe, refresh, disconnect without a user',
    kind: 'raw',
    profile: 'guests',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('guest:x');
      const results: Json[] = [];
      const heard = await dialog(world, [], {
        connect: {},
        meanwhile: async (connect) => {
          const client = clientOf(connect);
          for (const [method, more] of [
            ['subscribe', { channel }],
            ['unsubscribe', { channel }],
            ['refresh', { expire_at: seconds(6_000) }],
            ['disconnect', {}],
          ] as const) {
            results.push(plain((await world.api(method, { client, ...more })).body));
          }
        },
      });
      return { results, heard };
    },
    expect: {
      results: Array.from({ length: 4 }, () => ({ result: {} })),
      heard: [
        pushed('guest:x', {}),
        { push: { channel: 'guest:x', unsubscribe: { code: 2000 } } },
        { push: { refresh: { expires: true, ttl: true } } },
        { closed: 3503 },
      ],
    },
  },
];
