import { parseActorKey } from '@belfry/protocol';
import { StoreError } from '../store-error.ts';

/** The longest channel name the store takes. Clients are held to less. */
const MAX_CHANNEL = 1024;
const MAX_NAME = 1024;
/** The longest time span, in ms: a hundred years. */
export const MAX_SPAN: number = 100 * 365 * 86_400_000;

function invalid(what: string, got: unknown, rule: string): StoreError {
  const shown = typeof got === 'string' ? JSON.stringify(got.slice(0, 80)) : String(got);
  return new StoreError('invalid', `${what} is ${shown}; it must be ${rule}`);
}

export function checkActor(what: string, key: string): string {
  if (parseActorKey(key) === null) {
    throw invalid(what, key, 'kind/id, e.g. match/42 (see isActorKind and isActorId)');
  }
  return key;
}

export function checkChannel(what: string, name: string): string {
  if (typeof name !== 'string' || name.length === 0 || name.length > MAX_CHANNEL) {
    throw invalid(what, name, `a name of 1 to ${MAX_CHANNEL} characters`);
  }
  return name;
}

/** An id, a user or a holder. */
export function checkName(what: string, name: string): string {
  // oxlint-disable-next-line no-control-regex
  if (typeof name !== 'string' || name.length > MAX_NAME || /[\u0000-\u001f]/.test(name)) {
    throw invalid(
      what,
      name,
      `a text of at most ${MAX_NAME} characters without control characters`,
    );
  }
  return name;
}

export function checkText(what: string, text: string): string {
  if (typeof text !== 'string') throw invalid(what, text, 'a text');
  return text;
}

export function checkTextOrNull(what: string, text: string | null): string | null {
  return text === null ? null : checkText(what, text);
}

/** A finite number within bounds, both included. */
export function checkNumber(
  what: string,
  value: number,
  [min, max]: readonly [number, number],
): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw invalid(what, value, `a number from ${min} to ${max}`);
  }
  return value;
}

/** A whole number within bounds, both included. */
export function checkInteger(
  what: string,
  value: number,
  bounds: readonly [number, number],
): number {
  if (!Number.isSafeInteger(value)) throw invalid(what, value, 'a whole number');
  return checkNumber(what, value, bounds);
}

/** A point of time; `null`: none. */
export function checkTime(what: string, value: number | null): number | null {
  return value === null ? null : checkNumber(what, value, [0, Number.MAX_SAFE_INTEGER]);
}

/** A time span in ms. */
export function checkSpan(what: string, value: number, min = 0): number {
  return checkNumber(what, value, [min, MAX_SPAN]);
}
