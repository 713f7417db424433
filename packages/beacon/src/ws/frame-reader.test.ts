import { deflateRawSync, constants } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientFrame, type FrameParts } from '../testing/client-frames.ts';
import { Receiver } from '../testing/ws-parts.ts';
import { inflateMessage } from './deflate.ts';
import { FrameReader, type FrameSink, type ReaderLimits } from './frame-reader.ts';

const LIMIT = 1_000;

const limits = (size: number): ReaderLimits => ({
  messageSizeLimit: size,
  decompressedSizeLimit: size,
});

/** What came of bytes, one line for each thing. */
class Notes implements FrameSink {
  readonly lines: string[] = [];

  onMessage(data: Buffer, binary: boolean): void {
    this.lines.push(binary ? `binary ${data.toString('hex')}` : `text ${data.toString()}`);
  }

  onPing(data: Buffer): void {
    this.lines.push(`ping ${data.toString('hex')}`);
  }

  onPong(): void {
    this.lines.push('pong');
  }

  onClose(code: number): void {
    this.lines.push(`close ${code}`);
  }

  onViolation(code: number): void {
    this.lines.push(`violation ${code}`);
  }
}

function read(chunks: readonly Buffer[], compression = false): string[] {
  const notes = new Notes();
  const reader = new FrameReader(limits(LIMIT), compression ? inflateMessage : null);
  // What is read is unmasked in place: the frames of a test are used again.
  for (const chunk of chunks) reader.feed(Buffer.from(chunk), notes);
  return notes.lines;
}

/** The same read by `ws`, the reference. */
async function reference(chunks: readonly Buffer[]): Promise<string[]> {
  const notes = new Notes();
  const receiver = new Receiver({
    isServer: true,
    maxPayload: LIMIT,
    allowSynchronousEvents: true,
  });
  const ended = new Promise<void>((resolve) => {
    receiver.on('message', (data: Buffer, binary: boolean) => notes.onMessage(data, binary));
    receiver.on('ping', (data: Buffer) => notes.onPing(data));
    receiver.on('pong', () => notes.onPong());
    receiver.on('conclude', (code: number) => notes.onClose(code));
    receiver.on('error', (error: Error) => {
      // Without a code: what was written after it had ended by itself.
      if (codeOf(error) > 0) notes.onViolation(codeOf(error));
      resolve();
    });
    receiver.on('finish', () => resolve());
  });
  for (const chunk of chunks) receiver.write(Buffer.from(chunk));
  receiver.end();
  await ended;
  return notes.lines;
}

function codeOf(error: Error): number {
  const symbol = Object.getOwnPropertySymbols(error).find((each) =>
    String(each).includes('status'),
  );
  return symbol === undefined ? 0 : Number((error as unknown as Record<symbol, number>)[symbol]);
}

const frames = (...parts: FrameParts[]): Buffer => Buffer.concat(parts.map(clientFrame));

const long = 'x'.repeat(126);
const code = (value: number, reason: string | Uint8Array = ''): Buffer =>
  Buffer.concat([Buffer.from([value >> 8, value & 0xff]), Buffer.from(reason)]);

const CASES: [string, Buffer, string[]][] = [
  ['an empty text', frames({ opcode: 1 }), ['text ']],
  ['a text', frames({ opcode: 1, payload: 'é' }), ['text é']],
  ['bytes', frames({ opcode: 2, payload: Buffer.from([0, 255]) }), ['binary 00ff']],
  ['125 bytes', frames({ opcode: 1, payload: long.slice(1) }), [`text ${long.slice(1)}`]],
  ['126 bytes', frames({ opcode: 1, payload: long }), [`text ${long}`]],
  [
    'a length in more bits than it needs',
    frames({ opcode: 1, payload: 'a', claims: { length: 1n, bits: 64 } }),
    ['text a'],
  ],
  ['a mask of zeros', frames({ opcode: 1, payload: 'abc', mask: [0, 0, 0, 0] }), ['text abc']],
  [
    'as much as allowed',
    frames({ opcode: 1, payload: 'x'.repeat(LIMIT) }),
    [`text ${'x'.repeat(LIMIT)}`],
  ],
  ['more than allowed', frames({ opcode: 1, payload: 'x'.repeat(LIMIT + 1) }), ['violation 1009']],
  [
    'a claim of 2^63',
    frames({ opcode: 2, claims: { length: 1n << 63n, bits: 64 } }),
    ['violation 1009'],
  ],
  [
    'a claim of 2^64 - 1',
    frames({ opcode: 2, claims: { length: (1n << 64n) - 1n, bits: 64 } }),
    ['violation 1009'],
  ],
  [
    'a message in fragments',
    frames(
      { opcode: 1, payload: 'a', fin: false },
      { opcode: 0, payload: 'b', fin: false },
      { opcode: 0, payload: 'c' },
      { opcode: 1, payload: 'd' },
    ),
    ['text abc', 'text d'],
  ],
  [
    'empty fragments',
    frames({ opcode: 2, fin: false }, { opcode: 0, fin: false }, { opcode: 0, payload: 'a' }),
    ['binary 61'],
  ],
  [
    'a character cut by a fragment',
    frames(
      { opcode: 1, payload: Buffer.from([0xc3]), fin: false },
      { opcode: 0, payload: Buffer.from([0xa9]) },
    ),
    ['text é'],
  ],
  [
    'a ping and a pong between fragments',
    frames(
      { opcode: 1, payload: 'a', fin: false },
      { opcode: 9, payload: 'p' },
      { opcode: 10 },
      { opcode: 0, payload: 'b' },
    ),
    ['ping 70', 'pong', 'text ab'],
  ],
  [
    'fragments that are too large together',
    frames({ opcode: 1, payload: 'x'.repeat(LIMIT), fin: false }, { opcode: 0, payload: 'x' }),
    ['violation 1009'],
  ],
  ['a continuation of nothing', frames({ opcode: 0, payload: 'a' }), ['violation 1002']],
  [
    'a continuation after the last fragment',
    frames({ opcode: 1, payload: 'a' }, { opcode: 0, payload: 'b' }),
    ['text a', 'violation 1002'],
  ],
  [
    'a message within a message',
    frames({ opcode: 1, payload: 'a', fin: false }, { opcode: 2, payload: 'b' }),
    ['violation 1002'],
  ],
  ['a frame without a mask', frames({ opcode: 1, payload: 'a', mask: null }), ['violation 1002']],
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv): [string, Buffer, string[]] => [
    `reserved bits ${rsv}`,
    frames({ opcode: 1, payload: 'a', rsv }),
    ['violation 1002'],
  ]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer, string[]] => [
    `the opcode ${opcode}`,
    frames({ opcode }),
    ['violation 1002'],
  ]),
  ['an empty ping', frames({ opcode: 9 }), ['ping ']],
  [
    'a ping of 125 bytes',
    frames({ opcode: 9, payload: long.slice(1) }),
    [`ping ${'78'.repeat(125)}`],
  ],
  ['a ping of 126 bytes', frames({ opcode: 9, payload: long }), ['violation 1002']],
  ['a ping in fragments', frames({ opcode: 9, fin: false }), ['violation 1002']],
  ['a pong with a payload', frames({ opcode: 10, payload: 'a' }), ['pong']],
  ['a close without a code', frames({ opcode: 8 }), ['close 1005']],
  ['a close with half a code', frames({ opcode: 8, payload: 'a' }), ['violation 1002']],
  ['a close of 126 bytes', frames({ opcode: 8, payload: long }), ['violation 1002']],
  ['a close in fragments', frames({ opcode: 8, fin: false }), ['violation 1002']],
  [
    'a close whose reason is not UTF-8',
    frames({ opcode: 8, payload: code(1000, Buffer.from([0xff])) }),
    ['violation 1007'],
  ],
  [
    'a close in the middle of a message',
    frames({ opcode: 1, payload: 'a', fin: false }, { opcode: 8 }),
    ['close 1005'],
  ],
  [
    'what follows a close',
    frames({ opcode: 8, payload: code(1000) }, { opcode: 1, payload: 'a' }),
    ['close 1000'],
  ],
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 3999, 4000, 4999].map(
    (value): [string, Buffer, string[]] => [
      `the close code ${value}`,
      frames({ opcode: 8, payload: code(value, 'é') }),
      [`close ${value}`],
    ],
  ),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535].map(
    (value): [string, Buffer, string[]] => [
      `the close code ${value}`,
      frames({ opcode: 8, payload: code(value) }),
      ['violation 1002'],
    ],
  ),
  ...[
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a character without its end', [0xe2, 0x82]],
  ].map(([name, bytes]): [string, Buffer, string[]] => [
    `text with ${String(name)}`,
    frames({ opcode: 1, payload: Buffer.from(bytes as number[]) }),
    ['violation 1007'],
  ]),
];

const byteByByte = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.from([byte]));

describe('FrameReader', () => {
  it.each(CASES)('reads %s, however it is cut, as ws does', async (_, bytes, lines) => {
    expect(read([bytes])).toEqual(lines);
    expect(read(byteByByte(bytes))).toEqual(lines);
    expect(await reference([bytes])).toEqual(lines);
    for (let at = 0; at < Math.min(bytes.length, 20); at++) {
      expect(read([bytes.subarray(0, at), Buffer.alloc(0), bytes.subarray(at)])).toEqual(lines);
    }
  });

  it('agrees with ws on any frames, right and wrong, cut anywhere', async () => {
    const payload = fc.oneof(
      { weight: 4, arbitrary: fc.string().map((text) => Buffer.from(text)) },
      { weight: 2, arbitrary: fc.uint8Array({ maxLength: 130 }).map((data) => Buffer.from(data)) },
      { weight: 1, arbitrary: fc.nat({ max: 1200 }).map((length) => Buffer.alloc(length, 'x')) },
    );
    const parts = fc.record({
      opcode: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(0, 0, 1, 2, 9, 10) },
        { weight: 1, arbitrary: fc.constantFrom(8, 3) },
      ),
      payload,
      fin: fc.oneof(
        { weight: 3, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.boolean() },
      ),
      rsv: fc.oneof(
        { weight: 30, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat({ max: 7 }) },
      ),
      mask: fc.tuple(...[0, 1, 2, 3].map(() => fc.nat({ max: 255 }))),
    });
    const cuts = fc.array(fc.nat({ max: 3000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 6 }), cuts, async (all, at) => {
        const bytes = frames(...all);
        const chunks = cut(bytes, at);
        expect(read(chunks)).toEqual(await reference(chunks));
      }),
      { numRuns: 1500 },
    );
  });

  it('agrees with ws on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const chunk = Buffer.from(bytes);
        // Half of all bytes would otherwise be refused for the mask.
        if (chunk.length > 1) chunk[1] = (chunk[1] ?? 0) | 0x80;
        expect(read([chunk])).toEqual(await reference([chunk]));
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps what has come of a message, and no more, whatever length is claimed', () => {
    const reader = new FrameReader(limits(1 << 30));
    const notes = new Notes();
    const claims = { length: 1n << 29n, bits: 64 } as const;
    const before = process.memoryUsage().arrayBuffers;
    reader.feed(clientFrame({ opcode: 2, payload: 'abc', claims }), notes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    expect(notes.lines).toEqual([]);
  });

  it('takes a message in single bytes without a chunk for each', () => {
    const reader = new FrameReader(limits(65_536));
    const notes = new Notes();
    for (const byte of byteByByte(clientFrame({ opcode: 2, payload: Buffer.alloc(65_536) }))) {
      reader.feed(byte, notes);
    }
    expect(notes.lines).toEqual([`binary ${'00'.repeat(65_536)}`]);
  });

  it('reads nothing once it is stopped, not even what it has', () => {
    const reader = new FrameReader(limits(LIMIT));
    const lines: string[] = [];
    const sink: FrameSink = Object.assign(new Notes(), {
      onMessage(data: Buffer) {
        lines.push(data.toString());
        reader.stop();
      },
    });
    reader.feed(frames({ opcode: 1, payload: 'a' }, { opcode: 1, payload: 'b' }), sink);
    reader.feed(frames({ opcode: 1, payload: 'c' }), sink);
    expect(lines).toEqual(['a']);
  });
});

describe('FrameReader with compression', () => {
  const deflate = (text: string | Buffer): Buffer =>
    deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const COMPRESSED = 4;

  it('reads compressed messages, in fragments too, and others beside them', () => {
    const bytes = deflate('hello hello hello');
    const chunk = frames(
      { opcode: 1, rsv: COMPRESSED, payload: bytes },
      { opcode: 1, payload: 'plain' },
      { opcode: 2, rsv: COMPRESSED, payload: bytes.subarray(0, 3), fin: false },
      { opcode: 9 },
      { opcode: 0, payload: bytes.subarray(3) },
    );
    const lines = [
      'text hello hello hello',
      'text plain',
      'ping ',
      `binary ${Buffer.from('hello hello hello').toString('hex')}`,
    ];
    expect(read([chunk], true)).toEqual(lines);
    expect(read(byteByByte(chunk), true)).toEqual(lines);
  });

  it.each([
    ['what is too large once decompressed', 1, deflate(Buffer.alloc(LIMIT + 1)), 'violation 1009'],
    ['what is far too large', 2, deflate(Buffer.alloc(10_000_000)), 'violation 1009'],
    ['what is not deflated', 2, Buffer.from([0xff, 0xff, 0xff]), 'violation 1007'],
    ['text that is not UTF-8', 1, deflate(Buffer.from([0xff])), 'violation 1007'],
  ])('refuses %s', (_, opcode, payload, line) => {
    const pieces: FrameParts[] = [];
    for (let at = 0; at < Math.max(1, payload.length); at += 900) {
      const fin = at + 900 >= payload.length;
      const part = payload.subarray(at, at + 900);
      pieces.push({
        opcode: at === 0 ? opcode : 0,
        rsv: at === 0 ? COMPRESSED : 0,
        payload: part,
        fin,
      });
    }
    expect(read([frames(...pieces)], true)).toEqual([line]);
  });

  it('refuses the mark of compression on control frames and continuations', () => {
    expect(read([frames({ opcode: 9, rsv: COMPRESSED })], true)).toEqual(['violation 1002']);
    const late = frames({ opcode: 1, fin: false }, { opcode: 0, rsv: COMPRESSED });
    expect(read([late], true)).toEqual(['violation 1002']);
  });
});

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const to of [...at].sort((a, b) => a - b)) {
    chunks.push(bytes.subarray(from, Math.max(from, to)));
    from = Math.max(from, Math.min(to, bytes.length));
  }
  return [...chunks, bytes.subarray(from)];
}
