import { startRedis } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { openRedisStore } from './open.ts';

test('the number of partitions is fixed by who opens first', async () => {
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, partitions: 8 });
  await store.close();
  await expect(openRedisStore({ url: redis.url, partitions: 16 })).rejects.toMatchObject({
    code: 'incompatible',
    message: expect.stringMatching(/set partitions to 8/) as unknown,
  });
  const other = await openRedisStore({ url: redis.url, partitions: 16, prefix: 'other' });
  await other.close();
});

test('data of another schema is left alone', async () => {
  await using redis = await startRedis();
  await redis.command('SET', 'belfry:meta', '{"schema":99,"partitions":64}');
  await expect(openRedisStore({ url: redis.url })).rejects.toMatchObject({ code: 'incompatible' });
  await redis.command('SET', 'belfry:meta', 'what?');
  await expect(openRedisStore({ url: redis.url })).rejects.toMatchObject({ code: 'incompatible' });
});

test('a server that is not there is unavailable within the time-out', async () => {
  let url: string;
  {
    await using redis = await startRedis();
    url = redis.url;
  }
  const start = performance.now();
  await expect(openRedisStore({ url, timeoutMs: 300 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('a wrong password is told as what it is', async () => {
  await using redis = await startRedis();
  await redis.command('CONFIG', 'SET', 'requirepass', 'right');
  const url = redis.url.replace('redis://', 'redis://:wrong@');
  await expect(openRedisStore({ url, timeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/WRONGPASS/) as unknown,
  });
  const store = await openRedisStore({ url: redis.url.replace('redis://', 'redis://:right@') });
  await store.close();
});

test('a server that forbids CONFIG works, with a warning', async () => {
  await using redis = await startRedis();
  await redis.command('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all', '-config');
  const warnings: string[] = [];
  const store = await openRedisStore({
    url: redis.url.replace('redis://', 'redis://app:pw@'),
    onWarning: (warning) => warnings.push(warning),
  });
  expect(warnings.join()).toMatch(/does not allow CONFIG/);
  expect(await store.actors.send({ to: 'room/a', body: 'm' })).toBe('accepted');
  await store.close();
});

test('bad options are refused by name', async () => {
  const url = 'redis://127.0.0.1:1';
  await expect(openRedisStore({ url: 'nowhere' })).rejects.toMatchObject({ code: 'invalid' });
  await expect(openRedisStore({ url, prefix: 'a{b}' })).rejects.toThrow(/prefix/);
  await expect(openRedisStore({ url, partitions: 0 })).rejects.toThrow(/partitions/);
});

test('every script is sent again after the server has forgotten it', async () => {
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url });
  await store.actors.send({ to: 'room/a', body: '1' });
  await redis.command('SCRIPT', 'FLUSH');
  const sent = ['2', '3', '4'].map((body) => store.actors.send({ to: 'room/a', body }));
  expect(await Promise.all(sent)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(await store.actors.peek('room/a')).toMatchObject({ inboxLength: 4 });
  expect(store.counters()['noscript_reloads']).toBeGreaterThanOrEqual(2);
  await store.close();
});
