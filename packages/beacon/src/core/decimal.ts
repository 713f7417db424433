/** A decimal number of any size, exactly: `±whole.fraction` without needless zeros. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; `''` for 0. */
  readonly whole: string;
  /** Without trailing zeros. */
  readonly fraction: string;
}

const MAX_LENGTH = 200;
const MAX_FRACTION = 19;
const PATTERN = /^([+-]?)0*(\d*)(?:\.(\d+))?$/;
const DIGIT = /\d/;

/**
 * Reads digits with an optional sign and fraction; no exponent. `null`: it is not such a number, longer than 200 characters, or has
 * more than 19 digits after the point. (What Centrifugo takes for a number.)
 */
export function parseDecimal(text: string): Decimal | null {
  if (text.length > MAX_LENGTH) return null;
  const match = PATTERN.exec(text);
  if (match === null || !DIGIT.test(text) || text.startsWith('.', match[1]?.length)) return null;
  const fraction = match[3] ?? '';
  if (fraction.length > MAX_FRACTION) return null;
  const whole = match[2] ?? '';
  const exact = fraction.replace(/0+$/, '');
  return { negative: match[1] === '-' && (whole !== '' || exact !== ''), whole, fraction: exact };
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  // Digits of the same places stand in the same places: the order of the texts is the order of the numbers.
  return compareText(a.whole, b.whole) || compareText(a.fraction, b.fraction);
}

/** Negative, 0 or positive, as `a` is below, equal to or above `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  return a.negative ? compareMagnitudes(b, a) : compareMagnitudes(a, b);
}
