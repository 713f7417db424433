import { wildcardMatches } from '../core/capabilities.ts';

/**
 * Whether a page of `origin` may use the server at `host`: its own pages may, and those that `allowed` names, where `*` stands for any
 * text. Clients that are no browsers send no origin and may.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || origin === '' || allowed.includes('*')) return true;
  // A sandboxed page says `null`. No other origin has a path, so no pattern can match by one.
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host === host?.toLowerCase()) return true;
  const own = `${page.protocol}//${page.host}`;
  return allowed.some((each) => wildcardMatches(each.toLowerCase(), own));
}
