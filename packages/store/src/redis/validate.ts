import { parseActorKey } from '@belfry/protocol';
import { StoreError } from '../store-error.ts';

function invalid(message: string): StoreError {
  return new StoreError('invalid', message);
}

export function checkActor(actor: string): void {
  if (parseActorKey(actor) === null) {
    throw invalid(
      `actor ${JSON.stringify(actor)}: use kind/id, with a kind of lower-case letters, digits and "-" and an id of letters, digits and _ . ~ @ + = -`,
    );
  }
}

export function checkChannel(channel: string): void {
  if (channel === '') throw invalid('channel: it is empty; give it a name');
}

/** Texts that stand in a header of one line. */
export function checkLine(name: string, text: string): void {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x20) {
      throw invalid(`${name}: ${JSON.stringify(text)} has a control character; leave it out`);
    }
  }
}

/** Whole numbers in a range. */
export function checkWhole(
  name: string,
  value: number,
  range: { min: number; max?: number },
): void {
  const max = range.max ?? Number.MAX_SAFE_INTEGER;
  if (!Number.isInteger(value) || value < range.min || value > max) {
    throw invalid(`${name}: ${value}; it must be a whole number from ${range.min} to ${max}`);
  }
}

/** A time or length in ms. */
export function checkMillis(name: string, value: number): void {
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw invalid(`${name}: ${value}; it must be a number of milliseconds, 0 or more`);
  }
}
