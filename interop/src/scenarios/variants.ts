import type { Json, JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';

function state(n: number): JsonObject {
  return { n, text: 'a state that stays the same but for a number, '.repeat(8) };
}

const quotes: readonly { data: Json; tags: Record<string, string> }[] = [
  { data: 1, tags: { ticker: 'AAPL', price: '101.5' } },
  { data: 2, tags: { ticker: 'MSFT', price: '99' } },
  { data: 3, tags: { ticker: 'AAPL', price: '9.75' } },
  { data: 4, tags: { venue: 'NYSE' } },
  { data: 5, tags: { ticker: 'GOOG', price: '100' } },
];

/** Which of the quotes these filters let through: all comparisons are in one of them. */
const filters: readonly { filter: JsonObject; passes: readonly number[] }[] = [
  { filter: { key: 'ticker', cmp: 'eq', val: 'AAPL' }, passes: [1, 3] },
  { filter: { key: 'ticker', cmp: 'neq', val: 'AAPL' }, passes: [2, 4, 5] },
  { filter: { key: 'ticker', cmp: 'in', vals: ['MSFT', 'GOOG'] }, passes: [2, 5] },
  { filter: { key: 'ticker', cmp: 'nin', vals: ['MSFT', 'GOOG'] }, passes: [1, 3, 4] },
  { filter: { key: 'ticker', cmp: 'ex' }, passes: [1, 2, 3, 5] },
  { filter: { key: 'ticker', cmp: 'nex' }, passes: [4] },
  { filter: { key: 'ticker', cmp: 'sw', val: 'A' }, passes: [1, 3] },
  { filter: { key: 'ticker', cmp: 'ew', val: 'FT' }, passes: [2] },
  { filter: { key: 'ticker', cmp: 'ct', val: 'O' }, passes: [5] },
  { filter: { key: 'price', cmp: 'gt', val: '100' }, passes: [1] },
  { filter: { key: 'price', cmp: 'gte', val: '100' }, passes: [1, 5] },
  { filter: { key: 'price', cmp: 'lt', val: '99' }, passes: [3] },
  { filter: { key: 'price', cmp: 'lte', val: '99' }, passes: [2, 3] },
  {
    filter: {
      op: 'and',
      nodes: [
        { key: 'ticker', cmp: 'eq', val: 'AAPL' },
        { key: 'price', cmp: 'gt', val: '50' },
      ],
    },
    passes: [1],
  },
  {
    filter: {
      op: 'or',
      nodes: [
        { key: 'venue', cmp: 'eq', val: 'NYSE' },
        { key: 'ticker', cmp: 'eq', val: 'MSFT' },
      ],
    },
    passes: [2, 4],
  },
  { filter: { op: 'not', nodes: [{ key: 'ticker', cmp: 'eq', val: 'AAPL' }] }, passes: [2, 4, 5] },
];

/** What is sent to some subscribers otherwise than to others: deltas, and publications by tags. */
export const variants: readonly Scenario[] = [
  {
    name: 'a client that asks for deltas sees the same as one that does not, also after a reconnect',
    row: 'delta: fossil; namespace options: allowed_delta_types, delta_publish',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('delta:x');
      const ann = await world.connected('ann');
      const deltas = await ann.subscribe(channel, { delta: 'fossil' });
      const bob = await world.connected('bob');
      const whole = await bob.subscribe(channel);
      await deltas.saw('subscribed');
      await whole.saw('subscribed');
      await world.publish(channel, state(1), state(2), 'something else', state(3));
      await deltas.saw('publication', 4);
      await whole.saw('publication', 4);
      await ann.disconnect();
      await ann.saw('disconnected');
      await world.publish(channel, state(4), state(5));
      await ann.connect();
      await deltas.saw('publication', 6);
      await world.publish(channel, state(6));
      await deltas.saw('publication', 7);
      await whole.saw('publication', 7);
      const publications = (events: readonly JsonObject[]): readonly JsonObject[] =>
        events.filter(({ on }) => on === 'publication');
      return {
        deltas: publications(deltas.events),
        same:
          JSON.stringify(publications(deltas.events)) ===
          JSON.stringify(publications(whole.events)),
      };
    },
    expect: {
      deltas: [state(1), state(2), 'something else', state(3), state(4), state(5), state(6)].map(
        (data, index) => ({ on: 'publication', data, offset: index + 1 }),
      ),
      same: true,
    },
  },
  {
    name: 'a filter by tags lets through what matches, for every comparison',
    row: 'namespace options: allow_tags_filter; tags filter: eq neq in nin ex nex sw ew ct gt gte lt lte and or not',
    profile: 'main',
    run: async (world) => {
      const channel = world.name('tags:x');
      const subs = [];
      for (const { filter } of filters) {
        const client = await world.connected('ann');
        subs.push(await client.subscribe(channel, { tagsFilter: filter }));
      }
      for (const sub of subs) await sub.saw('subscribed');
      for (const { data, tags } of quotes) await world.api('publish', { channel, data, tags });
      // The filters are tried with those publications; how many come is known.
      const seen: Json[] = [];
      for (const [index, sub] of subs.entries()) {
        await sub.saw('publication', filters[index]?.passes.length ?? 0);
        const got = sub.events.filter(({ on }) => on === 'publication');
        seen.push(got.map(({ data }) => data ?? null));
      }
      return seen;
    },
    expect: filters.map(({ passes }) => passes),
  },
  {
    name: 'a filter where filters are not allowed ends the subscription',
    row: 'tags filter; codes: 107 bad request',
    run: async (world) => {
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(world.name('plain:x'), {
        tagsFilter: { key: 'a', cmp: 'eq', val: 'b' },
      });
      await Promise.race([sub.saw('unsubscribed'), sub.saw('subscribed')]);
      return sub.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      { on: 'unsubscribed', code: 107 },
    ],
  },
];
