import { wildcardMatches } from '../core/capabilities.ts';

/**
 * Whether a page of `origin` may connect. Clients that are no browsers send none and may. Without a list only pages of the same host
 * may; in a list `*` stands for any text.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || origin === '') return true;
  const lower = origin.toLowerCase();
  if (allowed.some((each) => wildcardMatches(each.toLowerCase(), lower))) return true;
  if (allowed.length > 0 || !URL.canParse(origin)) return false;
  return new URL(origin).host === host?.toLowerCase();
}
