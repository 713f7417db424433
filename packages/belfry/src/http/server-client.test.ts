import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerClient } from '@belfry/client/server';
import { waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { counter, lobby } from '../testing/counter.ts';

const KEY = 'the-key-of-these-tests';

async function start() {
  const directory = temporaryDirectory();
  const belfry = await startBelfry({
    actors: [counter, lobby],
    data_dir: directory.path,
    http_server: { port: 0 },
    log: { level: 'silent' },
    http_api: { key: KEY },
    channel: { namespaces: [{ name: 'news', history_size: 10, history_ttl: '60s' }] },
  });
  const url = belfry.url ?? '';
  return {
    url,
    client: createServerClient({ url, key: KEY }),
    async [Symbol.asyncDispose]() {
      await belfry.stop();
      directory[Symbol.dispose]();
    },
  };
}

/** Passes requests on to `url`, and cuts the first `cut` connections off after the server has answered. */
async function cutting(url: string, cut: number) {
  let calls = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const onward = forward(`${url}${incoming.url ?? ''}`, { method, headers }, (answer) => {
      calls++;
      if (calls <= cut) {
        answer.resume();
        answer.on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the methods are functions, and errors have codes', async () => {
  await using server = await start();
  const { client } = server;
  const { offset } = await client.publish({ channel: 'news:1', data: { text: 'hello' } });
  expect(offset).toBe(1);
  const history = await client.history({ channel: 'news:1', limit: 10 });
  expect(history.publications).toEqual([{ data: { text: 'hello' }, offset: 1 }]);
  expect((await client.info({})).nodes).toHaveLength(1);
  await client.blockUser({ user: 'ann' });
  await client.unblockUser({ user: 'ann' });
  await expect(client.publish({ channel: 'nope:1', data: 1 })).rejects.toMatchObject({
    name: 'BelfryError',
    code: 'not-found',
    wireCode: 102,
    temporary: false,
  });
  const stranger = createServerClient({ url: server.url, key: 'wrong' });
  await expect(stranger.info({})).rejects.toMatchObject({ code: 'unauthorized' });
  expect(() => createServerClient({ url: 'ws://x', key: '' })).toThrow(/http/);
});

test('what is sent again after a cut connection is published once', async () => {
  await using server = await start();
  await using proxy = await cutting(server.url, 2);
  const client = createServerClient({ url: proxy.url, key: KEY });
  expect((await client.publish({ channel: 'news:1', data: 1 })).offset).toBe(1);
  expect(proxy.calls()).toBe(3);
  expect((await server.client.history({ channel: 'news:1' })).offset).toBe(1);
  await using deaf = await cutting(server.url, 100);
  const other = createServerClient({ url: deaf.url, key: KEY, retries: 1 });
  await expect(other.info({})).rejects.toMatchObject({ code: 'network', temporary: true });
  // A call may do anything: once is enough.
  await expect(other.rpc({ method: 'time' })).rejects.toMatchObject({ code: 'network' });
  expect(deaf.calls()).toBe(3);
});

test('a batch goes in one request, and each of its commands has its own end', async () => {
  await using server = await start();
  await using proxy = await cutting(server.url, 0);
  const batch = createServerClient({ url: proxy.url, key: KEY }).batch();
  const published = batch.publish({ channel: 'news:1', data: 1 });
  const refused = batch.publish({ channel: 'nope:1', data: 1 });
  const history = batch.history({ channel: 'news:1', limit: 1 });
  expect(batch.size).toBe(3);
  await batch.send();
  expect(await published).toMatchObject({ offset: 1 });
  await expect(refused).rejects.toMatchObject({ wireCode: 102 });
  expect((await history).publications).toHaveLength(1);
  expect(proxy.calls()).toBe(1);
  expect(batch.size).toBe(0);
});

test('actors take messages of their types', async () => {
  await using server = await start();
  const actor = server.client.actor<typeof counter>('counter', '1');
  await actor.sendAs('ann', { add: 2 });
  await actor.send({ set: 7 });
  const top = (): Promise<{ offset: number; publications: readonly { data?: unknown }[] }> =>
    server.client.history({ channel: 'server:counter/1', limit: 10 });
  await waitFor(async () => (await top()).offset === 2);
  expect((await top()).publications.map((each) => each.data)).toEqual([
    { total: 2, by: 'ann' },
    { total: 7, by: 'system' },
  ]);
  // @ts-expect-error the counter takes no such message
  await expect(actor.sendAs('ann', { sub: 1 })).rejects.toMatchObject({ code: 'bad-request' });
  await expect(actor.ask({ set: 1 })).rejects.toMatchObject({ code: 'failed' });
});

test('a call can be given up, and does not wait for ever', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const client = createServerClient({ url, key: KEY, timeoutMs: 50, retries: 0 });
  await expect(client.info({})).rejects.toMatchObject({ code: 'timeout', temporary: true });
  const controller = new AbortController();
  const call = client.info({}, { signal: controller.signal, timeoutMs: 60_000 });
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: 'closed' });
  silent.closeAllConnections();
  silent.close();
});
