/**
 * The parts of the public Fossil delta format that its two directions share.
 *
 * A delta is `<target length>\n`, commands, and `<checksum>;`. A command is `<n>@<offset>,` (copy `n` bytes of the source) or `<n>:`
 * and `n` literal bytes. Numbers are in base 64, the most significant digit first.
 *
 * Format: https://fossil-scm.org/home/doc/trunk/www/delta_format.wiki
 */

export const NEWLINE = 0x0a;
export const COPY = 0x40;
export const COMMA = 0x2c;
export const LITERAL = 0x3a;
export const END = 0x3b;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~';

/** The character code of each digit. */
export const digitCodes: Uint8Array = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));

/** The digit of each byte; -1: none. */
export const digitValues: Int8Array = new Int8Array(256).fill(-1);
for (const [value, code] of digitCodes.entries()) digitValues[code] = value;

/** How many digits a number below 2^32 takes. */
export function digitCount(value: number): number {
  let count = 1;
  for (let left = value >>> 6; left !== 0; left >>>= 6) count++;
  return count;
}

/** The checksum of the format: the sum of the bytes as big-endian 32-bit words, modulo 2^32; the last word is padded with zeros. */
export function checksum(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length & ~3;
  let sum = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    sum =
      (sum +
        (((bytes[i] as number) << 24) |
          ((bytes[i + 1] as number) << 16) |
          ((bytes[i + 2] as number) << 8) |
          (bytes[i + 3] as number))) |
      0;
  }
  for (let shift = 24; i < length; i++, shift -= 8)
    sum = (sum + ((bytes[i] as number) << shift)) | 0;
  return sum >>> 0;
}
