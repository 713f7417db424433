import { afterAll, beforeAll, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedisCluster, type RedisCluster } from '../redis-cluster.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 15);

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

test('the Redis store on a cluster does what the model does', { timeout: 0 }, async () => {
  await checkModel({
    open: openRedisAt(() => cluster.url),
    runs,
    timeLimitMs: Math.max(40_000, 3_000 * runs),
  });
});
