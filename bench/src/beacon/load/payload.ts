/**
 * What is published: JSON with a mark that says which publication of its channel it is and when it was sent, so that whoever gets it
 * finds both without parsing: `#<9 digits: number>#<12 digits: microseconds>`.
 */

const SEQUENCE_DIGITS = 9;
const TIME_DIGITS = 12;
const SIGN = 0x23;
const ZERO = 0x30;

export const MARK_LENGTH: number = 2 + SEQUENCE_DIGITS + TIME_DIGITS;

/** Bytes of a payload. */
export const PAYLOAD_SIZE = 200;

const FILL = 'x'.repeat(PAYLOAD_SIZE - MARK_LENGTH - '{"m":"","p":""}'.length);

/** JSON of `PAYLOAD_SIZE` bytes. */
export function payloadOf(sequence: number, micros: number): string {
  return `{"m":"#${pad(sequence, SEQUENCE_DIGITS)}#${pad(micros, TIME_DIGITS)}","p":"${FILL}"}`;
}

function pad(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, '0');
}

/** Where a mark begins in `[from, end)`; below 0: nowhere. `guess` is tried first. */
export function findMark(
  bytes: Buffer,
  guess: number,
  range: { from: number; end: number },
): number {
  const { from, end } = range;
  if (guess >= from && isMark(bytes, guess, end)) return guess;
  for (let at = from; at < end; at++) {
    if (bytes[at] === SIGN && isMark(bytes, at, end)) return at;
  }
  return -1;
}

function isMark(bytes: Buffer, at: number, end: number): boolean {
  return at + MARK_LENGTH <= end && bytes[at] === SIGN && bytes[at + 1 + SEQUENCE_DIGITS] === SIGN;
}

export function sequenceAt(bytes: Buffer, mark: number): number {
  return digitsAt(bytes, mark + 1, SEQUENCE_DIGITS);
}

export function microsAt(bytes: Buffer, mark: number): number {
  return digitsAt(bytes, mark + 2 + SEQUENCE_DIGITS, TIME_DIGITS);
}

function digitsAt(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) value = value * 10 + ((bytes[i] ?? ZERO) - ZERO);
  return value;
}
