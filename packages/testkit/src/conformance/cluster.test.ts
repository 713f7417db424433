import { afterAll, beforeAll } from 'vitest';
import { startRedisCluster, type RedisCluster } from '../redis-cluster.ts';
import { describeStore } from './describe-store.ts';
import { openRedisAt } from './open-redis.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

describeStore(
  'the Redis store on a cluster of three masters',
  openRedisAt(() => cluster.url),
);
