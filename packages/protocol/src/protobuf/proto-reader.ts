import { BadFrameError } from '../bad-frame-error.ts';

/**
 * Reads Protobuf (proto3) from bytes that may be anything: every length is checked against what there is, every number against what it
 * can be here. Whatever is wrong is a BadFrameError.
 *
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */

/** How a field's value is written: the low three bits of its tag. Groups (3 and 4) are not part of proto3. */
export const wireTypes: {
  readonly varint: 0;
  readonly fixed64: 1;
  readonly bytes: 2;
  readonly fixed32: 5;
} = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Up to here a string of ASCII is put together by hand, which is faster than the decoder. */
const SHORT_STRING = 24;

const TWO_32 = 0x1_0000_0000;

export class ProtoReader {
  readonly #bytes: Uint8Array;
  #pos = 0;
  #end: number;
  // The last varint, as two unsigned 32-bit halves.
  #low = 0;
  #high = 0;
  #wireType = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Whether the message (or the frame) has been read to its end. */
  get done(): boolean {
    return this.#pos >= this.#end;
  }

  #byte(): number {
    if (this.#pos >= this.#end) throw new BadFrameError('truncated');
    return this.#bytes[this.#pos++] ?? 0;
  }

  /** Up to ten bytes of seven bits each, the lowest first; of the tenth only one bit is there. */
  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift === 63 && bits > 1) break;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new BadFrameError('a number is longer than 64 bits');
  }

  /** The number of the next field; its value is to be read or skipped next. */
  field(): number {
    const tag = this.uint32();
    this.#wireType = tag & 7;
    const number = tag >>> 3;
    if (number === 0) throw new BadFrameError('a field without a number');
    return number;
  }

  #expect(wireType: number, name: string): void {
    if (this.#wireType !== wireType) throw new BadFrameError(`${name} is of another type`);
  }

  /** A length or a tag. */
  uint32(): number {
    this.#varint();
    if (this.#high !== 0) throw new BadFrameError('a number is longer than 32 bits');
    return this.#low;
  }

  /** The value of an unsigned field of 32 bits. */
  unsigned32(name: string): number {
    this.#expect(wireTypes.varint, name);
    return this.uint32();
  }

  /** The value of an unsigned field of 64 bits, of which JavaScript can hold 53. */
  unsigned64(name: string): number {
    this.#expect(wireTypes.varint, name);
    this.#varint();
    if (this.#high > 0x1f_ffff) throw new BadFrameError(`${name} is above 2^53 - 1`);
    return this.#high * TWO_32 + this.#low;
  }

  /** The value of a signed field of 32 or 64 bits (both are written as 64), of which JavaScript can hold 53 and a sign. */
  signed(name: string): number {
    this.#expect(wireTypes.varint, name);
    this.#varint();
    const value = (this.#high | 0) * TWO_32 + this.#low;
    if (!Number.isSafeInteger(value)) throw new BadFrameError(`${name} is not within 2^53`);
    return value;
  }

  flag(name: string): boolean {
    this.#expect(wireTypes.varint, name);
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** The value of a field of bytes, without a copy. */
  bytes(name: string): Uint8Array {
    const end = this.#within(name);
    const value = this.#bytes.subarray(this.#pos, end);
    this.#pos = end;
    return value;
  }

  string(name: string): string {
    const end = this.#within(name);
    const from = this.#pos;
    this.#pos = end;
    if (end - from <= SHORT_STRING) {
      const short = this.#ascii(from, end);
      if (short !== null) return short;
    }
    try {
      return utf8.decode(this.#bytes.subarray(from, end));
    } catch (cause) {
      throw new BadFrameError(`${name} is not UTF-8`, { cause });
    }
  }

  /** `null`: something else is among it. */
  #ascii(from: number, end: number): string | null {
    let text = '';
    for (let i = from; i < end; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (byte >= 0x80) return null;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #within(name: string): number {
    this.#expect(wireTypes.bytes, name);
    const length = this.uint32();
    if (length > this.#end - this.#pos) throw new BadFrameError(`${name} is longer than its frame`);
    return this.#pos + length;
  }

  /** Goes into a message within this one. Returns what `leave` needs. */
  enter(name: string): number {
    const end = this.#within(name);
    const outer = this.#end;
    this.#end = end;
    return outer;
  }

  /** Goes into a message that a bare length stands before. Returns what `leave` needs. */
  enterDelimited(): number {
    this.#wireType = wireTypes.bytes;
    return this.enter('a message');
  }

  /** Goes back to the message around, after this one. */
  leave(outer: number): void {
    this.#pos = this.#end;
    this.#end = outer;
  }

  /** Passes over the value of a field that nobody knows. */
  skip(): void {
    switch (this.#wireType) {
      case wireTypes.varint:
        this.#varint();
        return;
      case wireTypes.bytes:
        this.#pos = this.#within('an unknown field');
        return;
      case wireTypes.fixed64:
      case wireTypes.fixed32: {
        const size = this.#wireType === wireTypes.fixed64 ? 8 : 4;
        if (size > this.#end - this.#pos) throw new BadFrameError('truncated');
        this.#pos += size;
        return;
      }
      default:
        throw new BadFrameError(`a field of wire type ${this.#wireType}`);
    }
  }
}
