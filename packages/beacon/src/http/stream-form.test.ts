import { encodePublication, publicationJson, type Push, type Reply } from '@belfry/protocol';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireForm } from '../runtime/wire-form.ts';
import { streamForms } from './chunked-form.ts';
import { decodeEmulation } from './emulation.ts';
import {
  HTTP_STREAM_JSON,
  HTTP_STREAM_PROTOBUF,
  SSE_FORM,
  UNI_HTTP_STREAM_FORM,
  UNI_SSE_FORM,
  type StreamForm,
} from './stream-form.ts';

/** JSON as a client may write it: with any white space between its tokens. */
const payload = fc
  .tuple(fc.json(), fc.constantFrom('', ' ', '\r', '\n', '\r\n', '\t', '\r\r'))
  .map(([json, space]) => `${space}${json.replaceAll(/([{[,])(?=["{[\d])/g, `$1${space}`)}${space}`)
  .filter((json) => {
    try {
      JSON.parse(json);
      return true;
    } catch {
      return false;
    }
  });

const push: fc.Arbitrary<Push> = fc.oneof(
  fc
    .record({ channel: fc.string({ minLength: 1 }), json: payload, offset: fc.nat() })
    .map(({ channel, json, offset }) => ({
      type: 'publication' as const,
      channel,
      publication: { body: encodePublication(json), offset, time: 1 },
    })),
  fc.string().map((reason) => ({
    type: 'disconnect' as const,
    disconnect: { code: 3000, reason },
    reconnect: true,
  })),
);

/** Cuts bytes at these places, as a network does. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((each) => each % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

function readEvents(chunks: readonly Buffer[]): string[] {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  return events;
}

function readLines(chunks: readonly Buffer[]): string[] {
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines;
}

/** What the reader must find of a push. */
function valueOf(each: Push, bare: boolean): unknown {
  const value: Record<string, unknown> =
    each.type === 'publication'
      ? { channel: each.channel, pub: JSON.parse(publicationJson(each.publication)) }
      : { disconnect: { code: 3000, reason: expect.any(String), reconnect: true } };
  return bare ? value : { push: value };
}

describe.each([
  ['SSE', SSE_FORM, readEvents, false],
  ['unidirectional SSE', UNI_SSE_FORM, readEvents, true],
  ['HTTP streaming', HTTP_STREAM_JSON, readLines, false],
  ['unidirectional HTTP streaming', UNI_HTTP_STREAM_FORM, readLines, true],
] as const)('%s', (_, form, read, bare) => {
  it('brings each push as one message with its value, wherever the network cuts', () => {
    fc.assert(
      fc.property(fc.array(push), fc.array(fc.nat()), (pushes, places) => {
        const bytes = Buffer.concat([
          form.preface ?? Buffer.alloc(0),
          ...pushes.flatMap((each) => [form.push.write(each), form.ping]),
        ]);
        const messages = read(cut(bytes, places));
        const expected = pushes.flatMap((each) => {
          const value = valueOf(each, bare) as { disconnect?: { reason?: string } };
          return [value, {}];
        });
        // An empty reason is left out.
        const values = messages.map((each) =>
          JSON.parse(
            each.replace('"code":3000,"reconnect"', '"code":3000,"reason":"","reconnect"'),
          ),
        );
        expect(values).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('HTTP streaming in Protobuf', () => {
  it('brings messages with their lengths before them', () => {
    fc.assert(
      fc.property(fc.array(push), (pushes) => {
        const form: WireForm = HTTP_STREAM_PROTOBUF;
        const pieces = pushes.flatMap((each) => [form.push.write(each), form.ping]);
        const reply: Reply = { type: 'ping', id: 7 };
        const bytes = Buffer.concat([...pieces, form.reply(reply) ?? Buffer.alloc(0)]);
        let at = 0;
        let messages = 0;
        while (at < bytes.length) {
          let length = 0;
          for (let shift = 0; ; shift += 7) {
            const byte = bytes[at++] ?? 0;
            length += (byte & 0x7f) * 2 ** shift;
            if (byte < 0x80) break;
          }
          at += length;
          messages++;
        }
        expect([at, messages]).toEqual([bytes.length, pieces.length + 1]);
      }),
      { numRuns: 100 },
    );
  });
});

/** What the chunks of a body contain. Throws when they are none. */
function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < body.length) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    const data = body.subarray(end + 2, end + 2 + size);
    if (data.length < size) throw new Error('a chunk is cut off');
    at = end + 2 + size;
    if (body.toString('latin1', at, at + 2) !== '\r\n') throw new Error('a chunk does not end');
    at += 2;
    parts.push(data);
  }
  return Buffer.concat(parts);
}

describe('streamForms', () => {
  it.each([
    ['SSE', SSE_FORM],
    ['HTTP streaming in Protobuf', HTTP_STREAM_PROTOBUF],
    ['unidirectional HTTP streaming', UNI_HTTP_STREAM_FORM],
  ])('frames what %s writes as chunks of HTTP/1.1', (_, form) => {
    const { plain, chunked } = streamForms(form);
    const written = (by: StreamForm, pushes: readonly Push[]): Buffer =>
      Buffer.concat(
        [
          by.preface,
          ...pushes.flatMap((each) => [by.push.write(each), by.ping]),
          by.reply({ type: 'ping', id: 1 }),
          by.disconnect({ code: 3001, reason: 'shutdown' }),
          by.disconnect({ code: 3000, reason: 'connection closed' }),
        ].filter((each) => each !== null),
      );
    fc.assert(
      fc.property(fc.array(push), (pushes) => {
        expect(unchunk(written(chunked, pushes))).toEqual(written(plain, pushes));
      }),
      { numRuns: 50 },
    );
  });
});

/** An EmulationRequest by hand, its fields in any order. */
function emulationProtobuf(fields: readonly (readonly [number, Buffer])[]): Buffer {
  const parts = fields.flatMap(([field, value]) => {
    const length: number[] = [];
    let rest = value.length;
    while (rest > 0x7f) {
      length.push((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return [Buffer.from([(field << 3) | 2, ...length, rest]), value];
  });
  return Buffer.concat(parts);
}

describe('decodeEmulation', () => {
  it('reads what a client wrote, in JSON and in Protobuf', () => {
    const texts = fc.record({ session: fc.string(), node: fc.string(), data: fc.string() });
    fc.assert(
      fc.property(texts, fc.boolean(), ({ session, node, data }, backwards) => {
        const json = Buffer.from(JSON.stringify({ session, node, data }));
        const bytes = Buffer.from(data);
        const expected = { session, node, data: bytes };
        expect(decodeEmulation(json, 'application/json')).toEqual(expected);
        const fields = [
          [1, Buffer.from(node)],
          [2, Buffer.from(session)],
          [3, bytes],
          [9, Buffer.from('newer')],
        ] as const;
        const body = emulationProtobuf(backwards ? fields.toReversed() : fields);
        const read = decodeEmulation(body, 'Application/Octet-Stream; x=y');
        expect({ ...read, data: Buffer.from(read.data) }).toEqual(expected);
      }),
    );
  });

  it('refuses or reads any bytes, and never throws anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, binary) => {
        try {
          decodeEmulation(Buffer.from(bytes), binary ? 'application/octet-stream' : undefined);
        } catch (error) {
          expect(error).toHaveProperty('name', 'BadEmulationError');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
