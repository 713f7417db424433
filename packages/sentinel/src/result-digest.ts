import { createHash } from 'node:crypto';
import { canonicalJson } from '@belfry/protocol';

/** What tells results apart: the same for the same JSON data, whatever the order of its keys. 22 characters, 128 bits. */
export function resultDigest(result: unknown): string {
  return createHash('sha256').update(canonicalJson(result)).digest('base64url').slice(0, 22);
}
