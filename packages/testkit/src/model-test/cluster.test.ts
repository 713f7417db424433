import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedisCluster, type RedisCluster } from '../redis-cluster.ts';
import { checkModel } from './check-model.ts';
import { modelSettings } from './model-settings.ts';

const { timeout, ...settings } = modelSettings(process.env, 15);

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

test('the Redis store on a cluster does what the model does', { timeout }, async () => {
  const report = await checkModel({ ...settings, open: openRedisAt(() => cluster.url) });
  expect(report.scenarios).toBeGreaterThan(0);
});
