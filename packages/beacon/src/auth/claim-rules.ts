import type { TokenConfig } from '../config.ts';
import { linearRegex } from '../core/linear-regex.ts';

/** The most characters of a claim, and values of `aud`, that are looked at: nobody has verified yet who wrote them. */
const MAX_CLAIM = 1024;
const MAX_AUDIENCES = 64;

/** What a token must say of its audience and issuer, by regular expressions, and what their named groups matched. */
export class ClaimRules {
  readonly #audience: RegExp | null;
  readonly #issuer: RegExp | null;

  /** @throws TypeError naming the option that is no regular expression */
  constructor(config: TokenConfig) {
    this.#audience = compile(config.audience_regex, 'audience_regex');
    this.#issuer = compile(config.issuer_regex, 'issuer_regex');
  }

  /** The named groups; throws when the claims do not match. */
  groups({
    aud,
    iss,
  }: {
    readonly aud?: unknown;
    readonly iss?: unknown;
  }): ReadonlyMap<string, string> {
    const groups = new Map<string, string>();
    if (this.#issuer !== null) take(groups, matched(this.#issuer, [iss], 'iss'));
    if (this.#audience !== null) {
      take(groups, matched(this.#audience, Array.isArray(aud) ? aud : [aud], 'aud'));
    }
    return groups;
  }
}

/** Go writes `(?P<name>…)` where JavaScript writes `(?<name>…)`. */
function compile(source: string | undefined, option: string): RegExp | null {
  if (source === undefined || source === '') return null;
  try {
    return linearRegex(source.replaceAll('(?P<', '(?<'));
  } catch (cause) {
    throw new TypeError(
      `client.token.${option}: ${JSON.stringify(source)} is not a regular expression: ${String(cause)}`,
      { cause },
    );
  }
}

function matched(regex: RegExp, values: readonly unknown[], claim: string): RegExpExecArray {
  for (const value of values.slice(0, MAX_AUDIENCES)) {
    const isShort = typeof value === 'string' && value.length <= MAX_CLAIM;
    const match = isShort ? regex.exec(value) : null;
    if (match !== null) return match;
  }
  throw new Error(`${claim} does not match ${String(regex)}`);
}

function take(groups: Map<string, string>, { groups: found = {} }: RegExpExecArray): void {
  for (const [name, value] of Object.entries(found))
    if (value !== undefined) groups.set(name, value);
}

/**
 * The URL of a template such as `https://keys/{{realm}}/certs`. What a token says goes in escaped and cannot lead anywhere else; throws when
 * it tries.
 */
export function fillTemplate(template: string, groups: ReadonlyMap<string, string>): string {
  return template.replaceAll(/\{\{(.*?)\}\}/g, (_all, name: string) => {
    const value = groups.get(name.trim());
    if (value === undefined || value === '' || /^\.+$/.test(value)) {
      throw new Error(`the token gives no ${name.trim()} for the endpoint of keys`);
    }
    return encodeURIComponent(value);
  });
}
