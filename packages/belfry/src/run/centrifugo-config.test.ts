import { createServer } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';

const SECRET = 'bbe7d157-a253-4094-9759-06a8236543f9';

/** As a team has it that has run Centrifugo v6 for a while. */
function teamConfig(backend: string): object {
  const bearer = { 'X-Shared-Secret': 'ea6b6b1c-4c0c-4d33-8f0e-a3cd6a5de3ec' };
  return {
    http_server: { address: '', port: 8000, internal_address: '', internal_port: '' },
    log: { level: 'info', file: '' },
    engine: { type: 'memory' },
    client: {
      allowed_origins: ['https://app.example.com', 'http://localhost:*'],
      token: {
        hmac_secret_key: SECRET,
        rsa_public_key: '',
        ecdsa_public_key: '',
        jwks_public_endpoint: '',
        audience: '',
        issuer: '',
      },
      subscription_token: { enabled: false },
      proxy: {
        connect: {
          enabled: true,
          endpoint: `${backend}/centrifugo/connect`,
          timeout: '3s',
          http_headers: ['Cookie', 'Authorization'],
          http: { static_headers: bearer },
        },
        refresh: { enabled: false, endpoint: '' },
      },
      ping_interval: '25s',
      pong_timeout: '8s',
      stale_close_delay: '10s',
      expired_close_delay: '25s',
      expired_sub_close_delay: '25s',
      channel_limit: 256,
      queue_max_size: 4194304,
      presence_update_interval: '27s',
      concurrency: 8,
      connection_limit: 20000,
      user_connection_limit: 50,
      connection_rate_limit: 0,
      history_max_publication_limit: 500,
      recovery_max_publication_limit: 500,
      insecure: false,
      subscribe_to_user_personal_channel: {
        enabled: true,
        personal_channel_namespace: 'personal',
      },
    },
    http_api: { key: '9230f514-34d2-4971-ace2-851c656e81dc', handler_prefix: '/api' },
    admin: { enabled: true, password: 'd0683813-0916-4c49-979f-0e08a686b727', secret: SECRET },
    health: { enabled: true },
    prometheus: { enabled: true },
    swagger: { enabled: false },
    websocket: { message_size_limit: 131072, write_timeout: '1s', compression: false },
    sse: { enabled: true },
    http_stream: { enabled: true },
    uni_sse: { enabled: false },
    uni_grpc: { enabled: false, port: 11000 },
    grpc_api: { enabled: false, port: 10000, tls: { enabled: false } },
    consumers: [],
    usage_stats: { disabled: true },
    shutdown: { timeout: '30s' },
    channel: {
      proxy: {
        subscribe: { endpoint: `${backend}/centrifugo/subscribe`, timeout: '2s' },
        publish: { endpoint: `${backend}/centrifugo/publish` },
      },
      history_meta_ttl: '2160h',
      max_length: 255,
      without_namespace: { presence: true, allow_subscribe_for_client: true },
      namespaces: [
        {
          name: 'chat',
          presence: true,
          join_leave: true,
          force_push_join_leave: true,
          history_size: 100,
          history_ttl: '300s',
          force_recovery: true,
          allow_subscribe_for_client: true,
          allow_publish_for_subscriber: true,
          allow_history_for_subscriber: true,
          allow_presence_for_subscriber: true,
        },
        { name: 'news', allow_subscribe_for_client: true, allow_subscribe_for_anonymous: true },
        {
          name: 'prices',
          history_size: 1,
          history_ttl: '24h',
          force_recovery: true,
          force_recovery_mode: 'cache',
          allowed_delta_types: ['fossil'],
          delta_publish: true,
          allow_subscribe_for_client: true,
        },
        {
          name: 'personal',
          allow_user_limited_channels: true,
          history_size: 10,
          history_ttl: '60s',
        },
        { name: 'rooms', subscribe_proxy_enabled: true, subscribe_proxy_name: 'default' },
        { name: 'moderated', publish_proxy_enabled: true, allow_subscribe_for_client: true },
        { name: 'billing', subscribe_proxy_enabled: true, subscribe_proxy_name: 'billing' },
        { name: 'secret', history_meta_ttl: '0s' },
        { name: 'sport', channel_regex: '^[a-z]+$', allow_subscribe_for_client: true },
        { name: 'events', allow_tags_filter: true, allow_subscribe_for_client: true },
        { name: 'blobs', publication_data_format: 'binary', allow_subscribe_for_client: true },
        {
          name: 'typing',
          allow_positioning: false,
          allow_subscribe_for_client: true,
          allow_publish_for_subscriber: true,
          subscription_type: 'stream',
        },
      ],
    },
    rpc: {
      proxy: { endpoint: `${backend}/centrifugo/rpc`, timeout: '10s' },
      without_namespace: { proxy_enabled: true },
      namespaces: [{ name: 'billing', proxy_enabled: true, proxy_name: 'billing' }],
    },
    proxies: [
      {
        name: 'billing',
        endpoint: `${backend}/billing`,
        timeout: '500ms',
        include_connection_meta: true,
        http: {
          static_headers: bearer,
          status_to_code_transforms: [
            { status_code: 404, to_error: { code: 404, message: 'not found', temporary: false } },
            { status_code: 403, to_disconnect: { code: 4503, reason: 'forbidden' } },
          ],
        },
      },
    ],
  };
}

test('a config file of Centrifugo v6 serves real clients as it is', async () => {
  const backend = createServer((_request, response) => response.end('{"result":{}}'));
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  await using _backend = {
    async [Symbol.asyncDispose]() {
      backend.closeAllConnections();
      await new Promise((resolve) => {
        backend.close(resolve);
      });
    },
  };
  using directory = temporaryDirectory();
  const config = teamConfig(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  writeFileSync(join(directory.path, 'config.json'), JSON.stringify(config));
  const checked = await runBelfry(['config', 'check', '--config', 'config.json', '--json'], {
    cwd: directory.path,
  });
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, problems: [] });
  expect((JSON.parse(checked.stdout) as { warnings: string[] }).warnings.toSorted()).toEqual([
    expect.stringMatching(/^client\.concurrency: it changes nothing here/),
  ]);
  const printed = await runBelfry(['config', 'print', '--config', 'config.json'], {
    cwd: directory.path,
  });
  expect(printed.stdout).not.toMatch(/bbe7d157|ea6b6b1c|9230f514|d0683813/);

  await using server = spawnBelfry(
    ['start', '--config', 'config.json', '--address', '127.0.0.1', '--port', '0'],
    { cwd: directory.path },
  );
  const url = `${(await server.url()).replace('http', 'ws')}/connection/websocket`;
  const clients = await Promise.all(
    ['ann', 'bob'].map(async (sub) => {
      const token = await new SignJWT({ sub })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(SECRET));
      const client = new Centrifuge(url, { token });
      const personal: string[] = [];
      client.on('subscribed', ({ channel }) => personal.push(channel));
      const chat = client.newSubscription('chat:lobby');
      const got: unknown[] = [];
      chat.on('publication', ({ data }) => got.push(data));
      chat.subscribe();
      client.connect();
      await chat.ready(10_000);
      expect(personal).toEqual([`personal:#${sub}`]);
      return { client, chat, got, [Symbol.dispose]: () => client.disconnect() };
    }),
  );
  const [ann, bob] = clients;
  using _ann = ann;
  using _bob = bob;
  await ann?.chat.publish({ text: 'hello' });
  await waitFor(() => bob?.got.length === 1);
  expect(bob?.got).toEqual([{ text: 'hello' }]);
  expect((await ann?.chat.history({ limit: 10 }))?.publications).toHaveLength(1);
  expect(Object.keys((await ann?.chat.presenceStats()) ?? {})).toContain('numUsers');
  const refused = ann?.client.newSubscription('secret:plans');
  const codes: number[] = [];
  refused?.on('unsubscribed', ({ code }) => codes.push(code));
  refused?.subscribe();
  await waitFor(() => codes.length === 1);
  expect(codes).toEqual([103]);
});
