import { expect, test } from 'vitest';
import { checkVersion, readInfo, settingsWarnings } from './server-info.ts';

const info = (...lines: string[]): ReturnType<typeof readInfo> =>
  readInfo(`# Server\r\n${lines.join('\r\n')}`);

test('Redis 7.0 and Valkey will do, older ones are refused', () => {
  expect(() => checkVersion(info('redis_version:7.0.15'))).not.toThrow();
  expect(() => checkVersion(info('redis_version:7.2.4', 'valkey_version:8.1.0'))).not.toThrow();
  expect(() => checkVersion(info('redis_version:6.2.14'))).toThrow(
    expect.objectContaining({ code: 'unsupported' }),
  );
});

test('a server that appends every write and evicts nothing has no warnings', () => {
  const config = new Map([
    ['appendfsync', 'always'],
    ['save', ''],
  ]);
  expect(settingsWarnings(info('maxmemory_policy:noeviction', 'aof_enabled:1'), config)).toEqual(
    [],
  );
});

test('each risky setting has a warning of its own', () => {
  const warnings = (aof: string, config: [string, string][]): string =>
    settingsWarnings(
      info('maxmemory_policy:noeviction', `aof_enabled:${aof}`),
      new Map(config),
    ).join();
  expect(
    settingsWarnings(info('maxmemory_policy:allkeys-lru', 'aof_enabled:1'), new Map()).join(),
  ).toMatch(/maxmemory-policy is allkeys-lru.*noeviction/);
  expect(warnings('1', [['appendfsync', 'everysec']])).toMatch(/one second/);
  expect(warnings('1', [['appendfsync', 'no']])).toMatch(/half a minute/);
  expect(warnings('0', [['save', '']])).toMatch(/persistence is off/);
  expect(warnings('0', [['save', '3600 1']])).toMatch(/only snapshots/);
});

test('a server that forbids CONFIG is said to be unchecked', () => {
  expect(
    settingsWarnings(info('maxmemory_policy:noeviction', 'aof_enabled:0'), null).join(),
  ).toMatch(/could not be checked/);
});
