import { createHash } from 'node:crypto';

/** The version of a code: `sha256-` and the 64 hexadecimal digits of the SHA-256 of its UTF-8. */
export function versionOf(code: string): string {
  return `sha256-${createHash('sha256').update(code, 'utf8').digest('hex')}`;
}
