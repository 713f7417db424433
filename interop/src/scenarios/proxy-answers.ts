import type { Json, JsonObject } from '../json.ts';
import { dialog, plain, type Saying } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds } from '../suite/tokens.ts';
import type { World } from '../suite/world.ts';

/** What a backend answers, which is what the client sends along. */
interface Answered {
  readonly answer: JsonObject;
  readonly hears: readonly Json[];
}

const DATA = 'eyJhIjoxfQ==';
const ERROR = { error: { code: 1000, message: 'no' } };
const TEMPORARY = { error: { code: 1000, message: 'later', temporary: true } };
const AWAY = { disconnect: { code: 4501, reason: 'away' } };
const INTERNAL = { error: 100, temporary: true };

/** Answers that are none, and those that every proxy may give. */
const everywhere: readonly Answered[] = [
  { answer: ERROR, hears: [{ error: 1000 }] },
  { answer: TEMPORARY, hears: [{ error: 1000, temporary: true }] },
  { answer: { error: { code: 103, message: 'no' } }, hears: [{ error: 103 }] },
  { answer: AWAY, hears: [{ closed: 4501 }] },
  { answer: { status: 404 }, hears: [{ error: 1404 }] },
  { answer: { status: 403 }, hears: [{ closed: 4503 }] },
  { answer: { status: 500 }, hears: [INTERNAL] },
  { answer: { status: 201 }, hears: [INTERNAL] },
  { answer: { text: 'garbage' }, hears: [INTERNAL] },
  { answer: { text: '' }, hears: [INTERNAL] },
];

function result(fields: JsonObject): JsonObject {
  return { result: fields };
}

function connected(more: JsonObject = {}): readonly Json[] {
  return [{ connect: { ping: 25, pong: true, ...more } }];
}

const connect: readonly Answered[] = [
  ...everywhere,
  { answer: {}, hears: connected() },
  { answer: result({ info: { a: 1 }, meta: { b: 1 } }), hears: connected() },
  { answer: result({ data: { a: 1 } }), hears: connected({ data: { a: 1 } }) },
  { answer: result({ b64data: DATA }), hears: connected({ data: { a: 1 } }) },
  { answer: result({ b64data: '***' }), hears: [INTERNAL] },
  { answer: result({ user: 5 }), hears: [INTERNAL] },
  { answer: result({ expire_at: 5 }), hears: [{ error: 110 }] },
  // Its backend refreshes it, so its client is not told.
  { answer: result({ expire_at: seconds(6_000) }), hears: connected() },
  {
    answer: result({ channels: ['kept:CHANNEL', 'CHANNEL'] }),
    hears: connected({ subs: { CHANNEL: {}, 'kept:CHANNEL': {} } }),
  },
  { answer: result({ channels: ['nowhere:x'] }), hears: [{ error: 102 }] },
  {
    answer: result({ subs: { 'kept:CHANNEL': { data: { a: 1 }, info: { seat: 1 } } } }),
    hears: connected({ subs: { 'kept:CHANNEL': { data: { a: 1 } } } }),
  },
  {
    answer: result({ subs: { 'kept:CHANNEL': { b64data: DATA, b64info: DATA } } }),
    hears: connected({ subs: { 'kept:CHANNEL': { data: { a: 1 } } } }),
  },
  {
    answer: result({
      subs: { 'kept:CHANNEL': { override: { force_recovery: { value: true } } } },
    }),
    hears: connected({ subs: { 'kept:CHANNEL': { positioned: true, recoverable: true } } }),
  },
  {
    answer: result({ subs: { 'cached:CHANNEL': { cache_recover: true } } }),
    hears: connected({
      subs: { 'cached:CHANNEL': { positioned: true, recoverable: true, was_recovering: true } },
    }),
  },
];

const override = {
  presence: { value: true },
  join_leave: { value: true },
  force_push_join_leave: { value: true },
  force_recovery: { value: true },
};

const subscribe: readonly Answered[] = [
  ...everywhere,
  { answer: {}, hears: [{ subscribe: {} }] },
  { answer: result({ data: { a: 1 } }), hears: [{ subscribe: { data: { a: 1 } } }] },
  { answer: result({ b64data: DATA }), hears: [{ subscribe: { data: { a: 1 } } }] },
  { answer: result({ b64data: '***' }), hears: [INTERNAL] },
  {
    answer: result({ expire_at: seconds(6_000) }),
    hears: [{ subscribe: { expires: true, ttl: true } }],
  },
  { answer: result({ expire_at: 5 }), hears: [{ error: 110 }] },
  {
    answer: result({ override }),
    hears: [
      { subscribe: { positioned: true, recoverable: true } },
      { push: { channel: 'asked:CHANNEL', join: { info: { user: 'ann' } } } },
    ],
  },
];

/** What the subscribers of a channel with history get of two publications that the backend changes to this. */
function published(publication: JsonObject): readonly Json[] {
  const publications = [1, 2].map((offset) => ({ ...publication, info: { user: 'ann' }, offset }));
  return [
    ...publications.flatMap((pub) => [{ push: { channel: 'kept:CHANNEL', pub } }, { publish: {} }]),
    { history: { offset: 2, publications } },
  ];
}

const unkept = { push: { channel: 'kept:CHANNEL', pub: { data: 1, info: { user: 'ann' } } } };
const [once = null, done = null] = published({ data: 1 });
const EMPTY = { history: { offset: 0, publications: [] } };

/** Twice the same, and then the history. */
const publish: readonly Answered[] = [
  ...everywhere.map(({ answer, hears }) => ({
    answer,
    hears: 'closed' in (hears[0] as JsonObject) ? hears : [...hears, ...hears, EMPTY],
  })),
  { answer: {}, hears: published({ data: {} }) },
  { answer: result({ data: { b: 1 } }), hears: published({ data: { b: 1 } }) },
  { answer: result({ data: null }), hears: published({ data: null }) },
  { answer: result({ b64data: DATA }), hears: published({ data: { a: 1 } }) },
  {
    answer: result({ skip_history: true, data: 1 }),
    hears: [unkept, { publish: {} }, unkept, { publish: {} }, EMPTY],
  },
  {
    answer: result({ tags: { a: 'b' }, data: 1 }),
    hears: published({ data: 1, tags: { a: 'b' } }),
  },
  {
    answer: result({ idempotency_key: 'k', data: 1 }),
    hears: [
      once,
      done,
      done,
      { history: { offset: 1, publications: [{ data: 1, info: { user: 'ann' }, offset: 1 }] } },
    ],
  },
];

const rpc: readonly Answered[] = [
  ...everywhere,
  { answer: result({}), hears: [{ rpc: {} }] },
  { answer: result({ data: null }), hears: [{ rpc: { data: null } }] },
  { answer: result({ data: 'x' }), hears: [{ rpc: { data: 'x' } }] },
  { answer: result({ b64data: DATA }), hears: [{ rpc: { data: { a: 1 } } }] },
];

const CHANNEL = /CHANNEL/g;

/** Connects with this answer of the backend, says these things, and hears. */
async function hear(
  world: World,
  parts: {
    readonly name: string;
    readonly answer: JsonObject;
    readonly says?: readonly Saying[];
    readonly withConnect?: boolean;
  },
): Promise<Json> {
  const { name, answer, says = [], withConnect = false } = parts;
  const channel = world.name(name);
  const own = <T>(value: T): T => JSON.parse(JSON.stringify(value).replace(CHANNEL, channel)) as T;
  const heard = await dialog(world, own(says), { connect: { data: own(answer) }, withConnect });
  return JSON.parse(JSON.stringify(plain(heard)).replaceAll(channel, 'CHANNEL')) as Json;
}

const GUEST = result({ user: 'ann' });

/** What a proxy with binary_encoding is asked. */
const ASKED = {
  b64data: Buffer.from(JSON.stringify(result({ b64data: DATA }))).toString('base64'),
  encoding: 'binary',
  meta: { m: 1 },
  protocol: 'json',
  transport: 'websocket',
  user: 'ann',
};

/** What becomes of what backends answer. */
export const proxyAnswers: readonly Scenario[] = [
  {
    name: 'whatever a connect proxy answers',
    row: 'proxies: connect with result, error, disconnect, transforms, data, b64data, info, meta, channels, subs, expire_at, cache_recover; codes: 100, 102, 110, own',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) =>
      Promise.all(
        connect.map(({ answer }, index) =>
          hear(world, { name: `c${index}`, answer, withConnect: true }),
        ),
      ),
    expect: connect.map(({ hears }) => hears),
  },
  {
    name: 'whatever a subscribe proxy answers',
    row: 'proxies: subscribe with transforms, b64data, expire_at, override; codes: 100, 110, own',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) =>
      Promise.all(
        subscribe.map(({ answer }, index) =>
          hear(world, {
            name: `s${index}`,
            answer: GUEST,
            says: [{ subscribe: { channel: 'asked:CHANNEL', data: answer } }],
          }),
        ),
      ),
    expect: subscribe.map(({ hears }) => hears),
  },
  {
    name: 'whatever a publish proxy answers',
    row: 'proxies: publish with data, b64data, skip_history, tags, idempotency_key; codes: 100, own',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) =>
      Promise.all(
        publish.map(({ answer }, index) =>
          hear(world, {
            name: `p${index}`,
            answer: GUEST,
            says: [
              { subscribe: { channel: 'kept:CHANNEL' } },
              { publish: { channel: 'kept:CHANNEL', data: answer } },
              { publish: { channel: 'kept:CHANNEL', data: answer } },
              { history: { channel: 'kept:CHANNEL', limit: 10 } },
            ],
          }),
        ),
      ),
    expect: publish.map(({ hears }) => [{ subscribe: {} }, ...hears]),
  },
  {
    name: 'whatever an rpc proxy answers',
    row: 'proxies: rpc with transforms, b64data; codes: 100, 104, own',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) =>
      Promise.all(
        rpc.map(({ answer }, index) =>
          hear(world, {
            name: `r${index}`,
            answer: GUEST,
            says: [{ rpc: { method: 'call', data: answer } }],
          }),
        ),
      ),
    expect: rpc.map(({ hears }) => hears),
  },
  {
    name: 'named proxies get bytes in base64 where they want them, and no longer than they may take',
    row: 'proxies: proxies[], binary_encoding, include_connection_meta, timeout; namespace options: subscribe_proxy_name, publish_proxy_name; codes: 100, 104, 108',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) => {
      const says: readonly Saying[] = [
        { subscribe: { channel: 'binary:CHANNEL', data: result({ b64data: DATA }) } },
        { publish: { channel: 'binary:CHANNEL', data: result({ b64data: DATA }) } },
        { rpc: { method: 'binary:call', data: result({ b64data: DATA }) } },
        { subscribe: { channel: 'hasty:CHANNEL', data: { wait: 2_000 } } },
        { publish: { channel: 'hasty:CHANNEL', data: { wait: 2_000 } } },
        { rpc: { method: 'hasty:call', data: { wait: 2_000 } } },
        { rpc: { method: 'closed:call', data: {} } },
        { rpc: { method: 'nowhere:call', data: {} } },
        { rpc: { method: '', data: {} } },
      ];
      const heard = await hear(world, {
        name: 'named',
        answer: result({ user: world.name('ann'), meta: { m: 1 } }),
        says,
      });
      const asked = ['/binary/subscribe', '/binary/publish', '/binary/rpc'].map(
        (path) => world.asked(path)[0]?.body ?? null,
      );
      return { heard, asked: plain(asked) };
    },
    expect: {
      heard: [
        { subscribe: { data: { a: 1 } } },
        { push: { channel: 'binary:CHANNEL', pub: { data: { a: 1 }, info: { user: 'ann' } } } },
        { publish: {} },
        { rpc: { data: { a: 1 } } },
        INTERNAL,
        INTERNAL,
        INTERNAL,
        { error: 108 },
        { error: 104 },
        { rpc: { data: { echo: {}, method: null } } },
      ],
      asked: [
        { ...ASKED, channel: 'binary:named' },
        { ...ASKED, channel: 'binary:named' },
        { ...ASKED, method: 'binary:call' },
      ],
    },
  },
  {
    name: 'where backends refresh, clients do not',
    row: 'proxies: refresh, sub_refresh; codes: 3501',
    kind: 'raw',
    profile: 'proxied',
    run: async (world) => {
      const channel = 'expiring:CHANNEL';
      const on: Saying = { subscribe: { channel, data: { expires: true } } };
      return {
        refresh: await hear(world, {
          name: 'a',
          answer: GUEST,
          says: [{ refresh: { token: 't' } }],
        }),
        subRefresh: await hear(world, {
          name: 'b',
          answer: GUEST,
          says: [on, { sub_refresh: { channel, token: 't' } }],
        }),
        withoutToken: await hear(world, {
          name: 'c',
          answer: GUEST,
          says: [on, { sub_refresh: { channel } }],
        }),
      };
    },
    expect: {
      refresh: [{ closed: 3501 }],
      subRefresh: [{ subscribe: {} }, { closed: 3501 }],
      withoutToken: [{ subscribe: {} }, { closed: 3501 }],
    },
  },
];
