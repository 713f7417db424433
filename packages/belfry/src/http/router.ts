import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './http-error.ts';

/** What stands where the path of a route has `{name}`, decoded. */
export type PathParams = Readonly<Record<string, string>>;

/** Answers one request. What it throws becomes an error answer. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  params: PathParams,
) => Promise<void> | void;

/** A path and what answers each method on it. `GET` answers `HEAD` too. */
export interface Route {
  /** With `{name}` for one segment that may be anything; a path without goes first. */
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

interface Found {
  readonly route: Route;
  readonly params: PathParams;
}

interface Pattern {
  readonly route: Route;
  /** `null`: any segment. */
  readonly segments: readonly (string | null)[];
  readonly names: readonly string[];
}

const PARAM = /^\{(\w+)\}$/;

function patternOf(route: Route): Pattern {
  const segments = route.path.split('/');
  return {
    route,
    segments: segments.map((segment) => (PARAM.test(segment) ? null : segment)),
    names: segments.flatMap((segment) => PARAM.exec(segment)?.[1] ?? []),
  };
}

/** What a segment says; `null`: it is not what it should be. */
function decoded(segment: string): string | null {
  try {
    return segment === '' ? null : decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** Finds the route of a path. */
function finderOf(routes: readonly Route[]): (path: string) => Found | undefined {
  const [exact, open] = [false, true].map((isOpen) =>
    routes.filter(({ path }) => path.includes('{') === isOpen),
  ) as [Route[], Route[]];
  const byPath = new Map(exact.map((route) => [route.path, { route, params: {} }]));
  const patterns = Map.groupBy(open.map(patternOf), ({ segments }) => segments.length);
  return (path) => {
    const found = byPath.get(path);
    if (found !== undefined || patterns.size === 0) return found;
    const given = path.split('/');
    const pattern = patterns
      .get(given.length)
      ?.find(({ segments }) => segments.every((each, i) => each === null || each === given[i]));
    if (pattern === undefined) return undefined;
    const values = given.filter((_, i) => pattern.segments[i] === null).map(decoded);
    if (values.includes(null)) return undefined;
    const entries = pattern.names.map((name, i) => [name, values[i] ?? ''] as const);
    return { route: pattern.route, params: Object.fromEntries(entries) };
  };
}

/** The request listener for `node:http`. */
export function createRouter(
  options: RouterOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  const { routes, fallback, headers = {}, onError } = options;
  const find = finderOf(routes);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET';
    const path = pathOf(request);
    const found = find(path);
    if (found === undefined) {
      if (fallback?.(request, response) === true) return;
      throw new HttpError(404, 'not_found', `there is nothing at ${path.slice(0, 100)}.`);
    }
    const { route, params } = found;
    const handler = route.methods[method] ?? (method === 'HEAD' ? route.methods['GET'] : undefined);
    if (handler === undefined) {
      const allow = Object.keys(route.methods).join(', ');
      throw new HttpError(405, 'method_not_allowed', `${path} takes ${allow}.`).with(
        'allow',
        allow,
      );
    }
    await handler(request, response, params);
  };

  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      sendError(response, error, onError);
    });
  };
}
