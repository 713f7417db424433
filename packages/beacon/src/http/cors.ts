import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOriginAllowed } from '../ws/origin.ts';

/** For how long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE_S = 300;

/** Tells the browser that a page of the request's origin may read the answer. False: it may not use this server at all. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): boolean {
  const { origin, host } = request.headers;
  response.setHeader('vary', 'Origin');
  if (origin === undefined || origin === '') return true;
  if (!isOriginAllowed(origin, host, allowed)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  return true;
}

/** Answers a preflight from an allowed origin. */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  methods: readonly string[],
): void {
  response.setHeader('access-control-allow-methods', methods.join(', '));
  const headers = request.headers['access-control-request-headers'];
  if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
  response.setHeader('access-control-max-age', MAX_AGE_S);
  response.writeHead(204).end();
}
