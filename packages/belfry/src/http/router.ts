import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './http-error.ts';

/** Answers one request. What it throws becomes an error answer. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** An exact path and what answers each method on it. `GET` answers `HEAD` too. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** What answers where no route does; false: it does not either. */
export type Fallback = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly fallback?: Fallback | undefined;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told of errors that are nobody's bad input. */
  readonly onError: (error: unknown) => void;
}

/** Sends `value` as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function sendError(
  response: ServerResponse,
  error: unknown,
  onError: (error: unknown) => void,
): void {
  const known = error instanceof HttpError;
  if (!known) onError(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, headers } = known
    ? error
    : new HttpError(500, 'internal', 'something went wrong here; the log says what.');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, { error: { code, message } });
}

/** The path of a request without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** The request listener for `node:http`. */
export function createRouter(
  options: RouterOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  const { routes, fallback, headers = {}, onError } = options;
  const byPath = new Map(routes.map((route) => [route.path, route]));

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET';
    const path = pathOf(request);
    const route = byPath.get(path);
    if (route === undefined) {
      if (fallback?.(request, response) === true) return;
      throw new HttpError(404, 'not_found', `there is nothing at ${path.slice(0, 100)}.`);
    }
    const handler = route.methods[method] ?? (method === 'HEAD' ? route.methods['GET'] : undefined);
    if (handler === undefined) {
      const allow = Object.keys(route.methods).join(', ');
      throw new HttpError(405, 'method_not_allowed', `${path} takes ${allow}.`).with(
        'allow',
        allow,
      );
    }
    await handler(request, response);
  };

  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      sendError(response, error, onError);
    });
  };
}
