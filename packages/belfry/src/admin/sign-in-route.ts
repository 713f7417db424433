import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RateLimiter } from '../auth/core/rate-limiter.ts';
import { clientAddress } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonObject } from '../http/json-body.ts';
import { type Route, sendJson } from '../http/router.ts';
import type { Logger } from '../log/logger.ts';
import type { AdminStats } from './admin-stats.ts';
import type { AdminScope, AdminTokens } from './admin-token.ts';
import { isSameSecret } from './secret-compare.ts';
import type { UsedCodes } from './used-codes.ts';

const MAX_BODY_BYTES = 4_096;

export interface SignInOptions {
  readonly tokens: AdminTokens;
  readonly codes: UsedCodes;
  /** `undefined`: there is none, and only links and tokens let in. */
  readonly password: string | undefined;
  /** Of attempts with a password, by address. */
  readonly limiter: RateLimiter;
  readonly clientIpHeader: string | undefined;
  readonly stats: AdminStats;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** What a sign-in brings. */
interface SignIn {
  readonly token: string;
  readonly expiresAt: number;
  readonly scope: AdminScope;
}

function refused(code: string, message: string): HttpError {
  return new HttpError(401, code, message);
}

async function byCode(code: string, { tokens, codes }: SignInOptions): Promise<SignIn> {
  const now = Date.now();
  const read = await tokens.readCode(code, now);
  if (read === undefined || !(await codes.use(read.id))) {
    throw refused(
      'bad_code',
      'this link was used already, or is too old. `belfry admin link` prints a new one.',
    );
  }
  return { ...(await tokens.sign(read.scope, now)), scope: read.scope };
}

async function byPassword(
  given: string,
  { tokens, password, limiter, stats }: SignInOptions,
  address: string,
): Promise<SignIn> {
  const now = Date.now();
  // A token cannot be guessed, so it is not limited: whoever has the machine gets in while others try passwords.
  const access = await tokens.read(given, now);
  if (access !== undefined && access.expiresAt !== null) {
    return { token: given, expiresAt: access.expiresAt, scope: access.scope };
  }
  const waitMs = limiter.take(address, now);
  if (waitMs > 0) {
    stats.signInsLimited++;
    const seconds = String(Math.ceil(waitMs / 1_000));
    const message = `too many attempts; try again in ${seconds} s, or use what \`belfry admin link\` prints.`;
    throw new HttpError(429, 'too_many_requests', message).with('retry-after', seconds);
  }
  if (password === undefined || !isSameSecret(given, password)) {
    throw refused('bad_password', 'that is neither the password nor a token that is good.');
  }
  return { ...(await tokens.sign('all', now)), scope: 'all' };
}

/**
 * `POST /admin/auth {"password":…}` or `{"code":…}` → `{"token":…,"expiresAt":…,"scope":…}`. An operator's token is as good as the
 * password, and is given back as it is. `GET` says whether there is a password.
 */
export function signInRoute(options: SignInOptions): Route {
  const { password, clientIpHeader, stats, log } = options;

  const signIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { password: given, code } = await readJsonObject(request, MAX_BODY_BYTES);
    const address = clientAddress(request, clientIpHeader);
    const by = typeof code === 'string' ? 'link' : 'password';
    if (by === 'password' && (typeof given !== 'string' || given === '')) {
      throw new HttpError(400, 'bad_input', 'password: is missing; send {"password":"…"}.');
    }
    try {
      const done =
        typeof code === 'string'
          ? await byCode(code, options)
          : await byPassword(String(given), options, address);
      stats.signIns++;
      log.info({ address, by, scope: done.scope }, 'an operator signed in');
      sendJson(response, 200, done);
    } catch (error) {
      if (error instanceof HttpError && error.status === 401) {
        stats.signInsRefused++;
        log.warn({ address, by }, 'a sign-in of an operator was refused');
      }
      throw error;
    }
  };

  return {
    path: '/admin/auth',
    methods: {
      POST: signIn,
      GET(_request, response) {
        sendJson(response, 200, { password: password !== undefined });
      },
    },
  };
}
