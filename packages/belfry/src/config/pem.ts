import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/**
 * The text of a `*_pem` option, which is PEM, base64 of PEM, or the path of a file with it. Files are read each time. Throws a
 * `ConfigError`.
 *
 * @param directory what a relative path is relative to: `baseOf(path)` of the config
 */
export function readPem(
  value: string,
  { path, directory }: { readonly path: string; readonly directory: string },
): string {
  if (value.includes('-----BEGIN ')) return value;
  if (BASE64.test(value)) {
    const text = Buffer.from(value, 'base64').toString('utf8');
    if (text.includes('-----BEGIN ')) return text;
  }
  const file = resolve(directory, value);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      [
        `${path}: it is neither PEM nor base64 of it, and ${file} cannot be read: ${(cause as Error).message}.`,
      ],
      { cause },
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigError([`${path}: ${file} does not hold PEM ("-----BEGIN …").`]);
}
