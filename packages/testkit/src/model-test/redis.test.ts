import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedis, type RedisServer } from '../redis-server.ts';
import { checkModel } from './check-model.ts';
import { modelSettings } from './model-settings.ts';

const { timeout, ...settings } = modelSettings(process.env, 60);

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

test('the Redis store on one server does what the model does', { timeout }, async () => {
  const report = await checkModel({ ...settings, open: openRedisAt(() => redis.url) });
  expect(report.scenarios).toBeGreaterThan(0);
});
