import { afterAll, beforeAll, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startRedis, type RedisServer } from '../redis-server.ts';
import { checkModel } from './check-model.ts';

const runs = Number(process.env['BELFRY_MODEL_RUNS'] ?? 60);

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

test('the Redis store on one server does what the model does', { timeout: 0 }, async () => {
  await checkModel({
    open: openRedisAt(() => redis.url),
    runs,
    timeLimitMs: Math.max(40_000, 1_000 * runs),
  });
});
