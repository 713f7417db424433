import type { IncomingMessage } from 'node:http';
import { isSameMachine } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import type { AdminStats } from './admin-stats.ts';
import type { AdminAccess, AdminTokens } from './admin-token.ts';
import { isSameSecret } from './secret-compare.ts';

export interface AdminAccessOptions {
  /** What the CLI shows; it is taken from this machine only. */
  readonly secret: string;
  /** `undefined`: operators cannot sign in here. */
  readonly tokens: AdminTokens | undefined;
  readonly stats: AdminStats;
}

const EVERYTHING: AdminAccess = { scope: 'all', expiresAt: null };

/** The bearer token of a request; `''`: there is none. */
export function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** Whether a request is from this machine, and not passed on by a proxy on it. */
function isLocal(request: IncomingMessage): boolean {
  const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
  return isSameMachine(request) && forwardedFor === undefined && forwarded === undefined;
}

/** Who asks. Rejects with an `HttpError` when nobody may ask like this. */
export async function accessOf(
  request: IncomingMessage,
  { secret, tokens, stats }: AdminAccessOptions,
): Promise<AdminAccess> {
  const bearer = bearerOf(request);
  const local = isLocal(request);
  if (local && isSameSecret(bearer, secret)) return EVERYTHING;
  const access = await tokens?.read(bearer, Date.now());
  if (access !== undefined) return access;
  if (!local && tokens === undefined) {
    throw new HttpError(403, 'forbidden', 'the admin API answers this machine only.');
  }
  stats.unauthorized++;
  const wanted =
    tokens === undefined
      ? 'needs the admin secret as a bearer token'
      : 'needs the token of an operator as a bearer token; this is none, or it has run out. Sign in anew';
  throw new HttpError(401, 'unauthorized', `authorization: ${wanted}.`);
}

/** Refuses who may only look. */
export function mustBeAllowed({ scope }: AdminAccess, stats: AdminStats): void {
  if (scope === 'all') return;
  stats.forbidden++;
  throw new HttpError(403, 'read_only', 'this sign-in may look, and change nothing.');
}
