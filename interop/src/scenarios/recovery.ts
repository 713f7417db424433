import type { JsonObject } from '../json.ts';
import { onlyJs, type Scenario } from '../suite/scenario.ts';
import type { Client, SubscribeOptions, Subscription } from '../sdk/client.ts';
import type { World } from '../suite/world.ts';

interface Away {
  readonly client: Client;
  readonly subscription: Subscription;
}

/** A client subscribes, hears publication 1 and goes away; `meanwhile` happens; it comes back and hears `last`. */
async function comeBack(
  world: World,
  channel: string,
  { options = {}, meanwhile }: { options?: SubscribeOptions; meanwhile: () => Promise<unknown> },
): Promise<readonly JsonObject[]> {
  const { client, subscription } = await goAway(world, channel, options);
  await meanwhile();
  await client.connect();
  await subscription.saw('subscribed', 2);
  await world.publish(channel, 'last');
  for (;;) {
    const { length } = subscription.events;
    const last = subscription.events.findLast(({ on }) => on === 'publication');
    if (last?.['data'] === 'last') return subscription.events.slice(2);
    await subscription.saw('publication', count(subscription, length) + 1);
  }
}

function count({ events }: Subscription, upTo: number): number {
  return events.slice(0, upTo).filter(({ on }) => on === 'publication').length;
}

async function goAway(world: World, channel: string, options: SubscribeOptions): Promise<Away> {
  const client = await world.connected('ann');
  const subscription = await client.subscribe(channel, options);
  await subscription.saw('subscribed');
  await world.publish(channel, 1);
  await subscription.saw('publication');
  await client.disconnect();
  await client.saw('disconnected');
  return { client, subscription };
}

/** Recovery and positions. */
export const recovery: readonly Scenario[] = [
  {
    name: 'what was missed comes after a reconnect, once and in order',
    row: 'recovery: stream, position; namespace options: force_recovery',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      return await comeBack(world, channel, { meanwhile: () => world.publish(channel, 2, 3) });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 1,
      },
      { on: 'publication', data: 2, offset: 2 },
      { on: 'publication', data: 3, offset: 3 },
      { on: 'publication', data: 'last', offset: 4 },
    ],
  },
  {
    name: 'when nothing was missed, it is recovered with nothing',
    row: 'recovery: stream, position; namespace options: force_recovery',
    run: async (world) => {
      const channel = world.name('stream:x');
      return await comeBack(world, channel, { meanwhile: async () => undefined });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 1,
      },
      { on: 'publication', data: 'last', offset: 2 },
    ],
  },
  {
    name: 'when history is too short, the client is told that it lost something',
    row: 'recovery: stream, unrecovered',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('stream:x');
      return await comeBack(world, channel, {
        meanwhile: () => world.publish(channel, 2, 3, 4, 5, 6, 7, 8),
      });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      { on: 'subscribed', recoverable: true, positioned: true, wasRecovering: true, offset: 8 },
      { on: 'publication', data: 'last', offset: 9 },
    ],
  },
  {
    name: 'when history was removed, the client is told that it lost something',
    row: 'recovery: stream, unrecovered; server API: history_remove',
    run: async (world) => {
      const channel = world.name('stream:x');
      return await comeBack(world, channel, {
        meanwhile: async () => {
          await world.publish(channel, 2, 3);
          await world.api('history_remove', { channel });
        },
      });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      { on: 'subscribed', recoverable: true, positioned: true, wasRecovering: true, offset: 3 },
      { on: 'publication', data: 'last', offset: 4 },
    ],
  },
  {
    name: 'recovery at the client’s wish',
    row: 'namespace options: allow_recovery',
    run: async (world) => {
      const channel = world.name('wish:x');
      return await comeBack(world, channel, {
        options: { recoverable: true },
        meanwhile: () => world.publish(channel, 2),
      });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 1,
      },
      { on: 'publication', data: 2, offset: 2 },
      { on: 'publication', data: 'last', offset: 3 },
    ],
  },
  {
    name: 'positions at the client’s wish, or always, do not recover',
    row: 'namespace options: allow_positioning, force_positioning',
    run: async (world) => {
      const seen = [];
      for (const [channel, options] of [
        [world.name('wish:x'), { positioned: true }],
        [world.name('placed:x'), {}],
        [world.name('wish:y'), {}],
      ] as const) {
        const client = await world.connected('ann');
        const subscription = await client.subscribe(channel, options);
        seen.push(await subscription.saw('subscribed'));
      }
      return seen;
    },
    expect: [
      { on: 'subscribed', positioned: true },
      { on: 'subscribed', positioned: true },
      { on: 'subscribed' },
    ],
  },
  {
    name: 'in cache mode the latest publication comes, and no other',
    row: 'recovery: cache; namespace options: force_recovery_mode',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('cache:x');
      return await comeBack(world, channel, { meanwhile: () => world.publish(channel, 2, 3, 4) });
    },
    expect: [
      { on: 'publication', data: 1, offset: 1 },
      { on: 'subscribing', code: 1 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 1,
      },
      { on: 'publication', data: 4, offset: 4 },
      { on: 'publication', data: 'last', offset: 5 },
    ],
  },
  {
    name: 'in cache mode a newcomer who asks gets the latest publication',
    row: 'recovery: cache; namespace options: force_recovery_mode',
    not: onlyJs('option `since`'),
    run: async (world) => {
      const channel = world.name('cache:x');
      await world.publish(channel, 1, 2);
      const client = await world.connected('ann');
      const subscription = await client.subscribe(channel, { since: {} });
      await subscription.saw('publication');
      return subscription.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
      },
      { on: 'publication', data: 2, offset: 2 },
    ],
  },
  {
    name: 'a place that cannot be recovered from is refused when the client wishes so, and it loads its state anew',
    row: 'recovery: flag 2; codes: 112 unrecoverable position',
    run: async (world) => {
      const channel = world.name('stream:x');
      const epoch = await world.publish(channel, 1, 2, 3);
      const client = await world.connected('ann');
      const subscription = await client.subscribe(channel, {
        states: [
          { offset: 1, epoch: 'another' },
          { offset: 2, epoch },
        ],
      });
      await subscription.saw('publication');
      return subscription.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      {
        on: 'subscribed',
        recoverable: true,
        positioned: true,
        wasRecovering: true,
        recovered: true,
        offset: 2,
      },
      { on: 'publication', data: 3, offset: 3 },
    ],
  },
];
