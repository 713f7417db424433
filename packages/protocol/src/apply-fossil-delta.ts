import { checksum, COMMA, COPY, digitValues, END, LITERAL, NEWLINE } from './fossil-format.ts';

/** The largest target that `applyFossilDelta` makes unless told otherwise, in bytes: 16 MiB. */
export const MAX_DELTA_TARGET = 16_777_216;

/** What was to be applied is not a delta, or not one of this source. */
export class FossilDeltaError extends Error {
  override readonly name = 'FossilDeltaError';
}

/** Reads the numbers of a delta. */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A number, and the byte that ends it. */
  number(): number {
    const { bytes } = this;
    const from = this.at;
    let value = 0;
    for (;;) {
      // Past the end it is `undefined`, which is no digit.
      const digit = digitValues[bytes[this.at] ?? 0] as number;
      if (digit < 0) break;
      value = value * 64 + digit;
      this.at++;
      if (value > 0xffff_ffff) throw new FossilDeltaError('a number is above 2^32 - 1');
    }
    if (this.at === from) throw new FossilDeltaError(`no number at byte ${from}`);
    return value;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new FossilDeltaError('the delta ends too early');
    this.at++;
    return value;
  }
}

/**
 * The target that `delta` makes of `source`. Takes time and memory in proportion to the target at most, whatever the input.
 *
 * @param maxBytes the largest target, in bytes; default `MAX_DELTA_TARGET`
 * @throws FossilDeltaError when it is not a delta of this source, or its target is too large
 */
export function applyFossilDelta(
  source: Uint8Array,
  delta: Uint8Array,
  maxBytes: number = MAX_DELTA_TARGET,
): Uint8Array {
  const reader = new Reader(delta);
  const size = reader.number();
  if (reader.byte() !== NEWLINE) throw new FossilDeltaError('the size is not ended by a line feed');
  if (size > maxBytes) {
    throw new FossilDeltaError(`a target of ${size} bytes is above the limit of ${maxBytes}`);
  }
  const target = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const count = reader.number();
    const command = reader.byte();
    if (command === END) {
      if (at !== size) throw new FossilDeltaError(`${at} bytes were made of ${size}`);
      if (reader.at !== delta.length) throw new FossilDeltaError('something follows the end');
      if (checksum(target) !== count) throw new FossilDeltaError('the checksum is not right');
      return target;
    }
    // Nothing that makes no progress: the number of commands is bounded by the size.
    if (count === 0) throw new FossilDeltaError('an empty command');
    if (count > size - at) throw new FossilDeltaError('more bytes than the size says');
    if (command === COPY) {
      const from = reader.number();
      if (reader.byte() !== COMMA) throw new FossilDeltaError('a copy is not ended by a comma');
      if (from + count > source.length) throw new FossilDeltaError('a copy from past the source');
      target.set(source.subarray(from, from + count), at);
    } else if (command === LITERAL) {
      if (count > delta.length - reader.at) throw new FossilDeltaError('a literal is cut short');
      target.set(delta.subarray(reader.at, reader.at + count), at);
      reader.at += count;
    } else {
      throw new FossilDeltaError(`unknown command ${command} at byte ${reader.at - 1}`);
    }
    at += count;
  }
}
