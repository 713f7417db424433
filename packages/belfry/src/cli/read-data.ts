import type { OperationInput } from '../operations/operations.ts';
import { UsageError } from './command.ts';

/** Any JSON value. */
export type Json = OperationInput<'channels.publish'>['data'];

/** Reads the positional `<data>`. Throws a `UsageError`. */
export function readData(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(
      `<data>: got ${text}; it must be JSON, e.g. '{"text":"hello"}' or '"hello"'.`,
    );
  }
}
