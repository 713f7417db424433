import { encodePublication } from '@belfry/protocol';
import type { PublishExtras } from '../define-actor.ts';

/**
 * The body of a publication.
 *
 * @param what names the call in the error
 * @throws TypeError when a tag is no text
 */
export function publicationBody(
  dataJson: string,
  extras: PublishExtras | undefined,
  what: string,
): string {
  if (extras === undefined) return encodePublication(dataJson);
  const { tags, delta = false } = extras;
  for (const [name, value] of Object.entries<unknown>(tags ?? {})) {
    if (typeof value !== 'string') {
      throw new TypeError(
        `${what}: the tag ${JSON.stringify(name)} is no text but ${JSON.stringify(value)}; write it as one`,
      );
    }
  }
  return encodePublication(dataJson, { ...(tags === undefined ? {} : { tags }), delta });
}
