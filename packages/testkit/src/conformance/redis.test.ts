import { afterAll, beforeAll } from 'vitest';
import { startRedis, type RedisServer } from '../redis-server.ts';
import { describeStore } from './describe-store.ts';
import { openRedisAt } from './open-redis.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

describeStore(
  'the Redis store on one server',
  openRedisAt(() => redis.url),
);
