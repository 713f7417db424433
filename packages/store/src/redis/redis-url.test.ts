import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';
import { slotOf } from './slot.ts';

test('a plain URL names one server', () => {
  expect(parseRedisUrl('redis://127.0.0.1:7000/2')).toEqual({
    seeds: [{ host: '127.0.0.1', port: 7000 }],
    tls: false,
    username: undefined,
    password: undefined,
    database: 2,
    cluster: false,
  });
});

test('credentials are decoded, TLS and the default port are understood', () => {
  expect(parseRedisUrl('rediss://ann:p%40ss@cache.example')).toMatchObject({
    seeds: [{ host: 'cache.example', port: 6379 }],
    tls: true,
    username: 'ann',
    password: 'p@ss',
  });
  expect(parseRedisUrl('redis://[::1]:7000').seeds).toEqual([{ host: '::1', port: 7000 }]);
});

test('several seeds or +cluster mean a Cluster', () => {
  expect(parseRedisUrl('redis://a:1,b:2, redis://c:3')).toMatchObject({
    seeds: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: 'c', port: 3 },
    ],
    cluster: true,
  });
  expect(parseRedisUrl('redis+cluster://a:1').cluster).toBe(true);
});

test('what is wrong with a URL is said without its password', () => {
  for (const url of [
    'http://:secret@a',
    'redis://:secret@',
    'redis://:secret@a/x',
    'redis://:secret@a:1/1,b:2',
  ]) {
    expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => parseRedisUrl(url)).not.toThrow(/secret/);
  }
});

test('slots are those of the Cluster specification', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('foo')).toBe(12182);
});
