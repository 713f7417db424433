import {
  freePort,
  startRedis,
  startRedisCluster,
  waitFor,
  type RedisServer,
} from '@belfry/testkit';
import { expect, test } from 'vitest';
import { partitionOf } from '../partition.ts';
import { openRedisStore } from './open.ts';
import { slotOf } from './slot.ts';

const PARTITIONS = 8;
const HISTORY = { size: 100, ttlMs: 600_000, metaTtlMs: 600_000 };

async function startReplica(master: RedisServer): Promise<RedisServer> {
  const busPort = await freePort();
  const replica = await startRedis({
    settings: { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) },
  });
  const masterBus = /@(\d+)/.exec(await master.command('CLUSTER', 'NODES'))?.[1] ?? '';
  const own = (await master.command('CLUSTER', 'NODES'))
    .split('\n')
    .find((line) => line.includes('myself'));
  const port = /@(\d+)/.exec(own ?? '')?.[1] ?? masterBus;
  await replica.command('CLUSTER', 'MEET', '127.0.0.1', master.port, port);
  const id = await master.command('CLUSTER', 'MYID');
  await waitFor(async () => (await replica.command('CLUSTER', 'NODES')).includes(id), {
    timeoutMs: 15_000,
  });
  await waitFor(async () => (await replica.command('CLUSTER', 'REPLICATE', id)) === 'OK', {
    timeoutMs: 15_000,
  });
  await waitFor(
    async () => (await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    {
      timeoutMs: 15_000,
    },
  );
  return replica;
}

test('when a replica takes over from a master that died, work and delivery go on with it', async () => {
  await using cluster = await startRedisCluster();
  const [master, other] = cluster.nodes as [RedisServer, RedisServer];
  await using replica = await startReplica(master);
  await waitFor(
    async () => (await other.command('CLUSTER', 'INFO')).includes('cluster_known_nodes:4'),
    {
      timeoutMs: 15_000,
    },
  );
  const store = await openRedisStore({
    url: `${cluster.url},redis://127.0.0.1:${other.port}`,
    partitions: PARTITIONS,
  });
  const partition = Array.from({ length: PARTITIONS }, (_, p) => p).find(
    (p) => slotOf(String(p)) < Math.floor(16_384 / 3),
  ) as number;
  let key = 'a';
  while (partitionOf(key, PARTITIONS) !== partition) key += 'a';
  const bodies: string[] = [];
  const interrupted: string[] = [];
  store.channels.attach({
    onPublication: (_channel, { body }) => bodies.push(body),
    onSignal: () => undefined,
    onInterrupted: (channels) => interrupted.push(...(channels === 'all' ? ['all'] : channels)),
  });
  await store.channels.subscribe(`news:${key}`);
  expect(await store.actors.send({ to: `room/${key}`, body: '1' })).toBe('accepted');
  const before = await store.actors.peek(`room/${key}`);

  await master.kill();
  expect(await replica.command('CLUSTER', 'FAILOVER', 'TAKEOVER')).toBe('OK');
  await waitFor(
    async () => (await store.actors.send({ to: `room/${key}`, body: '2', id: '2' })) !== 'full',
    { timeoutMs: 30_000 },
  );
  expect(await store.actors.peek(`room/${key}`)).toMatchObject({
    inboxLength: (before?.inboxLength ?? 0) + 1,
  });
  await waitFor(() => interrupted.length > 0, { timeoutMs: 15_000 });
  expect(interrupted).toContain(`news:${key}`);
  await store.channels.publish({
    channel: `news:${key}`,
    body: 'after',
    origin: '',
    history: HISTORY,
  });
  await waitFor(() => bodies.includes('after'));
  await store.close();
}, 90_000);
