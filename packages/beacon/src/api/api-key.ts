import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiMethod } from '@belfry/protocol';
import { wildcardMatches } from '../core/capabilities.ts';
import { API_METHODS } from './methods.ts';

/** A key of the server API, and what it is good for. */
export interface ApiKey {
  /** What logs call it. */
  readonly name: string;
  /** What callers show. Either this or `key_hash`. */
  readonly key?: string | undefined;
  /** Its SHA-256 in hexadecimal digits. */
  readonly key_hash?: string | undefined;
  /** Methods, `read` (those that change nothing), `write` (the others) or `*`. Default `*`. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * Only these channels, `*` standing for any text. Methods that name no channel then have to be among the scopes by their own names.
   * Default: all.
   */
  readonly channels?: readonly string[] | undefined;
}

/** What a caller may do. */
export interface ApiAccess {
  readonly name: string;
  /** What forbids a call; `null`: nothing. `channels`: those that the request names, `null` if its method names none. */
  problem(method: ApiMethod, channels: readonly string[] | null): string | null;
}

/** May do anything. */
export const FULL_ACCESS: ApiAccess = { name: 'full', problem: () => null };

function accessOf({ name, scopes = ['*'], channels }: ApiKey): ApiAccess {
  const allowed = new Set(scopes);
  return {
    name,
    problem(method, named) {
      const byName = allowed.has(method);
      if (!byName && !allowed.has('*') && !allowed.has(API_METHODS[method].access)) {
        return `the key "${name}" is not for ${method}`;
      }
      if (channels === undefined) return null;
      if (named === null) {
        return byName ? null : `the key "${name}" is for some channels, and not for ${method}`;
      }
      const other = named.find((each) => !channels.some((own) => wildcardMatches(own, each)));
      return other === undefined
        ? null
        : `the key "${name}" is not for the channel ${JSON.stringify(other)}`;
    },
  };
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Tells what the holder of a key may do; `null`: there is no such key. Takes as long for any key that is not there. */
export function apiKeys(keys: readonly ApiKey[]): (shown: string) => ApiAccess | null {
  const known = keys.map((each) => ({
    hash: each.key === undefined ? Buffer.from(each.key_hash ?? '', 'hex') : sha256(each.key),
    access: accessOf(each),
  }));
  return (shown) => {
    const given = sha256(shown);
    let found: ApiAccess | null = null;
    for (const each of known) {
      const same = each.hash.length === given.length && timingSafeEqual(each.hash, given);
      if (same) found ??= each.access;
    }
    return found;
  };
}
