import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadFrameError } from '../bad-frame-error.ts';
import type { Command } from '../command.ts';
import { decodeCommands } from '../decode-command.ts';
import { CUT_FILTER_NODE, MAX_FILTER_DEPTH, type TagsFilterNode } from '../tags-filter.ts';
import { sdkCodec } from '../testing/sdk-codec.ts';
import { decodeProtobufCommands } from './decode-protobuf.ts';
import { ProtoWriter } from './proto-writer.ts';

const utf8 = new TextEncoder();
const text = fc.string({ unit: 'grapheme' });
// The SDK keeps maps in plain objects, which have no room for this one.
const name = text.filter((each) => each !== '__proto__');
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const id = fc.integer({ min: 1, max: 0xffff_ffff });
const json = fc.json();

const filter = fc.letrec((tie) => ({
  node: fc.record(
    {
      op: text,
      key: text,
      cmp: text,
      val: text,
      vals: fc.array(text, { maxLength: 3 }),
      nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'filter' }),
    },
    { requiredKeys: [] },
  ),
})).node;

/** Commands as the JSON wire has them, with data that is JSON: the encoding that has been there is the measure of the other. */
const wireCommand = fc.oneof(
  fc.record({
    id,
    connect: fc.record(
      {
        token: text,
        data: json,
        name: text,
        version: text,
        subs: fc.dictionary(
          name,
          fc.record({ recover: fc.boolean(), offset, epoch: text }, { requiredKeys: [] }),
        ),
        headers: fc.dictionary(name, text, { minKeys: 1 }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    id,
    subscribe: fc.record(
      {
        channel: text,
        token: text,
        recover: fc.boolean(),
        epoch: text,
        offset,
        data: json,
        positioned: fc.boolean(),
        recoverable: fc.boolean(),
        join_leave: fc.boolean(),
        delta: text,
        tf: filter,
        flag: fc.maxSafeInteger(),
        type: fc.integer(),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    id,
    history: fc.record(
      {
        channel: text,
        limit: fc.integer(),
        since: fc.record({ offset, epoch: text }),
        reverse: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ id, unsubscribe: fc.record({ channel: text }) }),
  fc.record({ id, publish: fc.record({ channel: text, data: json }) }),
  fc.record({ id, presence: fc.record({ channel: text }) }),
  fc.record({ id, presence_stats: fc.record({ channel: text }) }),
  fc.record({ id, ping: fc.constant({}) }),
  fc.record({ send: fc.record({ data: json }) }),
  fc.record({ id, rpc: fc.record({ method: text, data: json }) }),
  fc.record({ id, refresh: fc.record({ token: text }) }),
  fc.record({ id, sub_refresh: fc.record({ channel: text, token: text }) }),
  fc.constant({}),
);

type Wire = Record<string, unknown>;

/** The JSON text of a command: `data` goes in as the text it is. */
function inJson(command: Wire): string {
  return JSON.stringify(command, (name, value: unknown) =>
    name === 'data' && typeof value === 'string' ? `raw:${value}` : value,
  ).replaceAll(/"raw:((?:[^"\\]|\\.)*)"/g, (_, raw: string) => JSON.parse(`"${raw}"`) as string);
}

function inProtobuf(commands: readonly Wire[]): Uint8Array {
  return sdkCodec.encodeCommands(
    commands.map((command) =>
      Object.fromEntries(
        Object.entries(command).map(([name, request]) => [name, withBytes(request)]),
      ),
    ),
  );
}

function withBytes(request: unknown): unknown {
  if (typeof request !== 'object' || request === null || !('data' in request)) return request;
  return { ...request, data: utf8.encode(request.data as string) };
}

function one(wire: Wire): Command | undefined {
  const commands = decodeProtobufCommands(inProtobuf([wire]));
  expect(commands).toHaveLength(1);
  return commands[0];
}

describe('decodeProtobufCommands', () => {
  it('reads from the SDK what the JSON decoder reads from JSON, several commands to a frame', () => {
    fc.assert(
      fc.property(fc.array(wireCommand, { minLength: 1, maxLength: 4 }), (commands) => {
        const there = decodeProtobufCommands(inProtobuf(commands));
        expect(there).toEqual(decodeCommands(commands.map(inJson).join('\n')));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes data that is JSON as its text, byte for byte', () => {
    const data = '{ "n":18446744073709551615,"b":1,\n"a":"\\u0041é"}';
    expect(one({ id: 1, publish: { channel: 'a', data } })).toEqual({
      type: 'publish',
      id: 1,
      request: { channel: 'a', data },
    });
  });

  it.each([
    ['a byte that JSON has not', [0], 'AA=='],
    ['what begins like JSON', [0x7b], 'ew=='],
    ['a string that is not UTF-8', [0x22, 0xff, 0x22], 'Iv8i'],
    ['JSON with a byte order mark', [0xef, 0xbb, 0xbf, 0x31], '77u/MQ=='],
    ['two values', [0x31, 0x20, 0x31], 'MSAx'],
  ])('takes data that is not JSON as base64: %s', (_, bytes, b64data) => {
    const frame = sdkCodec.encodeCommands([
      { id: 1, rpc: { method: 'm', data: Uint8Array.from(bytes) } },
    ]);
    expect(decodeProtobufCommands(frame)).toEqual([
      { type: 'rpc', id: 1, request: { method: 'm', b64data } },
    ]);
  });

  it('gives large binary data whole', () => {
    const data = Uint8Array.from({ length: 100_000 }, (__, i) => i % 251);
    const frame = sdkCodec.encodeCommands([{ send: { data } }]);
    const [command] = decodeProtobufCommands(frame);
    const b64data = Buffer.from(data).toString('base64');
    expect(command).toEqual({ type: 'send', id: 0, request: { b64data } });
  });

  it('reads an empty message as a pong', () => {
    expect(decodeProtobufCommands(Uint8Array.of(0, 0))).toEqual([
      { type: 'pong', id: 0 },
      { type: 'pong', id: 0 },
    ]);
  });

  it('passes over fields that it does not know, of every type', () => {
    const unknown = [0xf8, 0x06, 0x05, 0xf9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xfd, 0x06, 1, 2, 3, 4];
    const more = [0xfa, 0x06, 2, 0xff, 0xff];
    const request = [...unknown, 0x0a, 1, 0x61, ...more];
    const body = [0x08, 1, ...more, 0x32, request.length, ...request, ...unknown];
    expect(decodeProtobufCommands(Uint8Array.from([body.length, ...body]))).toEqual([
      { type: 'unsubscribe', id: 1, request: { channel: 'a' } },
    ]);
  });

  it('takes the last of a field that comes twice', () => {
    const request = [0x0a, 1, 0x61, 0x0a, 1, 0x62];
    const body = [0x08, 1, 0x32, request.length, ...request];
    expect(decodeProtobufCommands(Uint8Array.from([body.length, ...body]))).toEqual([
      { type: 'unsubscribe', id: 1, request: { channel: 'b' } },
    ]);
  });

  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  it.each([
    ['nothing', []],
    ['a length alone', [5]],
    ['a length of 2^32 - 1', [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a length of 2^32', [0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a length of 2^64 - 1', huge],
    ['a length that never ends', [...huge.slice(0, 9), 0x80, 0x80, 0x80]],
    ['a length of more than 64 bits', [...huge.slice(0, 9), 0x02]],
    ['a command without a method', [2, 0x08, 1]],
    ['a method that nobody knows', [5, 0x08, 1, 0x82, 0x01, 0]],
    ['a method without an id', [2, 0x2a, 0]],
    ['two methods', [6, 0x08, 1, 0x32, 0, 0x32, 0]],
    ['an id above 2^32 - 1', [8, 0x08, 0x80, 0x80, 0x80, 0x80, 0x10, 0x32, 0]],
    ['an id that is a string', [5, 0x0a, 1, 0x61, 0x32, 0]],
    ['a request that is a number', [4, 0x08, 1, 0x30, 1]],
    ['a request longer than its command', [4, 0x08, 1, 0x32, 1]],
    ['a channel longer than its request', [8, 0x08, 1, 0x32, 2, 0x0a, 2, 0x61, 0x61]],
    ['a channel that is not UTF-8', [7, 0x08, 1, 0x32, 3, 0x0a, 1, 0xff]],
    ['a field with the number 0', [6, 0x08, 1, 0x32, 2, 0x02, 0]],
    ['a group', [5, 0x08, 1, 0x32, 1, 0x0b]],
    ['the end of a group', [5, 0x08, 1, 0x32, 1, 0x0c]],
    ['a wire type that is none', [5, 0x08, 1, 0x32, 1, 0x0e]],
    ['an offset above 2^53 - 1', [15, 0x08, 1, 0x2a, 11, 0x38, ...huge]],
    ['a flag below -2^53', [15, 0x08, 1, 0x2a, 11, 0x70, ...[...huge].fill(0x80, 0, 9)]],
    ['garbage in a ping', [5, 0x08, 1, 0x5a, 1, 0x0a]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeProtobufCommands(Uint8Array.from(bytes))).toThrow(BadFrameError);
  });

  it('reads a filter as deep as allowed, in both encodings, and cuts off what is deeper', () => {
    const deep = (depth: number): object =>
      depth === 1 ? { key: 'k' } : { op: 'not', nodes: [deep(depth - 1)] };
    const innermost = (commands: readonly Command[]): TagsFilterNode | undefined => {
      const [command] = commands;
      let node = command?.type === 'subscribe' ? command.request.tagsFilter : undefined;
      while (node?.nodes[0] !== undefined) [node] = node.nodes;
      return node;
    };
    const subscribe = (depth: number): Wire => ({
      id: 1,
      subscribe: { channel: 'a', tf: deep(depth) },
    });
    for (const decode of [
      (wire: Wire) => decodeProtobufCommands(inProtobuf([wire])),
      (wire: Wire) => decodeCommands(JSON.stringify(wire)),
    ]) {
      expect(innermost(decode(subscribe(MAX_FILTER_DEPTH)))).toMatchObject({ key: 'k' });
      expect(innermost(decode(subscribe(MAX_FILTER_DEPTH + 1)))).toEqual(CUT_FILTER_NODE);
    }
  });

  it('reads nesting of any depth without a stack overflow', () => {
    const writer = new ProtoWriter();
    for (let i = 0; i < 100_000; i++) writer.message(6, 0);
    writer.message(13, 0);
    writer.message(5, 0);
    writer.number(1, 1);
    writer.delimit(0);
    const frame = writer.finish();
    expect(decodeProtobufCommands(frame)).toMatchObject([{ id: 1, type: 'subscribe' }]);
  });

  it('never throws anything but BadFrameError, whatever is cut off or changed', () => {
    const frame = inProtobuf([
      { id: 1, connect: { token: 't', subs: { é: { offset: 300 } }, headers: { a: 'b' } } },
      { id: 2, subscribe: { channel: 'a', data: '{"a":1}', tf: { op: 'and', nodes: [{}, {}] } } },
      { id: 3, history: { channel: 'a', since: { offset: 2 ** 40, epoch: 'e' }, limit: -1 } },
    ]);
    const attempt = (bytes: Uint8Array): void => {
      try {
        decodeProtobufCommands(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(BadFrameError);
      }
    };
    for (let length = 0; length < frame.length; length++) attempt(frame.subarray(0, length));
    for (let at = 0; at < frame.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = frame.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        attempt(changed);
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 5000 });
  });
});
