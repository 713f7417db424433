import { freePort } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';

const KEY = 'an-api-key';

/** What is at each path: its status, at the port of clients and at the internal one. */
async function look(more: {
  readonly api?: boolean;
  readonly admin?: boolean;
  readonly prefix?: string;
}): Promise<Record<string, unknown>> {
  const { prefix = '/api' } = more;
  using directory = temporaryDirectory();
  const [port, internal] = [await freePort(), await freePort()];
  const belfry = await startBelfry({
    data_dir: directory.path,
    http_server: { port, internal_port: internal },
    http_api: { key: KEY, external: more.api ?? false, handler_prefix: prefix },
    guests: { enabled: true },
    admin: { enabled: true, external: more.admin ?? false },
    sse: { enabled: true },
    log: { level: 'silent' },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => belfry.stop() };
  const status = async (at: number, method: string, path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${at}${path}`, {
      method,
      headers: { 'x-api-key': KEY },
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const both = async (method: string, path: string): Promise<readonly number[]> => [
    await status(port, method, path),
    await status(internal, method, path),
  ];
  return {
    health: await both('GET', '/health'),
    metrics: await both('GET', '/metrics'),
    api: await both('POST', `${prefix}/info`),
    oldApi: await both('POST', prefix === '' ? '/none' : prefix),
    description: await both('GET', `${prefix}/openapi.json`),
    admin: await both('POST', '/admin/nodes.list'),
    guests: await both('POST', '/auth/guest'),
    sse: (await both('POST', '/connection/sse'))[0],
  };
}

describe('with an internal port', () => {
  test('what is not for clients is there only', async () => {
    expect(await look({})).toEqual({
      health: [404, 200],
      metrics: [404, 200],
      api: [404, 200],
      oldApi: [404, 200],
      description: [404, 200],
      admin: [404, 401],
      guests: [415, 404],
      sse: 200,
    });
  });

  test('the calls of an API without a prefix of its own are, and nothing else', async () => {
    expect(await look({ prefix: '' })).toMatchObject({
      api: [404, 200],
      description: [404, 200],
      guests: [415, 404],
      sse: 200,
    });
  });

  test('but what the config says is for the outside', async () => {
    expect(await look({ api: true, admin: true })).toMatchObject({
      health: [404, 200],
      api: [200, 200],
      description: [200, 200],
      admin: [401, 401],
    });
  });
});
