import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedisCluster, type RedisCluster } from '../redis-cluster.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 15);

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

// Enough for the runs, and to make a failure shorter.
const timeLimitMs = Math.max(40_000, 3_000 * runs);
const timeout = timeLimitMs + 80_000;

test('the Redis store on a cluster does what the model does', { timeout }, async () => {
  const report = await checkModel({ open: openRedisAt(() => cluster.url), runs, timeLimitMs });
  expect(report.scenarios).toBeGreaterThan(0);
});
