import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadFrameError } from '@belfry/protocol';
import type { Refusal } from '../ws/upgrader.ts';
import { streamForms, type StreamForms } from './chunked-form.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import {
  BadEmulationError,
  decodeEmulation,
  isBinary,
  type EmulatedConnections,
} from './emulation.ts';
import { HttpConnection, type HttpShared } from './http-connection.ts';
import type { HttpSettings, StreamSettings } from './http-settings.ts';
import { pathOf, queryOf } from './request-url.ts';
import { BodyError, readBody } from './read-body.ts';
import {
  HTTP_STREAM_JSON,
  HTTP_STREAM_PROTOBUF,
  SSE_FORM,
  UNI_HTTP_STREAM_FORM,
  UNI_SSE_FORM,
  type StreamForm,
} from './stream-form.ts';

const SSE = streamForms(SSE_FORM);
const JSON_STREAM = streamForms(HTTP_STREAM_JSON);
const PROTOBUF_STREAM = streamForms(HTTP_STREAM_PROTOBUF);
const UNI_SSE = streamForms(UNI_SSE_FORM);
const UNI_HTTP_STREAM = streamForms(UNI_HTTP_STREAM_FORM);

/** As Node frames the answer, so is framed what goes past it: also HTTP/1.0 gets chunks if it asks for them by `TE`. */
function formFor(response: ServerResponse, { chunked, plain }: StreamForms): StreamForm {
  return response.useChunkedEncodingByDefault ? chunked : plain;
}

interface Options {
  readonly settings: HttpSettings;
  readonly shared: HttpShared;
  readonly emulated: EmulatedConnections;
  readonly allowedOrigins: readonly string[];
  /** How long a body may take, in ms. */
  readonly bodyTimeoutMs: number;
  /** Why nobody may connect now; `null`: they may. */
  readonly refusal: () => Refusal | null;
  readonly onRefused: (refusal: Refusal) => void;
  /** Gives a connection its session. */
  readonly onConnection: (connection: HttpConnection, request: IncomingMessage) => void;
}

interface Endpoint {
  readonly methods: readonly string[];
  /** A request was not served. */
  readonly onFailed: (refusal: Refusal) => void;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** A request that is not served. */
class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Takes the requests that are for the Beacon: streams, and what their clients send. */
export class HttpEndpoints {
  readonly #options: Options;
  readonly #byPath = new Map<string, Endpoint>();

  constructor(options: Options) {
    this.#options = options;
    const { sse, httpStream, uniSse, uniHttpStream, emulation } = options.settings;
    this.#addStream(sse, ['GET', 'POST'], () => SSE);
    this.#addStream(httpStream, ['POST'], ({ headers }) =>
      isBinary(headers['content-type']) ? PROTOBUF_STREAM : JSON_STREAM,
    );
    this.#addStream(uniSse, ['GET', 'POST'], () => UNI_SSE);
    this.#addStream(uniHttpStream, ['POST'], () => UNI_HTTP_STREAM);
    if (emulation !== null) {
      this.#byPath.set(emulation.path, {
        methods: ['POST'],
        onFailed: () => {
          options.shared.stats.emulationFailures++;
        },
        answer: (request, response) => this.#emulate(request, response, emulation.maxBodySize),
      });
    }
  }

  #addStream(
    settings: StreamSettings | null,
    methods: readonly string[],
    formsOf: (request: IncomingMessage) => StreamForms,
  ): void {
    if (settings === null) return;
    this.#byPath.set(settings.path, {
      methods,
      onFailed: this.#options.onRefused,
      answer: (request, response) =>
        this.#stream(request, response, { settings, form: formFor(response, formsOf(request)) }),
    });
  }

  /** False: the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    const endpoint =
      this.#byPath.get(path) ??
      (path.endsWith('/') ? this.#byPath.get(path.slice(0, -1)) : undefined);
    if (endpoint === undefined) return false;
    this.#answer(request, response, endpoint).catch((error: unknown) => {
      this.#failed(response, error, endpoint.onFailed);
    });
    return true;
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { methods, answer }: Endpoint,
  ): Promise<void> {
    if (!allowOrigin(request, response, this.#options.allowedOrigins)) {
      const problem = `origin ${request.headers.origin} is not allowed; add it to client.allowed_origins`;
      throw new RefusedError(403, problem);
    }
    if (request.method === 'OPTIONS') {
      answerPreflight(request, response, [...methods, 'OPTIONS']);
      return;
    }
    if (!methods.includes(request.method ?? '')) {
      response.setHeader('allow', [...methods, 'OPTIONS'].join(', '));
      throw new RefusedError(405, `use ${methods.join(' or ')}`);
    }
    await answer(request, response);
  }

  async #stream(
    request: IncomingMessage,
    response: ServerResponse,
    { settings, form }: { readonly settings: StreamSettings; readonly form: StreamForm },
  ): Promise<void> {
    this.#mayConnect();
    const data = await this.#connectData(request, settings);
    // A connect request that is none is told by the status; other clients are told on the stream, as they are used to.
    if (form.info.unidirectional) form.decode(data);
    // Reading the body took its time.
    this.#mayConnect();
    const { socket } = response;
    if (socket === null) {
      throw new RefusedError(400, 'a stream does not wait for the answer to another request');
    }
    const { shared, emulated, onConnection } = this.#options;
    const connection = new HttpConnection(shared, {
      form,
      response,
      socket,
      httpCodes: settings.httpCodes,
      onGone: ({ emulationKey }) => {
        if (emulationKey !== undefined) emulated.remove(emulationKey);
      },
    });
    const { emulationKey } = connection;
    if (emulationKey !== undefined) emulated.add(emulationKey, connection);
    onConnection(connection, request);
    if (!form.info.unidirectional) connection.begin();
    connection.received(data);
  }

  #mayConnect(): void {
    const refusal = this.#options.refusal();
    if (refusal !== null) throw new RefusedError(refusal.status, refusal.problem);
  }

  async #connectData(request: IncomingMessage, { maxBodySize }: StreamSettings): Promise<Buffer> {
    if (request.method === 'POST') return this.#body(request, maxBodySize);
    const data = queryOf(request).get('cf_connect') ?? '';
    if (data === '') throw new RefusedError(400, 'the query has no cf_connect');
    return Buffer.from(data, 'utf8');
  }

  #body(request: IncomingMessage, maxSize: number): Promise<Buffer> {
    return readBody(request, { maxSize, timeoutMs: this.#options.bodyTimeoutMs });
  }

  async #emulate(
    request: IncomingMessage,
    response: ServerResponse,
    maxSize: number,
  ): Promise<void> {
    const body = await this.#body(request, maxSize);
    const delivered = await this.#options.emulated.deliver(
      decodeEmulation(body, request.headers['content-type']),
    );
    if (delivered === 'unknown') throw new RefusedError(404, 'there is no such session or node');
    if (delivered === 'busy') throw new RefusedError(503, 'too many sessions are not known');
    response.writeHead(204, { 'cache-control': 'no-store' }).end();
  }

  #failed(response: ServerResponse, error: unknown, onFailed: Endpoint['onFailed']): void {
    const known = statusOf(error);
    if (known === null) this.#options.shared.onError(error);
    const status = known ?? 500;
    const problem = known === null || !(error instanceof Error) ? 'internal' : error.message;
    onFailed({ status, problem });
    if (status === 0 || response.headersSent) {
      response.destroy();
      return;
    }
    // Who has not sent it so far is not waited for.
    if (status === 408) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(problem);
    endLate(response.req);
  }
}

/** For how long the rest of a body is read and forgotten, in ms: whoever is cut off while sending does not see the answer. */
const LINGER_MS = 3000;

function endLate(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => {
    clearTimeout(timer);
  });
}

/** What a request is answered whose handling ended so; `null`: it is our own mistake; 0: nobody is there. */
function statusOf(error: unknown): number | null {
  if (error instanceof RefusedError || error instanceof BodyError) return error.status;
  return error instanceof BadEmulationError || error instanceof BadFrameError ? 400 : null;
}
