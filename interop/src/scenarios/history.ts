import { textOf, type Json, type JsonObject } from '../json.ts';
import type { Outcome } from '../sdk/client.ts';
import type { Scenario } from '../suite/scenario.ts';

interface Page {
  readonly epoch: string;
  readonly seen: Json;
}

/** The epoch, and the rest. */
function page(outcome: Outcome): Page {
  if (!('ok' in outcome)) return { epoch: '', seen: outcome };
  const { epoch, offset, publications } = outcome.ok as JsonObject;
  const data = (publications as readonly JsonObject[]).map((each) => each['data'] ?? null);
  return { epoch: textOf(epoch), seen: { offset: offset ?? 0, data, hasEpoch: epoch !== '' } };
}

/** The history of channels. */
export const history: readonly Scenario[] = [
  {
    name: 'history is read from a position, in reverse, and with a limit',
    row: 'framing: history with since, reverse and limit; namespace options: history_size',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      // Seven into a history of five.
      for (let n = 1; n <= 7; n++) await ann.publish(channel, n);
      const { epoch, seen } = page(await ann.history(channel, { limit: 100 }));
      const read = async (options: object): Promise<Json> =>
        page(await ann.history(channel, options)).seen;
      return {
        all: seen,
        none: await read({}),
        two: await read({ limit: 2 }),
        since: await read({ limit: 10, since: { offset: 5, epoch } }),
        sinceLimited: await read({ limit: 1, since: { offset: 5, epoch } }),
        sinceTop: await read({ limit: 10, since: { offset: 7, epoch } }),
        reverse: await read({ limit: 2, reverse: true }),
        reverseSince: await read({ limit: 10, reverse: true, since: { offset: 5, epoch } }),
        otherEpoch: await read({ limit: 10, since: { offset: 5, epoch: 'other' } }),
      };
    },
    expect: {
      all: { offset: 7, data: [3, 4, 5, 6, 7], hasEpoch: true },
      none: { offset: 7, data: [], hasEpoch: true },
      two: { offset: 7, data: [3, 4], hasEpoch: true },
      since: { offset: 7, data: [6, 7], hasEpoch: true },
      sinceLimited: { offset: 7, data: [6], hasEpoch: true },
      sinceTop: { offset: 7, data: [], hasEpoch: true },
      reverse: { offset: 7, data: [7, 6], hasEpoch: true },
      reverseSince: { offset: 7, data: [4, 3], hasEpoch: true },
      otherEpoch: { error: 112 },
    },
  },
  {
    name: 'the history of a channel that nothing was published on is empty',
    row: 'framing: history',
    run: async (world) => {
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(world.name('stream:empty'));
      await sub.saw('subscribed');
      return page(await ann.history(sub.channel, { limit: 10 })).seen;
    },
    expect: { offset: 0, data: [], hasEpoch: true },
  },
  {
    name: 'publications in history name their publisher and carry tags',
    row: 'publication: data, info, offset, tags',
    run: async (world) => {
      const channel = world.name('stream:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      await ann.publish(channel, 'from ann');
      await world.api('publish', { channel, data: 'from the server', tags: { kind: 'news' } });
      await sub.saw('publication', 2);
      const outcome = await ann.history(channel, { limit: 10 });
      return {
        history: 'ok' in outcome ? ((outcome.ok as JsonObject)['publications'] ?? null) : null,
        live: sub.events.slice(2),
      };
    },
    expect: {
      history: [
        { data: 'from ann', offset: 1, info: { user: 'ann' } },
        { data: 'from the server', offset: 2, tags: { kind: 'news' } },
      ],
      live: [
        { on: 'publication', data: 'from ann', offset: 1, info: { user: 'ann' } },
        { on: 'publication', data: 'from the server', offset: 2, tags: { kind: 'news' } },
      ],
    },
  },
];
