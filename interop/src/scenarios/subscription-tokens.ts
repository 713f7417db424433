import type { Json } from '../json.ts';
import type { SubscribeOptions } from '../sdk/client.ts';
import type { Scenario } from '../suite/scenario.ts';
import { seconds } from '../suite/tokens.ts';
import type { World } from '../suite/world.ts';

/** How a subscription with these options ends up: `subscribed`, or the code that it or its client ended with. */
async function outcome(
  world: World,
  channel: string,
  options: SubscribeOptions,
): Promise<string | number> {
  const client = await world.connected('ann');
  const sub = await client.subscribe(channel, options);
  const end = await Promise.race([
    sub.saw('subscribed').then(() => 'subscribed'),
    sub.saw('unsubscribed').then(({ code }) => Number(code)),
    client.saw('disconnected').then(({ code }) => Number(code)),
  ]);
  await client.disconnect();
  return end;
}

/** Subscription tokens, private and user-limited channels. */
export const subscriptionTokens: readonly Scenario[] = [
  {
    name: 'a subscription token opens its channel for its user, and nothing else',
    row: 'auth: subscription tokens sub, channel, private channels; codes: 103, 3500',
    run: async (world) => {
      const [shut, secret] = [world.name('closed:x'), world.name('$closed:x')];
      const token = (user: string, channel: string): Promise<string> =>
        world.subscriptionToken(user, channel);
      return {
        good: await outcome(world, shut, { token: await token('ann', shut) }),
        private: await outcome(world, secret, { token: await token('ann', secret) }),
        garbage: await outcome(world, shut, { token: 'garbage' }),
        otherChannel: await outcome(world, shut, { token: await token('ann', secret) }),
        otherUser: await outcome(world, shut, { token: await token('bob', shut) }),
        connectionToken: await outcome(world, shut, { token: await world.token('ann') }),
      };
    },
    expect: {
      good: 'subscribed',
      private: 'subscribed',
      garbage: 103,
      otherChannel: 3500,
      otherUser: 3500,
      connectionToken: 103,
    },
  },
  {
    name: 'with an expired subscription token the SDK gets a new one and subscribes',
    row: 'auth: subscription tokens; codes: 109 token expired',
    run: async (world) => {
      const channel = world.name('closed:x');
      const client = await world.connected('ann');
      const sub = await client.subscribe(channel, {
        token: await world.subscriptionToken('ann', channel, { exp: seconds(-10) }),
        tokens: [await world.subscriptionToken('ann', channel)],
      });
      await sub.saw('subscribed');
      return { events: sub.events, errors: sub.errors };
    },
    expect: {
      events: [{ on: 'subscribing', code: 0 }, { on: 'subscribed' }],
      errors: [109],
    },
  },
  {
    name: 'a user that gets no subscription token is not subscribed',
    row: 'auth: subscription tokens',
    run: async (world) => {
      const client = await world.connected('ann');
      const sub = await client.subscribe(world.name('closed:x'), { tokens: [null] });
      await sub.saw('unsubscribed');
      return sub.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      { on: 'unsubscribed', code: 1 },
    ],
  },
  {
    name: 'a subscription token is refreshed before it expires, and the subscription goes on',
    row: 'auth: refresh of subscription tokens',
    run: async (world) => {
      const channel = world.name('closed:x');
      const client = await world.connected('ann');
      const sub = await client.subscribe(channel, {
        token: await world.subscriptionToken('ann', channel, { exp: seconds(3) }),
        tokens: [await world.subscriptionToken('ann', channel, { exp: seconds(3_600) })],
      });
      await sub.saw('subscribed');
      await new Promise((resolve) => {
        setTimeout(resolve, 5_500);
      });
      await world.publish(channel, 1);
      await sub.saw('publication');
      return sub.events;
    },
    expect: [{ on: 'subscribing', code: 0 }, { on: 'subscribed' }, { on: 'publication', data: 1 }],
  },
  {
    name: 'a subscription that is not refreshed ends with 2501',
    row: 'auth: expiry of subscription tokens; codes: 2501 expired',
    kind: 'raw',
    run: async (world) => {
      const channel = world.name('closed:x');
      const socket = await world.socket();
      socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
      const token = await world.subscriptionToken('ann', channel, { exp: seconds(4) });
      socket.send(JSON.stringify({ id: 2, subscribe: { channel, token } }));
      const replies = await socket.got(3);
      const { ttl = 0, ...subscribed } = (replies[1]?.['subscribe'] ?? {}) as Record<
        string,
        number
      >;
      const { push = null } = (replies[2] ?? {}) as Record<string, Json>;
      const { unsubscribe = {}, ...rest } = (push ?? {}) as Record<string, Record<string, Json>>;
      return {
        hasTtl: ttl > 0 && ttl <= 4,
        subscribed,
        push: { ...rest, code: unsubscribe['code'] ?? null },
      };
    },
    expect: {
      hasTtl: true,
      subscribed: { expires: true } as unknown as Json,
      push: { channel: 'closed:x', code: 2501 },
    },
  },
  {
    name: 'a subscription token gives the channel information that others see',
    row: 'auth: claims info of subscription tokens',
    run: async (world) => {
      const channel = world.name('chat:x');
      const ann = await world.connected('ann');
      const token = await world.subscriptionToken('ann', channel, { info: { seat: 7 } });
      const sub = await ann.subscribe(channel, { token });
      await sub.saw('subscribed');
      await ann.publish(channel, 'hi');
      await sub.saw('publication');
      return {
        presence: await ann.presence(channel),
        publications: sub.events.filter(({ on }) => on === 'publication'),
      };
    },
    expect: {
      presence: { ok: [{ user: 'ann', chan: { seat: 7 } }] },
      publications: [
        { on: 'publication', data: 'hi', offset: 1, info: { user: 'ann', chan: { seat: 7 } } },
      ],
    },
  },
  {
    name: 'user-limited channels are open to the users they name',
    row: 'auth: user-limited channels; namespace options: allow_user_limited_channels',
    run: async (world) => {
      const [ann, bob] = [world.name('ann'), world.name('bob')];
      return {
        own: await outcome(world, `dialog:x#${ann},${bob}`, {}),
        others: await outcome(world, `dialog:x#${bob}`, {}),
        unlimited: await outcome(world, world.name('dialog:x'), {}),
        optionOff: await outcome(world, `plain:x#${bob}`, {}),
      };
    },
    expect: { own: 'subscribed', others: 103, unlimited: 'subscribed', optionOff: 'subscribed' },
  },
];
