import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** A Lua script as the server knows it. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

const INCLUDE = /^--- @include ([a-z-]+)$/gm;

// Compiled output does not contain them; the package's sources do.
const HERE = new URL('./scripts/', import.meta.url);
const FOLDER = existsSync(HERE) ? HERE : new URL('../../src/redis/scripts/', import.meta.url);

/**
 * Reads `scripts/<name>.lua` and puts in place of each `--- @include x` line the text of `scripts/includes/x.lua`, once. Throws an
 * Error when a file is missing.
 */
export function loadScript(name: string): Script {
  const included = new Set<string>();
  const resolve = (file: string): string =>
    readFileSync(new URL(file, FOLDER), 'utf8').replace(INCLUDE, (_, include: string) => {
      if (included.has(include)) return '';
      included.add(include);
      return resolve(`includes/${include}.lua`);
    });
  const source = resolve(`${name}.lua`);
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}

const loaded = new Map<string, Script>();
const sources = new Map<string, string>();

/** `loadScript`, once per process and name. */
export function script(name: string): Script {
  let found = loaded.get(name);
  if (found === undefined) {
    found = loadScript(name);
    loaded.set(name, found);
    sources.set(found.sha, found.source);
  }
  return found;
}

/** The text of a script that `script` has given. */
export function sourceOf(sha: string): string {
  const source = sources.get(sha);
  if (source === undefined) throw new RangeError(`no script has the digest ${sha}`);
  return source;
}
