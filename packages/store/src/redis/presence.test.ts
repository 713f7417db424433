import type { ActorKey } from '@belfry/protocol';
import { startRedis, virtualClock, type RedisServer } from '@belfry/testkit';
import { expect, test } from 'vitest';
import type { PresenceUpdate } from '../channel-store.ts';
import { allPartitions } from '../partition.ts';
import { openRedisStore } from './open.ts';

const PEOPLE = 600;
const ACTOR: ActorKey = 'room/a';

/** The connection of the n-th person, whose earlier one was another. */
function entry(n: number, round: number): PresenceUpdate {
  const user = `user-${n}`;
  return {
    channel: `control:${ACTOR}`,
    client: `client-${n}-${round}`,
    user,
    infoJson: '{}',
    ttlMs: 15_000,
    events: { actor: ACTOR, enter: `enter ${user}`, leave: `leave ${user}`, mustExist: false },
  };
}

/** How often the server, scripts included, was asked for a field of a hash. */
async function reads(redis: RedisServer): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'));
  return Number(/cmdstat_hget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

test('a crowd that comes back after it expired is not looked through for each of it', async () => {
  await using redis = await startRedis();
  const clock = virtualClock();
  const store = await openRedisStore({ url: redis.url, partitions: 1, now: clock.now });
  const everyone = (round: number): PresenceUpdate[] =>
    Array.from({ length: PEOPLE }, (_, n) => entry(n, round));
  await store.channels.updatePresence(everyone(1));
  clock.advance(15_001);
  const before = await reads(redis);
  expect(new Set(await store.channels.updatePresence(everyone(2)))).toEqual(new Set(['entered']));
  expect((await reads(redis)) - before).toBeLessThan(30 * PEOPLE);

  const [partition] = allPartitions(1);
  const { claimed } = await store.actors.claim({
    partition: partition as NonNullable<typeof partition>,
    holder: 'h',
    overdueMs: { message: 0, tick: 0 },
    limit: 1,
    leaseMs: 1_000,
    maxMessages: 10_000,
  });
  const heard = Map.groupBy(claimed[0]?.messages ?? [], ({ body }) => body.split(' ')[1]);
  expect(heard.size).toBe(PEOPLE);
  for (const [user, messages] of heard) {
    const bodies = messages.map(({ body }) => body);
    expect(bodies).toEqual([`enter ${user}`, `leave ${user}`, `enter ${user}`]);
  }
  expect(store.counters()['presence_expired']).toBe(PEOPLE);
  await store.close();
});
