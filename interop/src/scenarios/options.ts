import { setTimeout as sleep } from 'node:timers/promises';
import { textOf, type Json, type JsonObject } from '../json.ts';
import { dialog } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';
import {
  allowedTo,
  COMMANDS,
  permissionNamespaces,
  type Asker,
} from '../targets/permission-namespaces.ts';

const ASKERS: Readonly<Record<string, Asker>> = {
  user: { isAnonymous: false, isSubscribed: false },
  subscriber: { isAnonymous: false, isSubscribed: true },
  anonymous: { isAnonymous: true, isSubscribed: false },
  'anonymous subscriber': { isAnonymous: true, isSubscribed: true },
};

/** Which commands on a channel of a namespace are not answered with an error. */
async function tried(world: World, namespace: string, asker: Asker): Promise<string> {
  const channel = world.name(`${namespace}:${asker.isAnonymous}-${asker.isSubscribed}`);
  const asks = COMMANDS.filter((each) => each !== 'subscribe' || !asker.isSubscribed);
  const says = asks.map((each) => ({
    [each]: { channel, ...(each === 'publish' ? { data: 1 } : {}) },
  }));
  // Last, for whoever is subscribed may do more.
  const ordered = [...says.slice(1), ...says.slice(0, 1)];
  const heard = await dialog(world, asker.isSubscribed ? says : ordered, {
    claims: {
      ...(asker.isAnonymous ? { sub: '' } : {}),
      ...(asker.isSubscribed ? { channels: [channel] } : {}),
    },
  });
  const done = heard.flatMap((each) =>
    Object.keys(each as JsonObject).filter((name) => name !== 'push' && name !== 'error'),
  );
  return done.length === 0 ? 'nothing' : done.join();
}

async function publish(world: World, channel: string): Promise<Json> {
  const { error } = (await world.api('publish', { channel, data: 1 })).body;
  return error === undefined ? 'ok' : { error: (error as JsonObject)['code'] ?? null };
}

const UNTIL_FORGOTTEN_MS = 3_500;
const WHILE_SUBSCRIBING = 60;

/** A text of which little changes, so that a patch is shorter. */
const long = (n: number): JsonObject => ({ n, text: 'always the same, '.repeat(20) });

const positioned = { positioned: true, recoverable: true };
const recovered = { ...positioned, recovered: true, was_recovering: true };
const TWO = {
  offset: 4,
  publications: [
    { data: 1, offset: 1 },
    { data: 2, offset: 2 },
  ],
};
const LATEST = { ...recovered, publications: [{ data: 2, offset: 2 }] };

/** Options of namespaces, one by one. */
export const options: readonly Scenario[] = [
  {
    name: 'each permission of a namespace allows what it says to whom it says, and nothing else',
    row: 'namespace options: allow_subscribe_for_client, allow_subscribe_for_anonymous, allow_publish_for_client, allow_publish_for_subscriber, allow_publish_for_anonymous, allow_history_for_client, allow_history_for_subscriber, allow_history_for_anonymous, allow_presence_for_client, allow_presence_for_subscriber, allow_presence_for_anonymous; codes: 103',
    kind: 'raw',
    profile: 'options',
    isQuick: true,
    run: async (world) => {
      const seen: Record<string, Json> = {};
      for (const [who, asker] of Object.entries(ASKERS)) {
        const names = permissionNamespaces.map(({ name }) => name as string);
        const done = await Promise.all(names.map((name) => tried(world, name, asker)));
        seen[who] = Object.fromEntries(names.map((name, index) => [name, done[index] ?? null]));
      }
      return seen;
    },
    expect: Object.fromEntries(
      Object.entries(ASKERS).map(([who, asker]) => [who, allowedTo(asker)]),
    ),
  },
  {
    name: 'history keeps history_size publications for history_ttl, and knows its position after that',
    row: 'namespace options: history_size, history_ttl',
    kind: 'raw',
    profile: 'options',
    run: async (world) => {
      const [trimmed, brief] = [world.name('trimmed:x'), world.name('passing:x')];
      await world.publish(trimmed, 1, 2, 3, 4, 5);
      await world.publish(brief, 1, 2);
      const read = async (channel: string): Promise<Json> => {
        const { body } = await world.api('history', { channel, limit: -1 });
        const { offset = null, publications = [] } = body['result'] as JsonObject;
        return [offset, ...(publications as readonly JsonObject[]).map(({ data }) => data ?? null)];
      };
      const before = await read(brief);
      await sleep(UNTIL_FORGOTTEN_MS);
      return { trimmed: await read(trimmed), before, after: await read(brief) };
    },
    expect: { trimmed: [5, 3, 4, 5], before: [2, 1, 2], after: [2] },
  },
  {
    name: 'with auto_cache_recover every subscription begins with the latest publication',
    row: 'namespace options: auto_cache_recover, force_recovery, force_recovery_mode; recovery: cache',
    kind: 'raw',
    profile: 'options',
    isQuick: true,
    run: async (world) => {
      const [channel, empty] = [world.name('latest:x'), world.name('latest:empty')];
      await world.publish(channel, 1, 2);
      return {
        own: await dialog(world, [{ subscribe: { channel } }]),
        empty: await dialog(world, [{ subscribe: { channel: empty } }]),
        byToken: await dialog(world, [], { claims: { channels: [channel] }, withConnect: true }),
      };
    },
    expect: {
      own: [{ subscribe: LATEST }],
      empty: [{ subscribe: { positioned: true, recoverable: true, was_recovering: true } }],
      byToken: [{ connect: { ping: 25, pong: true, subs: { 'latest:x': LATEST } } }],
    },
  },
  {
    name: 'patches are made of what its publisher wants them for, where the namespace allows them',
    row: 'delta: fossil, JSON; publication: delta; namespace options: allowed_delta_types, delta_publish; server API: publish with delta',
    kind: 'raw',
    profile: 'options',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('patched:x');
      const heard = await dialog(world, [{ subscribe: { channel, delta: 'fossil' } }], {
        after: async () => {
          for (const [index, delta] of [true, true, false, true].entries()) {
            await world.api('publish', { channel, data: long(index), delta });
          }
        },
      });
      return heard.slice(1).map((each) => {
        const { pub } = (each as JsonObject)['push'] as { readonly pub: JsonObject };
        const { data, delta = false } = pub;
        return { delta, isText: typeof data === 'string', isShort: textOf(data).length < 100 };
      });
    },
    expect: [true, true, false, true].map((wanted, index) => ({
      // There must be one before it.
      delta: wanted && index > 0,
      isText: true,
      isShort: wanted && index > 0,
    })),
  },
  {
    name: 'what is published while a client subscribes comes once and in order',
    row: 'recovery: stream, offset, buffered',
    kind: 'raw',
    profile: 'options',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('long:x');
      const numbers = Array.from({ length: WHILE_SUBSCRIBING }, (_, index) => index + 1);
      const publishing = world.publish(channel, ...numbers);
      const subscribe = { channel, recover: true, offset: 0, epoch: '' };
      const heard = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          await sleep(index * 5);
          return dialog(world, [{ subscribe }], { after: () => publishing });
        }),
      );
      return heard.map((each) => {
        const [reply, ...pushes] = each as readonly JsonObject[];
        const { publications = [] } = (reply?.['subscribe'] ?? {}) as JsonObject;
        const live = pushes.map(({ push }) => (push as JsonObject)['pub'] ?? null);
        const all = [...(publications as readonly JsonObject[]), ...(live as JsonObject[])];
        return all.every(({ data, offset }, at) => data === at + 1 && offset === at + 1)
          ? all.length
          : all.map(({ offset }) => offset ?? null);
      });
    },
    expect: Array.from({ length: 8 }, () => WHILE_SUBSCRIBING),
  },
  {
    name: 'no more is read, recovered and taken than the limits say',
    row: 'limits: history_max_publication_limit, recovery_max_publication_limit, max_length, max_request_body_size; recovery: limit; auth: ASCII; codes: 107',
    kind: 'raw',
    profile: 'small',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('long:x');
      await world.publish(channel, 1, 2, 3, 4);
      const recover = (offset: number): JsonObject => ({
        subscribe: { channel, recover: true, offset, epoch: '' },
      });
      const tooLong = `long:${'x'.repeat(40)}`;
      const body = JSON.stringify({
        id: 1,
        connect: { token: await world.token('ann'), data: 'x'.repeat(1_000) },
      });
      const status = async (path: string): Promise<number> => {
        const response = await fetch(`${world.url}/connection/${path}`, { method: 'POST', body });
        await response.body?.cancel();
        return response.status;
      };
      return {
        history: await dialog(world, [
          { subscribe: { channel } },
          { history: { channel, limit: 10 } },
          { history: { channel, limit: -1 } },
        ]),
        recovered: await dialog(world, [recover(2)]),
        tooMany: await dialog(world, [recover(1)]),
        tooLong: await dialog(world, [{ subscribe: { channel: tooLong } }]),
        publishedTooLong: await publish(world, tooLong),
        bodies: [await status('sse'), await status('http_stream'), await status('uni_sse')],
      };
    },
    expect: {
      history: [{ subscribe: { ...positioned, offset: 4 } }, { history: TWO }, { history: TWO }],
      recovered: [
        {
          subscribe: {
            ...recovered,
            offset: 2,
            publications: [
              { data: 3, offset: 3 },
              { data: 4, offset: 4 },
            ],
          },
        },
      ],
      tooMany: [{ subscribe: { ...positioned, offset: 4, was_recovering: true } }],
      tooLong: [{ error: 107 }],
      publishedTooLong: { error: 107 },
      bodies: [413, 413, 413],
    },
  },
];
