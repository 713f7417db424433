import type { Json } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';

/** Presence, joins and leaves. */
export const presence: readonly Scenario[] = [
  {
    name: 'presence names who is there, with the statistics',
    row: 'framing: presence, presence_stats; namespace options: presence',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('chat:room');
      const ann = await world.connected('ann', {
        token: await world.token('ann', { info: { name: 'Ann' } }),
      });
      const again = await world.connected('ann');
      const bob = await world.connected('bob');
      for (const client of [ann, again, bob]) {
        await (await client.subscribe(channel)).saw('subscribed');
      }
      const { ok = [] } = (await ann.presence(channel)) as { ok?: Json };
      return {
        presence: [...(ok as readonly Json[])].sort((left, right) =>
          JSON.stringify(left) < JSON.stringify(right) ? -1 : 1,
        ),
        stats: await ann.presenceStats(channel),
      };
    },
    expect: {
      presence: [{ user: 'ann', conn: { name: 'Ann' } }, { user: 'ann' }, { user: 'bob' }],
      stats: { ok: { clients: 3, users: 2 } },
    },
  },
  {
    name: 'force_push_join_leave tells everybody who comes and goes',
    row: 'pushes: join, leave; namespace options: force_push_join_leave',
    isQuick: true,
    run: async (world) => {
      const channel = world.name('chat:room');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      // One's own join comes too.
      await sub.saw('join');
      const bob = await world.connected('bob');
      const bobs = await bob.subscribe(channel);
      await sub.saw('join', 2);
      await bobs.unsubscribe();
      await sub.saw('leave');
      await bobs.subscribe();
      await sub.saw('join', 3);
      await bob.disconnect();
      await sub.saw('leave', 2);
      return sub.events.filter(({ on }) => on === 'join' || on === 'leave');
    },
    expect: [
      { on: 'join', info: { user: 'ann' } },
      { on: 'join', info: { user: 'bob' } },
      { on: 'leave', info: { user: 'bob' } },
      { on: 'join', info: { user: 'bob' } },
      { on: 'leave', info: { user: 'bob' } },
    ],
  },
  {
    name: 'with join_leave alone only those are told who ask',
    row: 'pushes: join, leave; namespace options: join_leave',
    run: async (world) => {
      const channel = world.name('asked:room');
      const ann = await world.connected('ann');
      const asks = await ann.subscribe(channel, { joinLeave: true });
      await asks.saw('join');
      const bob = await world.connected('bob');
      const silent = await bob.subscribe(channel);
      await asks.saw('join', 2);
      const eve = await world.connected('eve');
      await eve.subscribe(channel);
      await asks.saw('join', 3);
      await bob.publish(channel, 'last');
      await silent.saw('publication');
      return {
        asks: asks.events.filter(({ on }) => on === 'join'),
        silent: silent.events.map(({ on }) => on ?? null),
      };
    },
    expect: {
      asks: [
        { on: 'join', info: { user: 'ann' } },
        { on: 'join', info: { user: 'bob' } },
        { on: 'join', info: { user: 'eve' } },
      ],
      silent: ['subscribing', 'subscribed', 'publication'],
    },
  },
];
