import type { IncomingMessage, ServerResponse } from 'node:http';
import { FLEET_PATH } from '@belfry/protocol';
import {
  type Endpoint,
  type EventSink,
  type FleetAnswer,
  type FleetApi,
  FleetError,
  type FleetRequest,
} from '@belfry/sentinel';
import { clientAddress } from '../http/client-address.ts';
import { HttpError } from '../http/http-error.ts';
import { readBytes } from '../http/json-body.ts';
import { allowOrigin } from '../http/origins.ts';
import { type PathParams, type Route, sendJson } from '../http/router.ts';
import { VERSION } from '../run/package-version.ts';

/** An empty line now and then finds out whether a reader is still there. */
const KEEP_ALIVE_MS = 15_000;
/** For how long a browser may keep a code that never changes, in seconds. */
const FOR_GOOD = 31_536_000;

export interface FleetRoutesOptions {
  readonly api: FleetApi;
  readonly allowedOrigins: readonly string[];
  readonly clientIpHeader: string | undefined;
}

function requestOf(request: IncomingMessage, clientIpHeader: string | undefined): FleetRequest {
  const { method = 'GET', url = '/', headers } = request;
  return {
    method,
    host: headers.host ?? '',
    path: url,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    async body(maxBytes) {
      try {
        return await readBytes(request, maxBytes);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        throw new FleetError(error.status, error.code, error.message);
      }
    },
    address: clientAddress(request, clientIpHeader),
  };
}

/** Server-sent events, until the reader goes or nothing more comes. */
async function sendEvents(
  response: ServerResponse,
  run: (sink: EventSink) => Promise<() => void>,
): Promise<void> {
  const early: string[] = [];
  let isOpen = false;
  let hasEnded = false;
  const write = (text: string): void => {
    if (response.destroyed || response.writableEnded) return;
    if (isOpen) response.write(text);
    else early.push(text);
  };
  const end = (): void => {
    hasEnded = true;
    if (isOpen) response.end();
  };
  const stop = await run({
    send(event, data, id) {
      write(`event: ${event}\n${id === null ? '' : `id: ${id}\n`}data: ${data}\n\n`);
    },
    end,
    get behind() {
      return response.writableLength;
    },
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // What a proxy would otherwise hold back.
    'x-accel-buffering': 'no',
  });
  isOpen = true;
  write('retry: 1000\n\n');
  for (const text of early) write(text);
  if (hasEnded) end();
  const alive = setInterval(() => {
    write(':\n\n');
  }, KEEP_ALIVE_MS);
  const done = (): void => {
    clearInterval(alive);
    stop();
  };
  if (response.destroyed) done();
  else response.once('close', done);
}

async function send(response: ServerResponse, answer: FleetAnswer): Promise<void> {
  switch (answer.type) {
    case 'json': {
      const { status, value, retryAfter } = answer;
      if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
      sendJson(response, status, value);
      return;
    }
    case 'file': {
      const body = Buffer.from(answer.text);
      response.writeHead(200, {
        'content-type': answer.contentType,
        'content-length': body.length,
        'cache-control': `public, max-age=${FOR_GOOD}, immutable`,
      });
      response.end(response.req.method === 'HEAD' ? undefined : body);
      return;
    }
    case 'events':
      await sendEvents(response, answer.run);
  }
}

/** Everything under `/fleet/v1`. */
export function fleetRoutes({ api, allowedOrigins, clientIpHeader }: FleetRoutesOptions): Route[] {
  const byPath = Map.groupBy(api.endpoints, ({ path }) => path);
  const description = api.description(VERSION);

  const answer =
    (endpoint: Endpoint) =>
    async (
      request: IncomingMessage,
      response: ServerResponse,
      params: PathParams,
    ): Promise<void> => {
      // Browser nodes, and pages of others.
      allowOrigin(request, response, allowedOrigins);
      // By the date a node sets its clock right.
      response.setHeader('access-control-expose-headers', 'date, retry-after');
      await send(response, await api.answer(endpoint, requestOf(request, clientIpHeader), params));
    };

  const preflight = (request: IncomingMessage, response: ServerResponse): void => {
    allowOrigin(request, response, allowedOrigins);
    response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE');
    const wanted = request.headers['access-control-request-headers'];
    if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
    response.writeHead(204).end();
  };

  return [
    ...[...byPath].map(([path, endpoints]) => ({
      path: `${FLEET_PATH}${path}`,
      methods: {
        ...Object.fromEntries(endpoints.map((each) => [each.method, answer(each)])),
        OPTIONS: preflight,
      },
    })),
    {
      path: `${FLEET_PATH}/openapi.json`,
      methods: {
        GET(_request, response) {
          sendJson(response, 200, description);
        },
      },
    },
  ];
}
