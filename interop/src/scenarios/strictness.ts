import type { Json, JsonObject } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';
import type { World } from '../suite/world.ts';

interface Breach {
  readonly name: string;
  /** Sent before the connect command, in its place. */
  readonly first?: string | Uint8Array;
  /** Sent after it was answered. */
  readonly later?: string | Uint8Array;
}

const breaches: readonly Breach[] = [
  { name: 'garbage', first: 'garbage' },
  { name: 'a JSON array', first: '[{"id":1,"connect":{}}]' },
  { name: 'truncated JSON', first: '{"id":1,"connect":{' },
  { name: 'a command before connect', first: '{"id":1,"subscribe":{"channel":"plain:x"}}' },
  { name: 'a pong before connect', first: '{}' },
  { name: 'garbage later', later: 'garbage' },
  { name: 'a second connect', later: '{"id":2,"connect":{}}' },
  { name: 'a pong that nobody asked for', later: '{}' },
  { name: 'no id', later: '{"subscribe":{"channel":"plain:x"}}' },
  { name: 'an unknown method', later: '{"id":2,"dance":{}}' },
  { name: 'no method', later: '{"id":2}' },
  { name: 'an empty channel', later: '{"id":2,"subscribe":{"channel":""}}' },
  { name: 'publish to an empty channel', later: '{"id":2,"publish":{"channel":"","data":{}}}' },
  { name: 'a channel that is a number', later: '{"id":2,"subscribe":{"channel":1}}' },
];

async function codeOf(world: World, { first, later }: Breach): Promise<number> {
  const socket = await world.socket();
  if (first !== undefined) {
    socket.send(first);
    return await socket.closed();
  }
  socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
  await socket.got(1);
  socket.send(later ?? '');
  return await socket.closed();
}

/** What is not the protocol. */
export const strictness: readonly Scenario[] = [
  {
    name: 'what is not the protocol is closed with 3501',
    row: 'strictness: garbage, array, before connect, second connect, unsolicited pong, missing id, unknown method, truncated, empty channel; codes: 3501 bad request',
    kind: 'raw',
    isQuick: true,
    run: async (world) =>
      Object.fromEntries(
        await Promise.all(
          breaches.map(async (each) => [each.name, await codeOf(world, each)] as const),
        ),
      ),
    expect: Object.fromEntries(breaches.map(({ name }) => [name, 3501])),
  },
  {
    name: 'a second subscription to a channel is an error, and a channel that is too long',
    row: 'strictness: 105, 107, unsubscribe; limits: channel.max_length; codes: 105 already subscribed, 107 bad request',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const socket = await world.socket();
      const channel = world.name('plain:x');
      socket.send(JSON.stringify({ id: 1, connect: { token: await world.token('ann') } }));
      await socket.got(1);
      const ask = async (id: number, command: JsonObject): Promise<Json> => {
        socket.send(JSON.stringify({ id, ...command }));
        const reply = (await socket.got(id))[id - 1] ?? {};
        return ((reply['error'] ?? {}) as JsonObject)['code'] ?? 'ok';
      };
      return {
        first: await ask(2, { subscribe: { channel } }),
        second: await ask(3, { subscribe: { channel } }),
        tooLong: await ask(4, { subscribe: { channel: `plain:${'x'.repeat(300)}` } }),
        unknownUnsubscribe: await ask(5, { unsubscribe: { channel: 'plain:never' } }),
      };
    },
    expect: { first: 'ok', second: 105, tooLong: 107, unknownUnsubscribe: 'ok' },
  },
  {
    name: 'a client that does not connect in time is closed with 3502',
    row: 'codes: 3502 stale',
    kind: 'raw',
    profile: 'brisk',
    run: async (world) => (await world.socket()).closed(),
    expect: 3502,
  },
  {
    name: 'a message that is too large ends the connection with 1009',
    row: 'limits: message_size_limit',
    kind: 'raw',
    run: async (world) => {
      const socket = await world.socket();
      socket.send('x'.repeat(70_000));
      return await socket.closed();
    },
    expect: 1009,
  },
  {
    name: 'pages of other origins may not connect',
    row: 'auth: allowed origins',
    kind: 'raw',
    run: async (world) => {
      const opened = async (origin: string): Promise<string> =>
        world.socket(undefined, { origin }).then(
          () => 'open',
          (error: Error) => /\d{3}/.exec(error.message)?.[0] ?? error.message,
        );
      return {
        allowed: await opened('https://app.example.com'),
        other: await opened('https://evil.example.com'),
      };
    },
    expect: { allowed: 'open', other: '403' },
  },
];
