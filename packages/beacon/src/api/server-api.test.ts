import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor } from '../testing/beacon-rig.ts';
import { apiKeys, FULL_ACCESS, type ApiKey } from './api-key.ts';
import { createServerApi, type ServerApiService } from './server-api.ts';
import { openMemoryStore } from '../testing/stores.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'news',
        presence: true,
        join_leave: true,
        force_push_join_leave: true,
        history_size: 10,
        history_ttl: '60s',
        allow_subscribe_for_client: true,
      },
    ],
  },
};

/** Calls as the holder of a key; gives the error's code, 0 for none. */
function callerWith(api: ServerApiService, key: Omit<ApiKey, 'name' | 'key'>) {
  const access = apiKeys([{ name: 'a key', key: 'k', ...key }])('k');
  if (access === null) throw new Error('the key is not known');
  return async (method: string, request: object): Promise<unknown> => {
    const { error, json } = await api.call(method, JSON.stringify(request), access);
    return method === 'batch' ? JSON.parse(json) : (error?.code ?? 0);
  };
}

// Regression: what a token is not told for a channel is for connections, which a key for some channels may not touch.
it('a key for some channels is for nothing else, by whatever way', async () => {
  await using store = await openMemoryStore();
  await using rig = await startBeacon(store, config);
  const api = createServerApi({ control: rig.beacon.control, onError: () => {} });
  const call = callerWith(api, { channels: ['news:mine*'] });
  expect(await call('publish', { channel: 'news:mine', data: 1 })).toBe(0);
  const forbidden: readonly (readonly [string, object])[] = [
    ['publish', { channel: 'news:other', data: 1 }],
    ['broadcast', { channels: ['news:mine', 'news:other'], data: 1 }],
    ['broadcast', { channels: ['news:mine', ''], data: 1 }],
    ['subscribe', { user: 'ann', channel: 'news:other' }],
    ['unsubscribe', { user: 'ann', channel: '' }],
    ['presence', { channel: 'news:other' }],
    ['history', { channel: '$news:mine' }],
    ['history_remove', { channel: ' news:mine' }],
    ['invalidate_user_tokens', { user: 'ann' }],
    ['invalidate_user_tokens', { user: 'ann', channel: '' }],
    ['invalidate_user_tokens', { user: 'ann', channel: null }],
    ['invalidate_user_tokens', { user: 'ann', channel: 'news:other' }],
    ['disconnect', { user: 'ann' }],
    ['refresh', { user: 'ann' }],
    ['block_user', { user: 'ann' }],
    ['revoke_token', { uid: 'x' }],
    ['connections', { channel: 'news:mine' }],
    ['channels', { pattern: 'news:mine*' }],
    ['rpc', { method: 'x' }],
    ['info', {}],
  ];
  for (const [method, request] of forbidden) {
    expect([method, await call(method, request)]).toEqual([method, 103]);
    const batch = { commands: [{ [method]: request }] };
    expect(await call('batch', batch)).toMatchObject({ replies: [{ error: { code: 103 } }] });
  }
  expect(await call('invalidate_user_tokens', { user: 'ann', channel: 'news:mine' })).toBe(0);
});

it('names of Object.prototype are no methods, and no members', async () => {
  await using store = await openMemoryStore();
  await using rig = await startBeacon(store, config);
  const api = createServerApi({ control: rig.beacon.control, onError: () => {} });
  const call = callerWith(api, {});
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(await call(name, {})).toBe(104);
    const { json } = await api.call('batch', `{"commands":[{"${name}":{}}]}`, FULL_ACCESS);
    expect(JSON.parse(json)).toMatchObject({ replies: [{ error: {} }] });
  }
  const tags = '{"__proto__":"a","constructor":"b"}';
  const text = `{"channel":"news:1","data":1,"tags":${tags},"__proto__":{"skip_history":true}}`;
  const { error } = await api.call('publish', text, FULL_ACCESS);
  expect(error?.code ?? 0).toBeOneOf([0, 107]);
  expect(({} as Record<string, unknown>)['skip_history']).toBeUndefined();
});

// Regression: line feeds separate the messages of the wire, so such a call ended the connections of everybody on the channel.
it('info and data on several lines reach clients in one message', async () => {
  await using store = await openMemoryStore();
  await using rig = await startBeacon(store, config);
  const api = createServerApi({ control: rig.beacon.control, onError: () => {} });
  const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
  const problems: unknown[] = [];
  const data: unknown[] = [];
  client.on('connecting', ({ code }) => code > 0 && problems.push(code));
  client.on('disconnected', ({ code }) => code > 0 && problems.push(code));
  client.on('subscribed', (context) => data.push(context.data));
  client.on('join', ({ info }) => data.push(info.chanInfo));
  client.connect();
  await client.ready(10_000);
  const refresh = '{"user":"ann",\n"info":{\n"name":"Ann"\n}}';
  expect((await api.call('refresh', refresh, FULL_ACCESS)).error).toBeNull();
  const subscribe =
    '{"user":"ann","channel":"news:1",\n"data":{\n"a":1\n},\n"info":{\n"b":[\n2\n]\n}}';
  expect((await api.call('subscribe', subscribe, FULL_ACCESS)).error).toBeNull();
  await waitFor(() => data.length === 2 || problems.length > 0);
  expect(problems).toEqual([]);
  expect(data).toEqual([{ a: 1 }, { b: [2] }]);
  client.disconnect();
});
