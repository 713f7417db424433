import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConsumerMessage } from '@belfry/actors';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../log/logger.ts';
import { RelayState } from './relay-state.ts';
import { defineRelay } from './relay.ts';

interface Request {
  readonly key: string | undefined;
  readonly commands: readonly Readonly<Record<string, object>>[];
}

/** An API that answers what it is told to. */
async function api(answers: readonly { readonly status?: number; readonly body: unknown }[]) {
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      const { status = 200, body } = answers[requests.length] ?? { status: 500, body: '' };
      const { commands } = JSON.parse(text) as Request;
      requests.push({ key: incoming.headers['x-api-key'] as string, commands });
      outgoing.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state = new RelayState(
    'http://centrifugo',
    createLogger({ level: 'silent', format: 'json' }),
  );
  const { consumer } = defineRelay({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    apiKey: 'key',
    timeoutMs: 2_000,
    concurrency: 1,
    batchSize: 10,
    queueLimit: 10,
    state,
  }) as unknown as {
    consumer: {
      handle(batch: readonly ConsumerMessage[], ctx: object): Promise<number | undefined>;
    };
  };
  const discarded: string[] = [];
  return {
    requests,
    state,
    discarded,
    handle: (...commands: object[]) => {
      const batch = commands.map((data, i) => ({ data, key: `k${i}`, at: 0 }) as ConsumerMessage);
      const { signal } = new AbortController();
      const discard = ({ key }: ConsumerMessage, reason: string): void =>
        void discarded.push(`${key}: ${reason}`);
      return consumer.handle(batch, { signal, discard });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const publish = (channel: string): object => ({ publish: { channel, data: 1 } });
const forget = (channel: string): object => ({ history_remove: { channel } });
const OK = { publish: {} };
const error = (code: number): object => ({ error: { code, message: 'so it is' } });

describe('a relay', () => {
  test('gives every publication its key, and ends a request with a removal', async () => {
    await using centrifugo = await api([{ body: { replies: [OK, { history_remove: {} }] } }]);
    expect(await centrifugo.handle(publish('a'), forget('a'), publish('a'))).toBe(2);
    expect(centrifugo.requests).toEqual([
      {
        key: 'key',
        commands: [
          { publish: { channel: 'a', data: 1, idempotency_key: 'k0' } },
          { history_remove: { channel: 'a' } },
        ],
      },
    ]);
    expect(centrifugo.state.counters).toMatchObject({ published: 1, requests: 1, failures: 0 });
  });

  test('goes on from the first temporary failure, and discards what is refused for good', async () => {
    await using centrifugo = await api([
      { body: { replies: [error(102), OK, error(100), OK] } },
      { body: { replies: [error(100), OK] } },
      { body: { replies: [error(108), OK] } },
    ]);
    const all = ['a', 'b', 'c', 'd'].map(publish);
    expect(await centrifugo.handle(...all)).toBe(2);
    expect(centrifugo.discarded).toEqual(['k0: Centrifugo: 102 so it is']);
    await expect(centrifugo.handle(...all.slice(2))).rejects.toThrow('100 so it is');
    expect(centrifugo.state.warnings(2)).toEqual([
      expect.stringMatching(/^nothing can be published .*100 so it is.*; 2 publications wait\.$/),
    ]);
    // Where no history is kept there is none to remove.
    expect(await centrifugo.handle(forget('a'))).toBe(1);
    expect(centrifugo.discarded.length).toBe(1);
    expect(centrifugo.state.warnings(0)).toEqual([]);
  });

  test.each([
    [{ status: 401, body: '' }, /centrifugo\.api_key/],
    [{ status: 404, body: '' }, /centrifugo\.api_url/],
    [{ status: 500, body: 'oh no' }, /it answers 500: oh no/],
    [{ body: '<html>' }, /not JSON/],
    [{ body: { error: { code: 101, message: 'unauthorized' } } }, /101 unauthorized/],
    [{ body: { replies: [OK] } }, /reply to everything/],
  ])('says what to do about %j', async (answer, problem) => {
    await using centrifugo = await api([answer]);
    await expect(centrifugo.handle(publish('a'), publish('b'))).rejects.toThrow(problem);
    expect(centrifugo.state.up).toBe(0);
  });

  test('finds the publication that makes a request unacceptable', async () => {
    const tooLarge = { status: 413, body: '' };
    await using centrifugo = await api([tooLarge, tooLarge]);
    await expect(centrifugo.handle(publish('a'), publish('b'))).rejects.toThrow('refused');
    expect(await centrifugo.handle(publish('a'))).toBe(1);
    expect(centrifugo.discarded).toEqual(['k0: Centrifugo: the request was refused']);
  });
});
