import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBarePush, encodePush, encodeReply } from '../encode-reply.ts';
import { encodeBinaryPublication, encodePublication } from '../publication.ts';
import type { Push, Reply, SubscribeResult, WirePublication } from '../reply.ts';
import { plain, sdkCodec } from '../testing/sdk-codec.ts';
import {
  encodeProtobufBarePush,
  encodeProtobufPush,
  encodeProtobufReply,
} from './encode-protobuf.ts';

const utf8 = new TextEncoder();
const text = fc.string({ unit: 'grapheme' });
// The SDK keeps maps in plain objects, which have no room for this one.
const name = text.filter((each) => each !== '__proto__');
const json = fc.json().filter((each) => each !== '');
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const seconds = fc.nat({ max: 0xffff_ffff });
const id = fc.integer({ min: 1, max: 0xffff_ffff });

const info = fc
  .record({ user: text, client: text, conn: fc.option(json), chan: fc.option(json) })
  .map(({ user, client, conn, chan }) => {
    let members = `"user":${JSON.stringify(user)},"client":${JSON.stringify(client)}`;
    if (conn !== null) members += `,"conn_info":${conn}`;
    if (chan !== null) members += `,"chan_info":${chan}`;
    return `{${members}}`;
  });

const extras = fc.record({ infoJson: info, tags: fc.dictionary(name, text) }, { requiredKeys: [] });

const publication: fc.Arbitrary<WirePublication> = fc.record({
  body: fc.oneof(
    fc.tuple(json, extras).map(([data, more]) => encodePublication(data, more)),
    fc
      .tuple(fc.uint8Array(), extras)
      .map(([data, more]) =>
        encodeBinaryPublication(Buffer.from([0, ...data]).toString('base64'), more),
      ),
  ),
  offset,
  time: fc.nat(),
});

const expiry = fc.record({ expires: fc.boolean(), ttl: seconds });

const subscribeResult: fc.Arbitrary<SubscribeResult> = fc.record(
  {
    expiry,
    recoverable: fc.boolean(),
    positioned: fc.boolean(),
    offset,
    epoch: text,
    publications: fc.array(publication, { maxLength: 3 }),
    wasRecovering: fc.boolean(),
    recovered: fc.boolean(),
    dataJson: json,
    delta: fc.boolean(),
  },
  {
    requiredKeys: [
      'recoverable',
      'positioned',
      'offset',
      'epoch',
      'publications',
      'wasRecovering',
      'recovered',
    ],
  },
);

const connectResult = fc.record(
  {
    client: text,
    version: text,
    expiry,
    dataJson: json,
    subs: fc
      .uniqueArray(fc.tuple(name, subscribeResult), { selector: ([key]) => key, maxLength: 3 })
      .map((each) => new Map(each)),
    ping: seconds,
    pong: fc.boolean(),
    session: text,
    node: text,
    time: fc.nat(),
  },
  { requiredKeys: ['client', 'version', 'subs', 'ping', 'pong', 'session', 'node'] },
);

const code = fc.record({ code: seconds, reason: text });

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({
    type: fc.constant('error' as const),
    id,
    error: fc.record({ code: seconds, message: text, temporary: fc.boolean() }),
  }),
  fc.record({ type: fc.constant('connect' as const), id, result: connectResult }),
  fc.record({ type: fc.constant('subscribe' as const), id, result: subscribeResult }),
  fc.record({
    type: fc.constantFrom('unsubscribe' as const, 'publish' as const, 'ping' as const),
    id,
  }),
  fc.record({
    type: fc.constant('presence' as const),
    id,
    presence: fc.uniqueArray(fc.tuple(name, info), { selector: ([key]) => key, maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('presence_stats' as const), id, clients: seconds, users: seconds }),
  fc.record({
    type: fc.constant('history' as const),
    id,
    result: fc.record({
      publications: fc.array(publication, { maxLength: 3 }),
      epoch: text,
      offset,
    }),
  }),
  fc.record({ type: fc.constant('rpc' as const), id, dataJson: json }),
  fc.record({ type: fc.constantFrom('refresh' as const, 'sub_refresh' as const), id, expiry }),
);

const push: fc.Arbitrary<Push> = fc.oneof(
  fc.record({ type: fc.constant('publication' as const), channel: text, publication }),
  fc.record({ type: fc.constantFrom('join' as const, 'leave' as const), channel: text, info }),
  fc.record({ type: fc.constant('unsubscribe' as const), channel: text, unsubscribed: code }),
  fc.record({ type: fc.constant('message' as const), dataJson: json }),
  fc.record({
    type: fc.constant('subscribe' as const),
    channel: text,
    // What a push does not have is not compared.
    result: fc.record({
      recoverable: fc.boolean(),
      positioned: fc.boolean(),
      offset,
      epoch: text,
      dataJson: json,
      publications: fc.constant([]),
      wasRecovering: fc.constant(false),
      recovered: fc.constant(false),
    }),
  }),
  fc.record({ type: fc.constant('connect' as const), result: connectResult }),
  fc.record({
    type: fc.constant('disconnect' as const),
    disconnect: code,
    reconnect: fc.boolean(),
  }),
  fc.record({ type: fc.constant('refresh' as const), expiry }),
);

const RAW = new Set(['data', 'conn_info', 'chan_info']);

/**
 * What the JSON wire says, as the SDK would have decoded it from Protobuf: payloads as bytes of their text. Payloads are written anew on
 * both sides of a comparison, so that only their values count; that their bytes stay is tested by itself.
 */
function expected(wire: string): unknown {
  const walk = (value: unknown, name: string): unknown => {
    if (RAW.has(name)) return JSON.stringify(value);
    if (Array.isArray(value)) return value.map((each) => walk(each, ''));
    if (typeof value !== 'object' || value === null) return value;
    const inMap = name === 'tags' || name === 'presence' || name === 'subs';
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, each]) => [key, walk(each, inMap ? '' : key)] as const)
        .filter(([, each]) => Boolean(each) && !(Array.isArray(each) && each.length === 0)),
    );
  };
  return prune(walk(JSON.parse(wire), ''));
}

/** Of what the SDK decoded, the payloads as text. */
function actual(decoded: unknown): unknown {
  const walk = (value: unknown, name: string): unknown => {
    if (RAW.has(name) && Array.isArray(value)) return payload(Uint8Array.from(value as number[]));
    if (Array.isArray(value)) return value.map((each) => walk(each, ''));
    if (typeof value !== 'object' || value === null) return value;
    const inMap = name === 'tags' || name === 'presence' || name === 'subs';
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, walk(each, inMap ? '' : key)]),
    );
  };
  return prune(walk(plain(decoded), ''));
}

/** Empty maps are not there. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => {
        const map = name === 'tags' || name === 'presence' || name === 'subs';
        return !(map && Object.keys(each as object).length === 0);
      })
      .map(([name, each]) => [name, prune(each)]),
  );
}

function payload(bytes: Uint8Array): string {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.stringify(JSON.parse(decoded));
  } catch {
    return JSON.stringify(Buffer.from(bytes).toString('base64'));
  }
}

function sdk(bytes: Uint8Array): unknown {
  const replies = sdkCodec.decodeReplies(bytes);
  expect(replies).toHaveLength(1);
  return prune(plain(replies[0]));
}

describe('Protobuf replies and pushes', () => {
  it('say to the SDK what the JSON ones say', () => {
    fc.assert(
      fc.property(reply, (each) => {
        expect(actual(sdkCodec.decodeReplies(encodeProtobufReply(each))[0])).toEqual(
          expected(encodeReply(each)),
        );
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(push, (each) => {
        expect(actual(sdkCodec.decodeReplies(encodeProtobufPush(each))[0])).toEqual(
          expected(encodePush(each)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('can be joined, as they stand with their lengths before them', () => {
    const replies: Reply[] = [
      { type: 'ping', id: 1 },
      { type: 'rpc', id: 300, dataJson: '"x"' },
      { type: 'publish', id: 0xffff_ffff },
    ];
    const bytes = Buffer.concat(replies.map(encodeProtobufReply));
    expect(sdkCodec.decodeReplies(bytes).map(plain)).toEqual([
      { id: 1, ping: {} },
      { id: 300, rpc: { data: [0x22, 0x78, 0x22] } },
      { id: 0xffff_ffff, publish: {} },
    ]);
  });

  it('pass JSON payloads through byte for byte', () => {
    const data = '{"b":9223372036854775807,"a":"\\u00e9é\\/"}';
    const body = encodePublication(data, {
      infoJson: `{"user":"u","client":"c","conn_info":${data}}`,
    });
    const bytes = encodeProtobufPush({
      type: 'publication',
      channel: 'a',
      publication: { body, offset: Number.MAX_SAFE_INTEGER },
    });
    const raw = [...utf8.encode(data)];
    expect(sdk(bytes)).toEqual({
      push: {
        channel: 'a',
        pub: {
          data: raw,
          info: { user: 'u', client: 'c', conn_info: raw },
          offset: Number.MAX_SAFE_INTEGER,
        },
      },
    });
  });

  it('give bytes to Protobuf clients as they were, and to JSON clients as base64', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const b64data = Buffer.from(data).toString('base64');
    const publication = { body: encodeBinaryPublication(b64data), offset: 0 };
    const pushed: Push = { type: 'publication', channel: 'a', publication };
    expect(sdk(encodeProtobufPush(pushed))).toEqual({
      push: { channel: 'a', pub: { data: [...data] } },
    });
    expect(JSON.parse(encodePush(pushed))).toEqual({
      push: { channel: 'a', pub: { data: b64data } },
    });
    const answer: Reply = { type: 'rpc', id: 1, dataJson: 'null', b64data };
    expect(sdk(encodeProtobufReply(answer))).toEqual({ id: 1, rpc: { data: [...data] } });
    expect(JSON.parse(encodeReply(answer))).toEqual({ id: 1, rpc: { data: b64data } });
  });

  it('give a client that negotiated delta its patch, or the whole data as the base of the next', () => {
    const body = encodePublication('{"a":1}', { tags: { t: 'v' } });
    for (const patch of [true, false]) {
      const bytes = utf8.encode('é1\n');
      const publication = { body, offset: 7, delta: { patch, bytes } };
      const pushed: Push = { type: 'publication', channel: 'a', publication };
      const rest = { tags: { t: 'v' }, offset: 7, ...(patch ? { delta: true } : {}) };
      expect(sdk(encodeProtobufPush(pushed))).toEqual({
        push: { channel: 'a', pub: { data: [...bytes], ...rest } },
      });
      expect(JSON.parse(encodePush(pushed))).toEqual({
        push: { channel: 'a', pub: { data: 'é1\n', ...rest } },
      });
    }
  });

  it('stand bare where a transport has pushes only', () => {
    const pushed: Push = { type: 'message', dataJson: '{"a":1}' };
    expect(encodeBarePush(pushed)).toBe('{"message":{"data":{"a":1}}}');
    const bare = encodeProtobufBarePush(pushed);
    // A message within a message is its bytes, after its tag (field 4) and its length.
    const wrapped = Buffer.concat([Uint8Array.of(bare.length + 1, 0x22), bare]);
    expect(sdk(wrapped)).toEqual(
      JSON.parse(
        encodePush(pushed).replace('{"a":1}', JSON.stringify([...utf8.encode('{"a":1}')])),
      ),
    );
  });

  it('stay as they were made, however many are made after them', () => {
    const all = Array.from({ length: 2_000 }, (_, i) => {
      const dataJson = JSON.stringify(String(i).repeat(i % 50));
      return { dataJson, bytes: encodeProtobufPush({ type: 'message', dataJson }) };
    });
    for (const { dataJson, bytes } of all) {
      expect(sdk(bytes)).toEqual({ push: { message: { data: [...utf8.encode(dataJson)] } } });
    }
  });

  it('hold large payloads, and the writer is small again after', () => {
    const dataJson = JSON.stringify('é'.repeat(200_000));
    expect(sdk(encodeProtobufPush({ type: 'message', dataJson }))).toEqual({
      push: { message: { data: [...utf8.encode(dataJson)] } },
    });
    expect(sdk(encodeProtobufReply({ type: 'ping', id: 5 }))).toEqual({ id: 5, ping: {} });
  });
});
