const utf8 = new TextEncoder();

/** Messages are written into slabs of this size, many to each: a buffer for each message would cost more than writing it. */
const SLAB_SIZE = 16 * 1024;
/** Up to here a string of ASCII is written by hand, which is faster than the encoder. */
const SHORT_STRING = 32;

const TWO_32 = 0x1_0000_0000;

/**
 * Writes Protobuf (proto3) from the end to the beginning: the length of what is within a message is known when it is to be written, so
 * nothing is measured twice and nothing is copied. Fields are therefore written last first, and a field's value before its tag. As
 * proto3 says, numbers that are 0 and what is empty are left out.
 */
export class ProtoWriter {
  #buffer = new Uint8Array(SLAB_SIZE);
  /** Where the message ends that is being written, and before that what was finished begins. */
  #end = SLAB_SIZE;
  #pos = SLAB_SIZE;

  /** How much is there by now: give it to `message` to end what was written since. */
  get mark(): number {
    return this.#end - this.#pos;
  }

  /** What was written. It is not written to again. */
  finish(): Uint8Array {
    const bytes = this.#buffer.subarray(this.#pos, this.#end);
    this.#end = this.#pos;
    // A slab that one large message was made for is that message's alone.
    if (this.#buffer.length > SLAB_SIZE) this.#begin(SLAB_SIZE);
    return bytes;
  }

  /** Forgets what was written and not finished. */
  reset(): void {
    this.#pos = this.#end;
  }

  #begin(size: number): void {
    this.#buffer = new Uint8Array(size);
    this.#end = size;
    this.#pos = size;
  }

  /** Makes room before what is there. */
  #room(size: number): void {
    if (this.#pos >= size) return;
    const written = this.#buffer.subarray(this.#pos, this.#end);
    const needed = written.length + size;
    this.#begin(needed > SLAB_SIZE ? needed * 2 : SLAB_SIZE);
    this.#pos -= written.length;
    this.#buffer.set(written, this.#pos);
  }

  /** A varint of up to 53 bits. */
  #varint(value: number): void {
    this.#room(8);
    if (value < 0x80) {
      this.#buffer[--this.#pos] = value;
      return;
    }
    let length = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
    this.#pos -= length;
    let rest = value;
    for (let i = 0; i < length; i++) {
      const low = rest < TWO_32 ? rest & 0x7f : rest % 0x80;
      this.#buffer[this.#pos + i] = i < length - 1 ? low | 0x80 : low;
      rest = rest < TWO_32 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  number(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(value);
    this.#tag(field, 0);
  }

  flag(field: number, value: boolean): void {
    if (value) this.number(field, 1);
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#pos -= bytes.length;
    this.#buffer.set(bytes, this.#pos);
  }

  bytes(field: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#raw(bytes);
    this.#varint(bytes.length);
    this.#tag(field, 2);
  }

  /** As a string, or as the bytes of a text. */
  string(field: number, text: string): void {
    if (text === '') return;
    this.entryString(field, text);
  }

  /** The same where it must be there even when empty: as the key of a map. */
  entryString(field: number, text: string): void {
    const before = this.mark;
    this.#text(text);
    this.message(field, before);
  }

  #text(text: string): void {
    if (text.length <= SHORT_STRING && this.#ascii(text)) return;
    // A character of a string takes three bytes at most.
    this.#room(text.length * 3);
    const from = this.#pos - text.length * 3;
    const { written } = utf8.encodeInto(text, this.#buffer.subarray(from, this.#pos));
    this.#pos -= written;
    this.#buffer.copyWithin(this.#pos, from, from + written);
  }

  /** False: there is something else in it, and nothing was written. */
  #ascii(text: string): boolean {
    this.#room(text.length);
    const from = this.#pos - text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#buffer[from + i] = code;
    }
    this.#pos = from;
    return true;
  }

  /** Makes what was written since `mark` the message `field`. */
  message(field: number, mark: number): void {
    this.#varint(this.mark - mark);
    this.#tag(field, 2);
  }

  /** Puts the length of what was written since `mark` before it. */
  delimit(mark: number): void {
    this.#varint(this.mark - mark);
  }
}
