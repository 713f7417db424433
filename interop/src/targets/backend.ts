/** The application behind the proxies, which also has the keys of tokens (any `GET`). What it answers is in what it is asked, so that scenarios need not tell it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { keySet } from './keys.ts';
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
  /** In place of `body`. */
  readonly text?: string;
  /** After how many ms. */
  readonly wait?: number;
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** `{"error":{…}}`, `{"disconnect":{…}}`, `{"status":…}`, `{"text":…}` and `{"wait":…}` inside `data` are carried out; else `result` is given. */
function obey(data: Json | undefined, result: JsonObject): Answer {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const { error, disconnect, status, text, wait } = data as JsonObject;
    if (typeof text === 'string') return { text, body: {} };
    if (typeof wait === 'number') return { wait, body: { result } };
    if (error !== undefined) return { body: { error } };
    if (disconnect !== undefined) return { body: { disconnect } };
    if (typeof status === 'number') return { status, body: {} };
  }
  return { body: { result } };
}

/** What a client sent along, in whichever form it comes. */
function dataOf({ data, b64data }: JsonObject): Json | undefined {
  if (typeof b64data !== 'string' || b64data === '') return data;
  return JSON.parse(Buffer.from(b64data, 'base64').toString()) as Json;
}

function answer(path: string, body: JsonObject): Answer {
  const data = dataOf(body);
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
    case '/subscribe':
    case '/binary/subscribe': {
      const expiry = wish['expires'] === true ? { expire_at: now() + 3 } : {};
      return obey(data, { ...((wish['result'] ?? {}) as JsonObject), ...expiry });
    }
    case '/sub_refresh':
      return { body: { result: { expire_at: now() + 3600 } } };
    case '/publish':
    case '/binary/publish':
      return obey(data, (wish['result'] ?? {}) as JsonObject);
    case '/rpc':
    case '/binary/rpc':
      return obey(
        data,
        (wish['result'] ?? {
          data: { method: body['method'] ?? null, echo: data ?? null },
        }) as JsonObject,
      );
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
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(keySet));
        return;
      }
      const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
      const path = request.url ?? '';
      asked.push({ path, headers: request.headers, body });
      const {
        status = 200,
        body: reply,
        text = JSON.stringify(reply),
        wait = 0,
      } = answer(path, body);
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(text);
      }, wait);
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
