import {
  checksum,
  COMMA,
  COPY,
  digitCodes,
  digitCount,
  END,
  LITERAL,
  NEWLINE,
} from './fossil-format.ts';

/** Every how many bytes of the source a block is noted. */
const STEP = 4;
/** How many bytes are hashed, two words: no shorter match is found. Most that are worth a copy are names between values of JSON. */
const BLOCK = 8;
/** How many blocks of one hash are looked at: bounds the time that repetitive or hostile input takes. */
const MAX_CANDIDATES = 12;
/** A match of this length is good enough. */
const GOOD_MATCH = 48;
/** Larger scratch tables are not kept. */
const MAX_KEPT = 1 << 18;

let keptHeads = new Int32Array(1024);
let keptNext = new Int32Array(1024);

function tables(blocks: number): { readonly heads: Int32Array; readonly next: Int32Array } {
  let size = 256;
  while (size < blocks) size *= 2;
  let heads = keptHeads;
  let next = keptNext;
  if (heads.length < size || next.length < size) {
    heads = new Int32Array(size);
    next = new Int32Array(size);
    if (size <= MAX_KEPT) {
      keptHeads = heads;
      keptNext = next;
    }
  }
  const mine = heads.subarray(0, size);
  mine.fill(-1);
  return { heads: mine, next };
}

/** Four bytes as a number, the first one lowest. */
function wordAt(bytes: Uint8Array, from: number): number {
  return (
    (bytes[from] as number) |
    ((bytes[from + 1] as number) << 8) |
    ((bytes[from + 2] as number) << 16) |
    ((bytes[from + 3] as number) << 24)
  );
}

/** Where a block of two words stands in a table of `2 ** bits`. Multiplying mixes upwards: the high bits choose. */
function slotOf(first: number, second: number, bits: number): number {
  const mixed = (Math.imul(first, 0x9e37_79b1) + Math.imul(second, 0x85eb_ca77)) | 0;
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae3d) >>> (32 - bits);
}

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

/** How many bytes `a` and `b` end in alike, `kept` of the beginning left out. */
function commonSuffix(a: Uint8Array, b: Uint8Array, kept: number): number {
  const most = Math.min(a.length, b.length) - kept;
  let i = 0;
  while (i < most && a[a.length - 1 - i] === b[b.length - 1 - i]) i++;
  return i;
}

/** Writes a delta, until it is longer than it may be. */
class Writer {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  #at = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(limit);
  }

  /** A number and the character after it. False: there is no room. */
  number(value: number, then: number): boolean {
    let digits = digitCount(value);
    if (this.#at + digits + 1 > this.#limit) return false;
    let left = value;
    const end = this.#at + digits;
    for (; digits > 0; digits--) {
      this.#bytes[this.#at + digits - 1] = digitCodes[left & 63] as number;
      left >>>= 6;
    }
    this.#bytes[end] = then;
    this.#at = end + 1;
    return true;
  }

  literal(target: Uint8Array, from: number, to: number): boolean {
    if (from === to) return true;
    if (!this.number(to - from, LITERAL) || this.#at + to - from > this.#limit) return false;
    this.#bytes.set(target.subarray(from, to), this.#at);
    this.#at += to - from;
    return true;
  }

  copy(offset: number, length: number): boolean {
    return length === 0 || (this.number(length, COPY) && this.number(offset, COMMA));
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }
}

/** Makes the commands for the target's bytes from `at` on. */
class Differ {
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  readonly #utf8: boolean;
  readonly #writer: Writer;
  /** Everything before it is written. */
  #written = 0;
  /** How much further in the source the last copy stood. */
  #shift = 0;
  /** The length of the longest match so far; 0: none. */
  #found = 0;
  #foundAt = 0;
  #foundOffset = 0;

  constructor(source: Uint8Array, target: Uint8Array, options: { utf8: boolean; writer: Writer }) {
    this.#source = source;
    this.#target = target;
    this.#utf8 = options.utf8;
    this.#writer = options.writer;
  }

  /** Copies where that pays; what stands between is written literally. False: there is no room. */
  copy(offset: number, at: number, length: number): boolean {
    let from = at;
    let to = at + length;
    if (this.#utf8) {
      while (from < to && !this.#isBoundary(from)) from++;
      while (to > from && !this.#isBoundary(to)) to--;
    }
    const moved = offset + from - at;
    // The literal that it may split takes a number and a colon more.
    if (to - from <= digitCount(to - from) + digitCount(moved) + 4) return true;
    const ok =
      this.#writer.literal(this.#target, this.#written, from) &&
      this.#writer.copy(moved, to - from);
    this.#written = to;
    return ok;
  }

  /** Whether no character of UTF-8 goes on at `at`. */
  #isBoundary(at: number): boolean {
    return at >= this.#target.length || ((this.#target[at] as number) & 0xc0) !== 0x80;
  }

  /** Looks for pieces of the source in the target from `from` to `to`. */
  search(from: number, to: number): boolean {
    const source = this.#source;
    const target = this.#target;
    if (to - from < BLOCK || source.length < BLOCK) return true;
    const blocks = Math.floor((source.length - BLOCK) / STEP) + 1;
    const { heads, next } = tables(blocks);
    const bits = 31 - Math.clz32(heads.length);
    this.#index(heads, next, bits);
    let at = from;
    let first = wordAt(target, at);
    let second = wordAt(target, at + STEP);
    for (;;) {
      const head = heads[slotOf(first, second, bits)] as number;
      const end = head < 0 ? at : this.#best(head, next, { at, to });
      if (end < 0) return false;
      if (end > at) {
        at = end;
        if (at + BLOCK > to) return true;
        first = wordAt(target, at);
        second = wordAt(target, at + STEP);
        continue;
      }
      if (at + BLOCK >= to) return true;
      first = (first >>> 8) | (second << 24);
      second = (second >>> 8) | ((target[at + BLOCK] as number) << 24);
      at++;
    }
  }

  #index(heads: Int32Array, next: Int32Array, bits: number): void {
    const source = this.#source;
    // Backwards, so that the first of equal blocks is found first. A block ends with the word that the next one begins with.
    const last = Math.floor((source.length - BLOCK) / STEP);
    let second = wordAt(source, (last + 1) * STEP);
    for (let block = last; block >= 0; block--) {
      const first = wordAt(source, block * STEP);
      const slot = slotOf(first, second, bits);
      next[block] = heads[slot] as number;
      heads[slot] = block;
      second = first;
    }
  }

  /** Copies the longest match at `at`. Where it ends: `at` when there is none that pays; -1: there is no room. */
  #best(head: number, next: Int32Array, { at, to }: { at: number; to: number }): number {
    const before = this.#written;
    this.#found = 0;
    // What changes in place is followed by what follows in the source as well.
    this.#try(at + this.#shift, at, to);
    let left = MAX_CANDIDATES;
    for (let block = head; block >= 0 && left > 0; block = next[block] as number, left--) {
      if (this.#found >= GOOD_MATCH) break;
      this.#try(block * STEP, at, to);
    }
    if (this.#found === 0) return at;
    if (!this.copy(this.#foundOffset, this.#foundAt, this.#found)) return -1;
    if (this.#written > before) this.#shift = this.#foundOffset - this.#foundAt;
    return Math.max(at, this.#written);
  }

  /** Notes the match of the source at `offset` with the target at `at` when it is longer than what was found. */
  #try(offset: number, at: number, to: number): void {
    const source = this.#source;
    const target = this.#target;
    if (offset < 0) return;
    const most = Math.min(source.length - offset, to - at);
    let forward = 0;
    while (forward < most && source[offset + forward] === target[at + forward]) forward++;
    if (forward < BLOCK) return;
    const mostBack = Math.min(offset, at - this.#written);
    let back = 0;
    while (back < mostBack && source[offset - back - 1] === target[at - back - 1]) back++;
    if (forward + back <= this.#found) return;
    this.#found = forward + back;
    this.#foundAt = at - back;
    this.#foundOffset = offset - back;
  }

  finish(): boolean {
    return this.#writer.literal(this.#target, this.#written, this.#target.length);
  }
}

export interface CreateDeltaOptions {
  /**
   * The target is UTF-8, and no literal of the delta may begin or end within a character, so that the delta is UTF-8 itself and can
   * travel as text. Default false.
   */
  readonly utf8?: boolean;
  /** The longest delta that is of use, in bytes. Default: one byte less than the target. */
  readonly maxBytes?: number;
}

/**
 * A Fossil delta that makes `target` of `source`; `null` when it would be longer than it may be. Takes time in proportion to both
 * lengths, whatever they contain.
 */
export function createFossilDelta(
  source: Uint8Array,
  target: Uint8Array,
  { utf8 = false, maxBytes = target.length - 1 }: CreateDeltaOptions = {},
): Uint8Array | null {
  if (maxBytes <= 0) return null;
  const writer = new Writer(maxBytes);
  const differ = new Differ(source, target, { utf8, writer });
  const prefix = commonPrefix(source, target);
  const suffix = commonSuffix(source, target, prefix);
  const end = target.length - suffix;
  const ok =
    writer.number(target.length, NEWLINE) &&
    differ.copy(0, 0, prefix) &&
    differ.search(prefix, end) &&
    differ.copy(source.length - suffix, end, suffix) &&
    differ.finish() &&
    writer.number(checksum(target), END);
  return ok ? writer.done() : null;
}
