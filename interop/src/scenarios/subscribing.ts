import type { Json, JsonObject } from '../json.ts';
import { dialog, type Saying } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';

/** What is asked of a channel on which 1, 2 and 3 were published. */
interface Asked {
  readonly namespace: string;
  readonly request: JsonObject;
  readonly gets: Json;
}

const publications = [1, 2, 3].map((n) => ({ data: n, offset: n }));
const two = { data: 2, offset: 2, tags: { n: '2' } };
const positioned = { positioned: true };
const recoverable = { ...positioned, recoverable: true };
const recovering = { ...recoverable, was_recovering: true };
const recovered = { ...recovering, recovered: true };

const WAS = { recover: true, offset: 1, epoch: '' };
const ELSEWHERE = { recover: true, offset: 1, epoch: 'elsewhere' };
const STRICT = { ...ELSEWHERE, flag: 2 };

function subscribed(result: JsonObject): Json {
  return [{ subscribe: result }];
}

const asked: readonly Asked[] = [
  { namespace: 'plain', request: {}, gets: subscribed({}) },
  // A wish that cannot be granted is no mistake.
  { namespace: 'plain', request: WAS, gets: subscribed({ was_recovering: true }) },
  { namespace: 'plain', request: STRICT, gets: subscribed({ was_recovering: true }) },
  { namespace: 'bare', request: { recoverable: true, positioned: true }, gets: subscribed({}) },
  { namespace: 'stream', request: {}, gets: subscribed({ ...recoverable, offset: 3 }) },
  {
    namespace: 'stream',
    request: WAS,
    gets: subscribed({ ...recovered, offset: 1, publications: publications.slice(1) }),
  },
  {
    namespace: 'stream',
    request: { recover: true },
    gets: subscribed({ ...recovered, publications }),
  },
  {
    namespace: 'stream',
    request: { recover: true, offset: 3, epoch: '' },
    gets: subscribed({ ...recovered, offset: 3 }),
  },
  // Further than the channel is.
  {
    namespace: 'stream',
    request: { recover: true, offset: 9, epoch: '' },
    gets: subscribed({ ...recovering, offset: 3 }),
  },
  { namespace: 'stream', request: ELSEWHERE, gets: subscribed({ ...recovering, offset: 3 }) },
  { namespace: 'stream', request: STRICT, gets: [{ error: 112 }] },
  {
    namespace: 'placed',
    request: WAS,
    gets: subscribed({ ...positioned, offset: 3, was_recovering: true }),
  },
  {
    namespace: 'placed',
    request: STRICT,
    gets: subscribed({ ...positioned, offset: 3, was_recovering: true }),
  },
  { namespace: 'wish', request: {}, gets: subscribed({}) },
  {
    namespace: 'wish',
    request: { recoverable: true },
    gets: subscribed({ ...recoverable, offset: 3 }),
  },
  {
    namespace: 'wish',
    request: { positioned: true },
    gets: subscribed({ ...positioned, offset: 3 }),
  },
  {
    namespace: 'cache',
    request: { recover: true },
    gets: subscribed({ ...recovered, publications: publications.slice(2) }),
  },
  {
    namespace: 'cache',
    request: WAS,
    gets: subscribed({ ...recovered, offset: 1, publications: publications.slice(2) }),
  },
  {
    namespace: 'cache',
    request: STRICT,
    gets: subscribed({ ...recovered, offset: 1, publications: publications.slice(2) }),
  },
  // Without the epoch nobody knows that it is the same.
  {
    namespace: 'cache',
    request: { recover: true, offset: 3, epoch: '' },
    gets: subscribed({ ...recovered, offset: 3, publications: publications.slice(2) }),
  },
  {
    namespace: 'delta',
    request: { delta: 'fossil' },
    gets: subscribed({ ...recoverable, delta: true, offset: 3 }),
  },
  // No patch is shorter than these; JSON stands in a string.
  {
    namespace: 'delta',
    request: { ...WAS, delta: 'fossil' },
    gets: subscribed({
      ...recovered,
      delta: true,
      offset: 1,
      publications: [
        { data: '2', offset: 2 },
        { data: '3', offset: 3 },
      ],
    }),
  },
  { namespace: 'plain', request: { delta: 'fossil' }, gets: subscribed({}) },
  { namespace: 'delta', request: { delta: 'vcdiff' }, gets: [{ closed: 3501 }] },
  { namespace: 'tags', request: { tf: { key: 'a', cmp: 'ex' } }, gets: subscribed({}) },
  { namespace: 'tags', request: { tf: { key: 'a', cmp: 'like' } }, gets: [{ error: 107 }] },
  { namespace: 'tags', request: { tf: { op: 'xor', nodes: [] } }, gets: [{ error: 107 }] },
  {
    namespace: 'tagcache',
    request: { recover: true, tf: { key: 'n', cmp: 'eq', val: '2' } },
    gets: subscribed({ ...recovered, publications: [two] }),
  },
  {
    namespace: 'tagstream',
    request: { ...WAS, tf: { key: 'n', cmp: 'eq', val: '2' } },
    gets: subscribed({ ...recovered, offset: 1, publications: [two] }),
  },
  {
    namespace: 'chat',
    request: { data: { a: 1 } },
    gets: [{ subscribe: {} }, { push: { channel: 'chat:x', join: { info: { user: 'ann' } } } }],
  },
  { namespace: 'closed', request: {}, gets: [{ error: 103 }] },
  { namespace: 'nowhere', request: {}, gets: [{ error: 102 }] },
];

async function ask(world: World, index: number): Promise<Json> {
  const { namespace = '', request = {} } = asked[index] ?? {};
  const channel = world.name(`${namespace}:${index}`);
  for (const n of [1, 2, 3]) {
    if (namespace !== 'nowhere')
      await world.api('publish', { channel, data: n, tags: tagsOf(namespace, n) });
  }
  const heard = JSON.stringify(await dialog(world, [{ subscribe: { channel, ...request } }]));
  return JSON.parse(heard.replaceAll(channel, `${namespace}:x`)) as Json;
}

function tagsOf(namespace: string, n: number): JsonObject {
  return namespace.startsWith('tag') ? { n: String(n) } : {};
}

/** `history_meta_ttl` of the channels `brief`, and some position checks. */
const FORGOTTEN_MS = 9_000;

/** What a subscribe command is answered, field by field. */
export const subscribing: readonly Scenario[] = [
  {
    name: 'a subscribe reply says what was granted and what was recovered, and from where',
    row: 'recovery: recover, offset, epoch, flag 2; delta; tags filter; codes: 102, 103, 107, 112, 3501',
    kind: 'raw',
    isQuick: true,
    run: async (world) => Promise.all(asked.map((_, index) => ask(world, index))),
    expect: asked.map(({ gets }) => gets),
  },
  {
    name: 'a subscription whose channel was forgotten ends with 2500, and a connection with one by its token with 3010',
    row: 'codes: 2500 insufficient state, 3010 insufficient state; namespace options: history_meta_ttl; position checks',
    kind: 'raw',
    profile: 'brisk',
    run: async (world) => {
      const hear = async (name: string, says: (channel: string) => Saying[]): Promise<Json> => {
        const channel = world.name(name);
        await world.publish(channel, 1);
        const claims = says(channel).length > 0 ? {} : { channels: [channel] };
        const heard = await dialog(world, says(channel), {
          claims: { sub: world.name(name), ...claims },
          after: () => new Promise((resolve) => setTimeout(resolve, FORGOTTEN_MS)),
        });
        return JSON.parse(JSON.stringify(heard).replaceAll(channel, 'brief:x')) as Json;
      };
      const [own, byToken] = await Promise.all([
        hear('brief:own', (channel) => [{ subscribe: { channel } }]),
        hear('brief:token', () => []),
      ]);
      return { own: own ?? null, byToken: byToken ?? null };
    },
    expect: {
      own: [
        { subscribe: { offset: 1, positioned: true, recoverable: true } },
        { push: { channel: 'brief:x', unsubscribe: { code: 2500 } } },
      ],
      byToken: [{ closed: 3010 }],
    },
  },
];
