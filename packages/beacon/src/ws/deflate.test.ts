import { describe, expect, it } from 'vitest';
import { PerMessageDeflate, Receiver } from '../testing/ws-parts.ts';
import {
  acceptsDeflate,
  deflatedBinaryFrame,
  deflatedTextFrame,
  inflateMessage,
} from './deflate.ts';
import { binaryFrame, closeFrame, isCloseCode, textFrame } from './frames.ts';

describe('acceptsDeflate', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['permessage-deflate', true],
    ['permessage-deflate; client_max_window_bits', true],
    ['permessage-deflate; client_max_window_bits=15', true],
    ['permessage-deflate; client_max_window_bits="8"', true],
    ['permessage-deflate; client_max_window_bits=7', false],
    ['permessage-deflate; client_max_window_bits=16', false],
    ['permessage-deflate; client_no_context_takeover; server_no_context_takeover', true],
    ['permessage-deflate; server_no_context_takeover=1', false],
    ['permessage-deflate; server_max_window_bits=15', true],
    ['permessage-deflate; server_max_window_bits', false],
    ['permessage-deflate; server_max_window_bits=10', false],
    ['permessage-deflate; server_max_window_bits=10, permessage-deflate', true],
    ['permessage-deflate; client_max_window_bits; client_max_window_bits', false],
    ['permessage-deflate; unknown', false],
    ['x-webkit-deflate-frame', false],
    ['x-other; a=1, permessage-deflate', true],
    [`permessage-deflate${', x'.repeat(1_000)}`, false],
  ])('%j: %s', (header, expected) => {
    expect(acceptsDeflate(header)).toBe(expected);
  });
});

describe('frames that are compressed', () => {
  const settings = { minSize: 20, level: 1 };
  const text = JSON.stringify({ push: { channel: 'a', pub: { data: 'abc'.repeat(100) } } });

  it('are read by ws, each by itself and in any order', async () => {
    const deflate = new PerMessageDeflate({ isServer: false });
    deflate.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }]);
    const receiver = new Receiver({
      isServer: false,
      extensions: { 'permessage-deflate': deflate },
    });
    const messages: string[] = [];
    receiver.on('message', (data: Buffer, binary: boolean) => {
      messages.push(`${String(binary)} ${data.toString()}`);
    });
    const small = 'too small';
    const bytes = Buffer.from(text);
    const frames = [
      deflatedTextFrame(text, settings),
      deflatedTextFrame(small, settings),
      deflatedBinaryFrame(bytes, settings),
    ];
    expect(frames[0]?.length).toBeLessThan(text.length / 3);
    expect(frames[1]).toEqual(textFrame(small));
    for (const frame of [...frames, ...frames.toReversed()]) receiver.write(frame);
    const expected = [`false ${text}`, `false ${small}`, `true ${text}`];
    await expect.poll(() => messages).toEqual([...expected, ...expected.toReversed()]);
  });

  it('stay as they are where that is smaller', () => {
    const noise = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 7919) % 251));
    expect(deflatedBinaryFrame(noise, { minSize: 0, level: 9 })).toEqual(binaryFrame(noise));
    expect(deflatedTextFrame('', { minSize: 0, level: 9 })).toEqual(textFrame(''));
  });

  it('are unpacked up to the limit', () => {
    const frame = deflatedBinaryFrame(Buffer.alloc(1_000), { minSize: 0, level: 1 });
    const payload = frame.subarray(2);
    expect(inflateMessage(payload, 1_000)).toEqual(Buffer.alloc(1_000));
    expect(inflateMessage(payload, 999)).toBe('too large');
    expect(inflateMessage(Buffer.from([0xff, 0xff]), 999)).toBeNull();
  });
});

describe('closeFrame', () => {
  it('holds the code and as much of the reason as fits, cut between characters', () => {
    expect([...closeFrame(3501, 'é')]).toEqual([0x88, 4, 0x0d, 0xad, 0xc3, 0xa9]);
    const long = closeFrame(3000, `x${'é'.repeat(100)}`);
    expect(long.length).toBe(2 + 2 + 123);
    expect(long.subarray(4).toString()).toBe(`x${'é'.repeat(61)}`);
  });

  it('never holds a code that a peer may not send', () => {
    expect([1000, 1014, 3000, 4999].every(isCloseCode)).toBe(true);
    expect([0, 999, 1004, 1005, 1006, 1015, 2999, 5000].some(isCloseCode)).toBe(false);
  });
});
