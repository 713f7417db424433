import { Centrifuge } from 'centrifuge';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';

const KEY = 'the-key-of-these-tests';
const CHANNEL = 'news:1';
const USER = 'nobody';

/** In this order: what is asked for later is there. */
const calls: Readonly<Record<string, object>> = {
  publish: { channel: CHANNEL, data: { n: 1 }, tags: { a: 'b' } },
  broadcast: { channels: [CHANNEL, 'nowhere:1'], data: 2 },
  history: { channel: CHANNEL, limit: -1 },
  presence: { channel: CHANNEL },
  presence_stats: { channel: CHANNEL },
  channels: {},
  connections: {},
  info: {},
  rpc: { method: 'time' },
  history_remove: { channel: CHANNEL },
  subscribe: { user: USER, channel: CHANNEL },
  unsubscribe: { user: USER, channel: CHANNEL },
  refresh: { user: USER },
  disconnect: { user: USER },
  block_user: { user: USER },
  unblock_user: { user: USER },
  revoke_token: { uid: 'x' },
  invalidate_user_tokens: { user: USER },
  batch: { commands: [{ publish: { channel: CHANNEL, data: 1 } }, { info: {} }] },
};

interface Described {
  readonly post: {
    readonly responses: Record<
      string,
      { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } }
    >;
  };
}
type JsonSchema = Parameters<typeof z.fromJSONSchema>[0] & {
  readonly oneOf?: readonly JsonSchema[];
};

test('every method that is described is there, and answers in the shape that is described', async () => {
  using directory = temporaryDirectory();
  const belfry = await startBelfry({
    data_dir: directory.path,
    http_server: { port: 0 },
    http_api: { key: KEY },
    log: { level: 'silent' },
    client: { allow_anonymous_connect_without_token: true },
    channel: {
      namespaces: [
        {
          name: 'news',
          presence: true,
          history_size: 10,
          history_ttl: '60s',
          allow_subscribe_for_client: true,
          allow_subscribe_for_anonymous: true,
        },
      ],
    },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => belfry.stop() };
  const url = belfry.url ?? '';
  const client = new Centrifuge(`${url.replace('http', 'ws')}/connection/websocket`);
  using _gone = { [Symbol.dispose]: () => client.disconnect() };
  const subscription = client.newSubscription(CHANNEL);
  subscription.subscribe();
  client.connect();
  await subscription.ready(10_000);

  const described = await fetch(`${url}/api/openapi.json`, { headers: { 'x-api-key': KEY } });
  const { paths } = (await described.json()) as { readonly paths: Record<string, Described> };
  expect(Object.keys(paths).toSorted()).toEqual(
    Object.keys(calls)
      .map((method) => `/${method}`)
      .toSorted(),
  );
  for (const [method, body] of Object.entries(calls)) {
    const response = await fetch(`${url}/api/${method}`, {
      method: 'POST',
      headers: { 'x-api-key': KEY },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    const schema = paths[`/${method}`]?.post.responses[200]?.content['application/json'].schema;
    // The first is what is answered when it is done; the other an error.
    const done = z.fromJSONSchema(schema?.oneOf?.[0] ?? schema ?? false);
    expect([method, response.status, done.safeParse(answer).error?.issues ?? []]).toEqual([
      method,
      200,
      [],
    ]);
  }
});
