import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOriginAllowed } from '@belfry/beacon';

/** Sets the headers that let a page of another allowed origin read the answer. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): void {
  const { origin, host } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin === undefined || !isOriginAllowed(origin, host, allowed)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'content-type');
  response.setHeader('access-control-max-age', '600');
}
