import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedis, type RedisServer } from '../redis-server.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 60);

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

// Enough for the runs, and to make a failure shorter.
const timeLimitMs = Math.max(40_000, 1_000 * runs);
const timeout = timeLimitMs + 80_000;

test('the Redis store on one server does what the model does', { timeout }, async () => {
  const report = await checkModel({ open: openRedisAt(() => redis.url), runs, timeLimitMs });
  expect(report.scenarios).toBeGreaterThan(0);
});
