import { createRateLimiter } from '../auth/core/rate-limiter.ts';
import { guestRoute } from '../auth/guest-endpoint.ts';
import { createTokenSigner } from '../auth/token-signer.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Route } from '../http/router.ts';

/** `POST /auth/guest`. @param tokenSecret the secret of connection tokens */
export function guestRouteOf(
  { guests, client, http_server: http, beacon }: ResolvedConfig,
  tokenSecret: string,
): Route {
  // Centrifugo tells its proxies the `meta` of a connection, not its `info`.
  const shape = { ...client.token, infoAsMeta: beacon === 'centrifugo' };
  return guestRoute({
    signer: guests.enabled ? createTokenSigner(tokenSecret, shape) : undefined,
    limiter: createRateLimiter({
      perMinute: guests.rate_limit.per_minute,
      burst: guests.rate_limit.burst,
    }),
    tokenTtlMs: guests.token_ttl,
    allowedOrigins: client.allowed_origins,
    clientIpHeader: http.client_ip_header,
  });
}
