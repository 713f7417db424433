import { afterAll, beforeAll, describe } from 'vitest';
import type { RedisServer } from '../redis-server.ts';
import { startValkey, whyNoValkey } from '../valkey-server.ts';
import { describeStore } from './describe-store.ts';
import { openRedisAt } from './open-redis.ts';

const reason = await whyNoValkey(process.env['PATH'] ?? '');
if (reason !== null) console.warn(`The conformance suite is not run on Valkey: ${reason}.`);

let valkey: RedisServer;

describe.skipIf(reason !== null)('on Valkey', () => {
  beforeAll(async () => {
    valkey = await startValkey();
  });
  afterAll(() => valkey[Symbol.asyncDispose]());

  describeStore(
    'the Redis store',
    openRedisAt(() => valkey.url),
  );
});
