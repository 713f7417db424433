/** The application behind the proxies. What it answers is in what it is asked, so that scenarios need not tell it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { textOf, type Json, type JsonObject } from '../json.ts';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
}

export interface Backend extends AsyncDisposable {
  readonly url: string;
  /** All that it was asked, in order. */
  readonly asked: readonly Asked[];
}

interface Answer {
  readonly status?: number;
  readonly body: JsonObject;
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** `{"error":{…}}`, `{"disconnect":{…}}` and `{"status":…}` inside `data` are carried out; else `result` is given. */
function obey(data: Json | undefined, result: JsonObject): Answer {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const { error, disconnect, status } = data as JsonObject;
    if (error !== undefined) return { body: { error } };
    if (disconnect !== undefined) return { body: { disconnect } };
    if (typeof status === 'number') return { status, body: {} };
  }
  return { body: { result } };
}

function answer(path: string, body: JsonObject): Answer {
  const { data } = body;
  const wish = (typeof data === 'object' && data !== null ? data : {}) as JsonObject;
  switch (path) {
    case '/connect': {
      const { result = {} } = wish;
      const expiry = wish['expires'] === true ? { expire_at: now() + 3 } : {};
      return obey(data, { user: 'guest', ...(result as JsonObject), ...expiry });
    }
    case '/refresh':
      return {
        body: {
          result: textOf(body['user']).startsWith('gone')
            ? { expired: true }
            : { expire_at: now() + 3600 },
        },
      };
    case '/subscribe': {
      const expiry = wish['expires'] === true ? { expire_at: now() + 3 } : {};
      return obey(data, { ...((wish['result'] ?? {}) as JsonObject), ...expiry });
    }
    case '/sub_refresh':
      return { body: { result: { expire_at: now() + 3600 } } };
    case '/publish':
      return obey(data, (wish['result'] ?? {}) as JsonObject);
    case '/rpc':
      return obey(data, { data: { method: body['method'] ?? null, echo: data ?? null } });
    default:
      return { status: 404, body: {} };
  }
}

export async function startBackend(): Promise<Backend> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
      const path = request.url ?? '';
      asked.push({ path, headers: request.headers, body });
      const { status = 200, body: reply } = answer(path, body);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
