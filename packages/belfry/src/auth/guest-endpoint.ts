import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientAddress } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonObject } from '../http/json-body.ts';
import { allowOrigin } from '../http/origins.ts';
import { type Route, sendJson } from '../http/router.ts';
import { checkGuestName } from './core/guest-name.ts';
import type { RateLimiter } from './core/rate-limiter.ts';
import type { TokenSigner } from './token-signer.ts';

const MAX_BODY_BYTES = 4_096;
const PREFIX = 'guest-';
/** For how long after its end a guest's token still proves who the guest was. */
const REFRESH_GRACE_MS = 7 * 86_400_000;

export interface GuestEndpointOptions {
  /** `undefined`: guests are not enabled. */
  readonly signer: TokenSigner | undefined;
  readonly limiter: RateLimiter;
  readonly tokenTtlMs: number;
  readonly allowedOrigins: readonly string[];
  readonly clientIpHeader: string | undefined;
}

async function userFor(token: unknown, signer: TokenSigner): Promise<string> {
  if (token === undefined) return `${PREFIX}${randomBytes(12).toString('base64url')}`;
  const user =
    typeof token === 'string'
      ? await signer.userOf(token, Date.now(), REFRESH_GRACE_MS)
      : undefined;
  if (user === undefined || !user.startsWith(PREFIX)) {
    throw new HttpError(
      401,
      'bad_token',
      'token: is not that of a guest of this server; leave it out.',
    );
  }
  return user;
}

/**
 * `POST /auth/guest {"name":"Ann"}` → `{"token":…,"user":"guest-…"}`. With `"token"`, an earlier token of this endpoint, the guest
 * stays the same user.
 */
export function guestRoute(options: GuestEndpointOptions): Route {
  const { signer, limiter, tokenTtlMs, allowedOrigins, clientIpHeader } = options;

  const login = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (signer === undefined) {
      throw new HttpError(
        404,
        'guests_disabled',
        'guests are not enabled here; the operator can allow them with guests.enabled (--guests).',
      );
    }
    allowOrigin(request, response, allowedOrigins);
    const waitMs = limiter.take(clientAddress(request, clientIpHeader), Date.now());
    if (waitMs > 0) {
      const seconds = String(Math.ceil(waitMs / 1_000));
      const message = `too many guests from this address; try again in ${seconds} s.`;
      throw new HttpError(429, 'too_many_requests', message).with('retry-after', seconds);
    }
    const body = await readJsonObject(request, MAX_BODY_BYTES);
    const checked = checkGuestName(body['name']);
    if (!checked.ok) throw new HttpError(400, 'bad_name', checked.problem);
    const user = await userFor(body['token'], signer);
    const info = { name: checked.name };
    const token = await signer.sign({ user, info, ttlMs: tokenTtlMs }, Date.now());
    sendJson(response, 200, { token, user });
  };

  return {
    path: '/auth/guest',
    methods: {
      POST: login,
      OPTIONS: (request, response) => {
        allowOrigin(request, response, allowedOrigins);
        response.writeHead(204).end();
      },
    },
  };
}
