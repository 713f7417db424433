import { linearRegex } from './linear-regex.ts';

/** What a capability can allow: subscribe, publish, read presence, read history. */
export type Ability = 'sub' | 'pub' | 'prs' | 'hst';

/** One rule of the claim `caps`: these abilities on the channels that match. */
export interface Capability {
  readonly abilities: ReadonlySet<Ability>;
  matches(channel: string): boolean;
}

/** What a token allows beyond the namespaces' options. Empty: nothing. */
export type Capabilities = readonly Capability[];

const ABILITIES: readonly string[] = ['sub', 'pub', 'prs', 'hst'] satisfies readonly Ability[];

/** Whether `pattern`, in which `*` stands for any text, covers the whole of `text`. Linear in the two lengths' product. */
export function wildcardMatches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return pattern === text;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return text.endsWith(last);
}

function matcher(channels: readonly string[], match: string): ((name: string) => boolean) | null {
  if (match === '') return (name) => channels.includes(name);
  if (match === 'wildcard') return (name) => channels.some((each) => wildcardMatches(each, name));
  if (match !== 'regex') return null;
  try {
    const patterns = channels.map(linearRegex);
    return (name) => patterns.some((each) => each.test(name));
  } catch {
    return null;
  }
}

function capabilityOf(value: unknown): Capability | null {
  if (typeof value !== 'object' || value === null) return null;
  const { channels, match, allow } = value as Record<string, unknown>;
  if (!Array.isArray(channels) || !channels.every((each) => typeof each === 'string')) return null;
  if (!Array.isArray(allow) || !allow.every((each) => ABILITIES.includes(each as string))) {
    return null;
  }
  if (match !== undefined && typeof match !== 'string') return null;
  const matches = matcher(channels, match ?? '');
  return matches === null ? null : { abilities: new Set(allow as Ability[]), matches };
}

/** Reads the claim `caps`: `[{"channels":["control:*"],"match":"wildcard","allow":["pub"]}]`; `null` when it is not one. */
export function parseCapabilities(claim: unknown): Capabilities | null {
  if (claim === undefined || claim === null) return [];
  if (!Array.isArray(claim)) return null;
  const rules = claim.map(capabilityOf);
  return rules.every((each) => each !== null) ? rules : null;
}

/** Whether some rule allows `ability` on `channel`. */
export function hasCapability(
  capabilities: Capabilities,
  ability: Ability,
  channel: string,
): boolean {
  return capabilities.some((each) => each.abilities.has(ability) && each.matches(channel));
}
