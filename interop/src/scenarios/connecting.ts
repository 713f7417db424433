import type { Json, JsonObject } from '../json.ts';
import { dialog } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds, signToken, signWithKey } from '../suite/tokens.ts';
import type { KeyAlgorithm } from '../targets/keys.ts';
import type { World } from '../suite/world.ts';

const CONNECTED = { ping: 25, pong: true };

interface Shown {
  /** Beside `sub`. */
  readonly claims: JsonObject;
  readonly hears: readonly Json[];
}

function connected(more: JsonObject = {}): readonly Json[] {
  return [{ connect: { ...CONNECTED, ...more } }];
}

const override = {
  presence: { value: true },
  force_recovery: { value: true },
  force_positioning: { value: true },
};
const DATA = 'eyJhIjoxfQ==';

const shown: readonly Shown[] = [
  { claims: {}, hears: connected() },
  { claims: { exp: seconds(10_000) }, hears: connected({ expires: true, ttl: true }) },
  { claims: { exp: 1 }, hears: [{ error: 109 }] },
  { claims: { nbf: seconds(100_000) }, hears: [{ error: 109 }] },
  { claims: { expire_at: 5 }, hears: [{ error: 110 }] },
  { claims: { expire_at: 0, exp: seconds(10_000) }, hears: connected() },
  {
    claims: { expire_at: seconds(5_000), exp: seconds(10_000) },
    hears: connected({ expires: true, ttl: true }),
  },
  { claims: { info: { a: 1 }, b64info: DATA, meta: { b: 2 } }, hears: connected() },
  {
    claims: { channels: ['plain:a', 'stream:a'] },
    hears: connected({
      subs: { 'plain:a': {}, 'stream:a': { positioned: true, recoverable: true } },
    }),
  },
  {
    claims: { channels: ['dialog:x#bob', '$secret'] },
    hears: connected({ subs: { 'dialog:x#bob': {}, $secret: {} } }),
  },
  { claims: { channels: ['nowhere:a'] }, hears: [{ error: 102 }] },
  { claims: { channels: 'plain:a' }, hears: [{ closed: 3500 }] },
  {
    claims: { subs: { 'plain:a': { data: { a: 1 }, info: { seat: 1 } } } },
    hears: connected({ subs: { 'plain:a': { data: { a: 1 } } } }),
  },
  {
    claims: { subs: { 'plain:a': { b64data: DATA, b64info: DATA } } },
    hears: connected({ subs: { 'plain:a': { data: { a: 1 } } } }),
  },
  {
    claims: { subs: { 'plain:a': { override } } },
    hears: connected({ subs: { 'plain:a': { positioned: true, recoverable: true } } }),
  },
  { claims: { subs: { 'nowhere:a': {} } }, hears: [{ error: 102 }] },
  { claims: { subs: [] }, hears: [{ closed: 3500 }] },
  { claims: { sub: 42 }, hears: [{ closed: 3500 }] },
  // A subscription token opens no connection.
  { claims: { channel: 'plain:a' }, hears: [{ closed: 3500 }] },
];

async function connect(world: World, { claims }: Shown): Promise<Json> {
  const token = await signToken({ sub: world.name('ann'), ...claims });
  return dialog(world, [], { connect: { token }, withConnect: true });
}

const bad: readonly string[] = ['x', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'];

/** The answer to a connect command. */
export const connecting: readonly Scenario[] = [
  {
    name: 'a token says who connects, until when, and what is subscribed',
    row: 'auth: claims sub, exp, nbf, expire_at, info, b64info, meta, channels, subs; ping: expires, ttl; codes: 102, 109, 110, 3500',
    kind: 'raw',
    isQuick: true,
    run: async (world) => Promise.all(shown.map((each) => connect(world, each))),
    expect: shown.map(({ hears }) => hears),
  },
  {
    name: 'what is no token, or signed by somebody else, ends the connection',
    row: 'auth: JWT; codes: 3500 invalid token',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const tokens = [
        ...bad,
        await signToken({ sub: 'ann' }, { secret: 'of somebody else, which is long enough' }),
      ];
      return Promise.all(
        tokens.map((token) => dialog(world, [], { connect: { token }, withConnect: true })),
      );
    },
    expect: Array.from({ length: bad.length + 1 }, () => [{ closed: 3500 }]),
  },
  {
    name: 'the data, name and wishes of a connect command',
    row: 'framing: connect with data, name, version, subs; recovery: server-side subscriptions',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      const epoch = await world.publish(channel, 1, 2, 3);
      const token = await world.token('ann', { channels: [channel] });
      const wish = async (subs: JsonObject): Promise<Json> =>
        dialog(world, [], {
          connect: { token, name: 'me', version: '1', data: { a: 1 }, subs },
          withConnect: true,
        });
      return [
        await wish({ [channel]: { recover: true, offset: 1, epoch } }),
        await wish({ [channel]: { recover: true, offset: 1, epoch: 'elsewhere' } }),
        // What a client may subscribe to it may also name when it connects.
        await wish({ [world.name('plain:y')]: {} }),
      ];
    },
    expect: [
      [
        {
          connect: {
            ...CONNECTED,
            subs: {
              'stream:x': {
                offset: 1,
                positioned: true,
                publications: [
                  { data: 2, offset: 2 },
                  { data: 3, offset: 3 },
                ],
                recoverable: true,
                recovered: true,
                was_recovering: true,
              },
            },
          },
        },
      ],
      connected({
        subs: {
          'stream:x': { offset: 3, positioned: true, recoverable: true, was_recovering: true },
        },
      }),
      connected({
        subs: { 'plain:y': {}, 'stream:x': { offset: 3, positioned: true, recoverable: true } },
      }),
    ],
  },
  {
    name: 'a connection that expired is refreshed by its client, with a token that is good',
    row: 'auth: refresh; codes: 109, 110, 3005, 3010, 3500',
    kind: 'raw',
    run: async (world) => {
      const refresh = async (claims: JsonObject): Promise<Json> => {
        const token = await signToken({ sub: world.name('ann'), ...claims });
        return dialog(world, [{ refresh: { token } }], { claims: { exp: seconds(10_000) } });
      };
      return {
        longer: await refresh({ exp: seconds(100_000) }),
        forEver: await refresh({}),
        expired: await refresh({ exp: 1 }),
        over: await refresh({ expire_at: 5 }),
        anotherUser: await refresh({ sub: 'bob', exp: seconds(10_000) }),
        otherChannels: await refresh({ channels: ['plain:x'], exp: seconds(10_000) }),
      };
    },
    expect: {
      longer: [{ refresh: { expires: true, ttl: true } }],
      forEver: [{ refresh: {} }],
      expired: [{ closed: 3005 }],
      over: [{ error: 110 }],
      anotherUser: [{ closed: 3500 }],
      otherChannels: [{ closed: 3010 }],
    },
  },
  {
    name: 'tokens are signed with RSA and elliptic keys, which are in the config',
    row: 'auth: JWT algorithms RS256 RS384 RS512 ES256; codes: 3500',
    kind: 'raw',
    profile: 'keys',
    run: async (world) => {
      const hear = async (token: string): Promise<Json> =>
        dialog(world, [], { connect: { token }, withConnect: true });
      const claims = { sub: world.name('ann') };
      const seen: Json[] = [];
      for (const algorithm of ['RS256', 'RS384', 'RS512', 'ES256'] as const) {
        seen.push(await hear(await signWithKey(claims, { algorithm })));
      }
      return [...seen, await hear(await signToken(claims))];
    },
    expect: [connected(), connected(), connected(), connected(), [{ closed: 3500 }]],
  },
  {
    name: 'the keys of tokens are fetched from a JWKS endpoint',
    row: 'auth: JWKS, algorithms RS256 ES256 ES384 ES512; codes: 3500',
    kind: 'raw',
    profile: 'jwks',
    run: async (world) => {
      const hear = async (algorithm: KeyAlgorithm, kid?: string): Promise<Json> => {
        const form = kid === undefined ? { algorithm } : { algorithm, kid };
        const token = await signWithKey({ sub: world.name('ann') }, form);
        return dialog(world, [], { connect: { token }, withConnect: true });
      };
      return {
        RS256: await hear('RS256', 'RS256'),
        ES256: await hear('ES256', 'ES256'),
        ES384: await hear('ES384', 'ES384'),
        ES512: await hear('ES512', 'ES512'),
        wrongKey: await hear('ES256', 'RS256'),
        unknownKey: await hear('RS256', 'nobody'),
        noKey: await hear('RS256'),
      };
    },
    expect: {
      RS256: connected(),
      ES256: connected(),
      ES384: connected(),
      ES512: connected(),
      wrongKey: [{ closed: 3500 }],
      unknownKey: [{ closed: 3500 }],
      noKey: [{ closed: 3500 }],
    },
  },
  {
    name: 'a token is for whom its audience says, and of whom its issuer says',
    row: 'auth: claims aud, iss, jti, iat; codes: 3500',
    kind: 'raw',
    profile: 'audience',
    run: async (world) => {
      const claims: readonly JsonObject[] = [
        { aud: 'us', iss: 'them' },
        { aud: ['others', 'us'], iss: 'them', jti: 'x', iat: seconds(-10) },
        { aud: 'us', iss: 'them', iat: seconds(1_000) },
        { aud: 'us', iss: 'others' },
        { aud: 'others', iss: 'them' },
        { aud: 'us' },
        { iss: 'them' },
      ];
      return Promise.all(claims.map((each) => connect(world, { claims: each, hears: [] })));
    },
    expect: [
      ...Array.from({ length: 3 }, () => connected()),
      ...Array.from({ length: 4 }, () => [{ closed: 3500 }]),
    ],
  },
  {
    name: 'anonymous tokens are not taken where the config says so',
    row: 'auth: disallow_anonymous_connection_tokens; codes: 3507 permission denied',
    kind: 'raw',
    profile: 'strict',
    run: async (world) =>
      dialog(world, [], { connect: { token: await signToken({ sub: '' }) }, withConnect: true }),
    expect: [{ closed: 3507 }],
  },
  {
    name: 'a server that is full takes no more connections',
    row: 'limits: connection_limit',
    kind: 'raw',
    profile: 'strict',
    ownServer: true,
    run: async (world) => {
      const open = async (): Promise<string> => {
        const socket = await world.socket().catch((error: Error) => error);
        if (socket instanceof Error) return /\d{3}/.exec(socket.message)?.[0] ?? socket.message;
        socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
        const [reply] = await socket.got(1);
        return Object.keys((reply?.['connect'] ?? {}) as JsonObject)
          .sort()
          .join();
      };
      return [await open(), await open(), await open()];
    },
    // The time of the server is there because this config says so.
    expect: ['client,ping,pong,time,version', 'client,ping,pong,time,version', '503'],
  },
];
