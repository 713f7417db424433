import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ApiAccess,
  type ApiKey,
  apiKeys,
  FULL_ACCESS,
  openApiDescription,
  type ServerApiService,
  statusOf,
} from '@belfry/beacon';
import type { ResolvedConfig } from '../config/schema.ts';
import { readText } from './json-body.ts';
import { answerCalls } from './one-address-api.ts';
import { HttpError } from './http-error.ts';
import { type Route, sendJson } from './router.ts';

/** The most bytes of a request. */
const MAX_BODY_BYTES = 10_485_760;

export interface ServerApiRoutesOptions {
  readonly config: ResolvedConfig['http_api'];
  readonly api: ServerApiService;
  readonly methods: readonly string[];
  readonly version: string;
  /** Told of each request without a valid key. */
  readonly onUnauthorized: () => void;
}

/** An error of the protocol's codes before a method is reached. */
class ApiHttpError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What the caller shows: `X-API-Key: KEY`, `Authorization: apikey KEY` or `?api_key=KEY`. */
function shownKey({ headers, url = '' }: IncomingMessage): string | null {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  const authorization = /^apikey +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (authorization !== undefined) return authorization;
  const query = url.indexOf('?');
  return query < 0 ? null : new URLSearchParams(url.slice(query)).get('api_key');
}

/** Without keys anybody's page could make a visitor's browser call. */
function isForeignPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function accessOf(
  { key, keys, insecure }: ResolvedConfig['http_api'],
  onUnauthorized: () => void,
): (request: IncomingMessage) => ApiAccess {
  const all: readonly ApiKey[] = [
    ...(key === undefined ? [] : [{ name: 'http_api.key', key }]),
    ...keys,
  ];
  const find = apiKeys(all);
  return (request) => {
    if (insecure) {
      if (isForeignPage(request)) throw new ApiHttpError(403, 103, 'a page of another site asks');
      return FULL_ACCESS;
    }
    const shown = shownKey(request);
    const access = shown === null ? null : find(shown);
    if (access !== null) return access;
    onUnauthorized();
    const problem =
      all.length === 0
        ? 'the server has no key: set http_api.key'
        : shown === null
          ? 'show a key as X-API-Key'
          : 'the key is not known';
    throw new ApiHttpError(401, 101, problem);
  };
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
  });
  // As text it leaves together with the head, in one piece.
  response.end(json);
}

/** `POST /api/<method>`, `POST /api` and `GET /api/openapi.json`. */
export function serverApiRoutes(options: ServerApiRoutesOptions): Route[] {
  const { config, api, methods, version, onUnauthorized } = options;
  if (config.disabled) return [];
  const prefix = config.handler_prefix.replace(/\/+$/, '');
  const access = accessOf(config, onUnauthorized);
  const wantsStatus = ({ headers }: IncomingMessage): boolean =>
    (headers['x-centrifugo-error-mode'] ?? config.error_mode) === 'transport';

  type Answer = (body: string, may: ApiAccess, transport: boolean) => Promise<[number, string]>;

  const call =
    (method: string): Answer =>
    async (body, may, transport) => {
      const { json, error, isUnreadable } = await api.call(method, body, may);
      if (error !== null && transport) return [statusOf(error), JSON.stringify(error)];
      return [isUnreadable ? 400 : 200, json];
    };

  const oldCalls: Answer = async (body, may) => {
    const json = await answerCalls(body, may, { api, methods: new Set(methods) });
    if (json === null) throw new HttpError(400, 'bad_request', 'the body has no calls');
    return [200, json];
  };

  const serve = (answer: Answer) =>
    async function (request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        const may = access(request);
        const body = await readText(request, MAX_BODY_BYTES);
        send(response, ...(await answer(body, may, wantsStatus(request))));
      } catch (error) {
        if (!(error instanceof ApiHttpError) && !(error instanceof HttpError)) throw error;
        const code = error instanceof ApiHttpError ? error.code : 107;
        send(response, error.status, JSON.stringify({ error: { code, message: error.message } }));
      }
    };

  const description = openApiDescription(version);
  return [
    ...methods.map((method) => ({
      path: `${prefix}/${method}`,
      methods: { POST: serve(call(method)) },
    })),
    ...(prefix === '' ? [] : [{ path: prefix, methods: { POST: serve(oldCalls) } }]),
    {
      path: `${prefix}/openapi.json`,
      methods: {
        GET(_request, response) {
          sendJson(response, 200, { ...description, servers: [{ url: prefix }] });
        },
      },
    },
  ];
}
