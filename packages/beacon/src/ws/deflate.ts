import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { binaryFrame, compressedFrame, opcodes, textFrame } from './frames.ts';

/**
 * permessage-deflate (RFC 7692), always without context takeover in both directions: each message is compressed by itself, so a
 * compressed frame can be shared by all who negotiated it, and a connection keeps no window.
 */

/** What `websocket.compression…` says. */
export interface CompressionSettings {
  /** Smaller messages are sent as they are; in bytes. */
  readonly minSize: number;
  /** 1 (fast) to 9 (small). */
  readonly level: number;
}

/** What the server answers to an offer that it takes. */
export const DEFLATE_RESPONSE =
  'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

/** What every deflated message ends with and the wire leaves out (RFC 7692, 7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Whether one of the offers in a `Sec-WebSocket-Extensions` header can be answered with `DEFLATE_RESPONSE`. */
export function acceptsDeflate(header: string | undefined): boolean {
  if (header === undefined || header.length > 1000) return false;
  return header.split(',').some(isAcceptable);
}

function isAcceptable(offer: string): boolean {
  const [name, ...parameters] = offer.split(';').map((each) => each.trim());
  if (name !== 'permessage-deflate') return false;
  const seen = new Set<string>();
  return parameters.every((each) => {
    const [key = '', value] = each.split('=').map((part) => part.trim());
    if (seen.has(key)) return false;
    seen.add(key);
    switch (key) {
      case 'server_no_context_takeover':
      case 'client_no_context_takeover':
        return value === undefined;
      case 'client_max_window_bits':
        return value === undefined || isWindowBits(value);
      case 'server_max_window_bits':
        // A smaller window would need frames of its own.
        return value !== undefined && unquoted(value) === '15';
      default:
        return false;
    }
  });
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

function isWindowBits(value: string): boolean {
  return /^([89]|1[0-5])$/.test(unquoted(value));
}

/** Decompresses a message; see `Inflate`. */
export function inflateMessage(data: Buffer, limit: number): Buffer | 'too large' | null {
  try {
    return inflateRawSync(Buffer.concat([data, TAIL]), {
      finishFlush: constants.Z_SYNC_FLUSH,
      // 0 is none to zlib.
      maxOutputLength: Math.max(1, limit),
    });
  } catch (error) {
    return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too large'
      : null;
  }
}

function deflated(data: Uint8Array, { minSize, level }: CompressionSettings): Buffer | null {
  if (data.length < minSize) return null;
  const bytes = deflateRawSync(data, { level, finishFlush: constants.Z_SYNC_FLUSH });
  const length = bytes.length - TAIL.length;
  return length < data.length ? bytes.subarray(0, length) : null;
}

/** A frame of a text, compressed if that makes it smaller. */
export function deflatedTextFrame(text: string, settings: CompressionSettings): Buffer {
  const bytes = deflated(Buffer.from(text), settings);
  return bytes === null ? textFrame(text) : compressedFrame(opcodes.text, bytes);
}

/** A frame of bytes, compressed if that makes it smaller. */
export function deflatedBinaryFrame(data: Uint8Array, settings: CompressionSettings): Buffer {
  const bytes = deflated(data, settings);
  return bytes === null ? binaryFrame(data) : compressedFrame(opcodes.binary, bytes);
}
