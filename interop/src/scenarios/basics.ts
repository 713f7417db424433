import type { Scenario } from '../suite/scenario.ts';

const payload = { text: 'é\u2028 "quoted" \\ 😀', list: [1, 2.5, null, true], empty: {} };

/** The commands that every application begins with. */
export const basics: readonly Scenario[] = [
  {
    name: 'a client connects, subscribes, publishes, hears itself and leaves',
    row: 'framing: connect, subscribe, publish, unsubscribe',
    isQuick: true,
    run: async (world) => {
      const ann = await world.connected('ann', {
        token: await world.token('ann', { info: { name: 'Ann' } }),
      });
      const sub = await ann.subscribe(world.name('plain:room'));
      await sub.saw('subscribed');
      const published = await ann.publish(sub.channel, payload);
      await sub.saw('publication');
      await sub.unsubscribe();
      await sub.saw('unsubscribed');
      await ann.disconnect();
      await ann.saw('disconnected');
      return { client: ann.events, subscription: sub.events, published };
    },
    expect: {
      client: [{ on: 'connecting', code: 0 }, { on: 'connected' }, { on: 'disconnected', code: 0 }],
      subscription: [
        { on: 'subscribing', code: 0 },
        { on: 'subscribed' },
        { on: 'publication', data: payload, info: { user: 'ann', conn: { name: 'Ann' } } },
        { on: 'unsubscribed', code: 0 },
      ],
      published: { ok: {} },
    },
  },
  {
    name: 'two clients hear each other, until one unsubscribes',
    row: 'framing: publication; pushes: pub',
    run: async (world) => {
      const ann = await world.connected('ann');
      const bob = await world.connected('bob');
      const channel = world.name('plain:room');
      const anns = await ann.subscribe(channel);
      const bobs = await bob.subscribe(channel);
      await anns.saw('subscribed');
      await bobs.saw('subscribed');
      await ann.publish(channel, 1);
      await bobs.saw('publication');
      await bobs.unsubscribe();
      await bobs.saw('unsubscribed');
      await ann.publish(channel, 2);
      await anns.saw('publication', 2);
      await bobs.subscribe();
      await bobs.saw('subscribed', 2);
      await ann.publish(channel, 3);
      await bobs.saw('publication', 2);
      return bobs.events;
    },
    expect: [
      { on: 'subscribing', code: 0 },
      { on: 'subscribed' },
      { on: 'publication', data: 1, info: { user: 'ann' } },
      { on: 'unsubscribed', code: 0 },
      { on: 'subscribing', code: 0 },
      { on: 'subscribed' },
      { on: 'publication', data: 3, info: { user: 'ann' } },
    ],
  },
  {
    name: 'a call of rpc.ping is answered, an unknown method is not',
    row: 'codes: 104 method not found',
    isQuick: true,
    run: async (world) => {
      const ann = await world.connected('ann');
      return { ping: await ann.rpc('ping', {}), unknown: await ann.rpc('nope', {}) };
    },
    expect: { ping: { ok: null }, unknown: { error: 104 } },
  },
  {
    name: 'a channel that is refused says why, and the connection goes on',
    row: 'codes: 102 unknown channel, 103 permission denied, 107 bad request',
    isQuick: true,
    run: async (world) => {
      const ann = await world.connected('ann');
      const refusal = async (channel: string): Promise<number> => {
        const sub = await ann.subscribe(channel);
        return Number((await sub.saw('unsubscribed'))['code']);
      };
      return {
        unknown: await refusal(world.name('nowhere:x')),
        closed: await refusal(world.name('closed:x')),
        tooLong: await refusal(world.name(`plain:${'x'.repeat(300)}`)),
        notAscii: await refusal(world.name('plain:é')),
        notAsNamed: await refusal(world.name('named:UPPER')),
        private: await refusal(world.name('$plain:x')),
        alive: await ann.publish(world.name('bare:x'), 1),
        client: ann.events,
      };
    },
    expect: {
      unknown: 102,
      closed: 103,
      tooLong: 107,
      notAscii: 107,
      notAsNamed: 107,
      private: 103,
      alive: { error: 103 },
      client: [{ on: 'connecting', code: 0 }, { on: 'connected' }],
    },
  },
  {
    name: 'what a client may not do, and what a channel does not have, is answered with an error',
    row: 'codes: 102, 103, 108 not available; namespace options allow_*',
    isQuick: true,
    run: async (world) => {
      const ann = await world.connected('ann');
      const bare = await ann.subscribe(world.name('bare:x'));
      await bare.saw('subscribed');
      const outside = world.name('chat:outside');
      const anyone = world.name('anyone:x');
      return {
        publish: await ann.publish(bare.channel, 1),
        history: await ann.history(bare.channel),
        presence: await ann.presence(bare.channel),
        presenceStats: await ann.presenceStats(bare.channel),
        outsidePublish: await ann.publish(outside, 1),
        outsideHistory: await ann.history(outside),
        outsidePresence: await ann.presence(outside),
        unknownPublish: await ann.publish(world.name('nowhere:x'), 1),
        unknownHistory: await ann.history(world.name('nowhere:x')),
        unknownPresence: await ann.presenceStats(world.name('nowhere:x')),
        anyonePublish: await ann.publish(anyone, 1),
        anyonePresence: await ann.presence(anyone),
      };
    },
    expect: {
      publish: { error: 103 },
      history: { error: 108 },
      presence: { error: 108 },
      presenceStats: { error: 108 },
      outsidePublish: { error: 103 },
      outsideHistory: { error: 103 },
      outsidePresence: { error: 103 },
      unknownPublish: { error: 102 },
      unknownHistory: { error: 102 },
      unknownPresence: { error: 102 },
      anyonePublish: { ok: {} },
      anyonePresence: { ok: [] },
    },
  },
  {
    name: 'publication_data_format decides which payloads are taken',
    row: 'namespace options: publication_data_format',
    run: async (world) => {
      const ann = await world.connected('ann');
      const json = await ann.subscribe(world.name('json:x'));
      await json.saw('subscribed');
      const published = await ann.publish(json.channel, { a: 1 });
      await json.saw('publication');
      return { published, events: json.events.slice(2) };
    },
    expect: {
      published: { ok: {} },
      events: [{ on: 'publication', data: { a: 1 }, info: { user: 'ann' } }],
    },
  },
];
