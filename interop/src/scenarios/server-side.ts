import type { JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';

/** Subscriptions that the server makes. */
export const serverSide: readonly Scenario[] = [
  {
    name: 'a subscription of the server recovers after a reconnect as well',
    row: 'recovery: stream, server-side subscriptions',
    run: async (world) => {
      const channel = world.name('stream:x');
      const token = await world.token('ann', { channels: [channel] });
      const ann = await world.connected('ann', { token });
      await ann.saw('server-subscribed');
      await world.publish(channel, 1);
      await ann.saw('server-publication');
      await ann.disconnect();
      await ann.saw('disconnected');
      await world.publish(channel, 2, 3);
      await ann.connect();
      await ann.saw('server-publication', 3);
      return ann.events.filter(({ channel: of }) => of !== undefined);
    },
    expect: [
      {
        on: 'server-subscribed',
        channel: 'stream:x',
        recoverable: true,
        positioned: true,
      },
      { on: 'server-publication', channel: 'stream:x', data: 1, offset: 1 },
      { on: 'server-subscribing', channel: 'stream:x' },
      {
        on: 'server-subscribed',
        channel: 'stream:x',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 1,
      },
      { on: 'server-publication', channel: 'stream:x', data: 2, offset: 2 },
      { on: 'server-publication', channel: 'stream:x', data: 3, offset: 3 },
    ],
  },
  {
    name: 'joins and leaves come to subscriptions of the server, too',
    row: 'join, leave; server-side subscriptions',
    run: async (world) => {
      const channel = world.name('chat:x');
      const token = await world.token('ann', { channels: [channel] });
      const ann = await world.connected('ann', { token });
      await ann.saw('server-join');
      const bob = await world.connected('bob');
      await (await bob.subscribe(channel)).saw('subscribed');
      await ann.saw('server-join', 2);
      await bob.disconnect();
      await ann.saw('server-leave');
      return ann.events.filter(({ on }) => on === 'server-join' || on === 'server-leave');
    },
    expect: [
      { on: 'server-join', channel: 'chat:x', info: { user: 'ann' } },
      { on: 'server-join', channel: 'chat:x', info: { user: 'bob' } },
      { on: 'server-leave', channel: 'chat:x', info: { user: 'bob' } },
    ],
  },
  {
    name: 'a unidirectional client recovers from the place that it names',
    row: 'endpoints: uni_websocket, uni_sse, uni_http_stream; recovery: stream',
    kind: 'raw',
    run: async (world) => {
      const channel = world.name('stream:x');
      const epoch = await world.publish(channel, 1, 2, 3);
      const request = {
        token: await world.token('ann'),
        subs: { [channel]: { recover: true, offset: 1, epoch } },
      };
      const body = JSON.stringify(request);
      const stream = await world.stream('/connection/uni_http_stream', { method: 'POST', body });
      const [line] = await stream.got(1);
      const { subs = {} } = (line?.['connect'] ?? {}) as JsonObject;
      const sub = ((subs as JsonObject)[channel] ?? {}) as JsonObject;
      const publications = (sub['publications'] ?? []) as readonly JsonObject[];
      return {
        recovered: sub['recovered'] ?? false,
        publications: publications.map(({ data, offset }) => [data ?? null, offset ?? null]),
      };
    },
    expect: {
      recovered: true,
      publications: [
        [2, 2],
        [3, 3],
      ],
    },
  },
];
