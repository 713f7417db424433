import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Gate } from './gate.ts';
import { ProxyFailure } from './proxy-failure.ts';
import type { ProxySettings } from './proxy-settings.ts';

/** For how long a connection to a backend is kept that nobody uses, in ms. */
const IDLE_MS = 15_000;

/** A request to a backend. */
export interface Post {
  /** What is asked about. */
  readonly use: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** It may be sent a second time when nobody knows whether the first one arrived. */
  readonly repeatable: boolean;
}

/** What came back. */
export interface Posted {
  readonly status: number;
  readonly body: string;
}

/** Asks one backend. */
export interface ProxyAsker {
  /** Requests under way, and those that wait for their turn. */
  readonly load: { readonly active: number; readonly waiting: number };
  /** Rejects with `ProxyFailure`. */
  post(post: Post): Promise<Posted>;
  close(): void;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Asks one backend: over connections that are kept, so many requests at once, each within its time, waiting included. Follows no
 * redirects: what is not at the endpoint is not the backend.
 */
export class ProxyClient implements ProxyAsker {
  readonly #settings: ProxySettings;
  readonly #agent: HttpAgent;
  readonly #gate: Gate;

  constructor(settings: ProxySettings) {
    this.#settings = settings;
    const { concurrency, queueSize, tls } = settings;
    const kept = { keepAlive: true, maxFreeSockets: concurrency, timeout: IDLE_MS };
    this.#agent =
      settings.endpoint.protocol === 'http:'
        ? new HttpAgent(kept)
        : new HttpsAgent({
            ...kept,
            ...(tls?.cert_pem === undefined ? {} : { cert: tls.cert_pem }),
            ...(tls?.key_pem === undefined ? {} : { key: tls.key_pem }),
            ...(tls?.server_ca_pem === undefined ? {} : { ca: tls.server_ca_pem }),
            ...(tls?.server_name === undefined ? {} : { servername: tls.server_name }),
            rejectUnauthorized: tls?.insecure_skip_verify !== true,
          });
    this.#gate = new Gate(concurrency, queueSize);
  }

  get load(): { readonly active: number; readonly waiting: number } {
    return this.#gate.load;
  }

  async post(post: Post): Promise<Posted> {
    const endsAt = performance.now() + this.#settings.timeoutMs;
    await this.#gate.enter(this.#settings.timeoutMs);
    try {
      return await this.#send(post, endsAt);
    } finally {
      this.#gate.leave();
    }
  }

  async #send(post: Post, endsAt: number): Promise<Posted> {
    try {
      return await this.#sendOnce(post, endsAt);
    } catch (error) {
      // The backend closed a connection that it had kept just as it was used again.
      const stale = error instanceof ProxyFailure && error.reason === 'stale';
      if (!stale || !post.repeatable) throw error;
      return this.#sendOnce(post, endsAt);
    }
  }

  #sendOnce({ body, headers }: Post, endsAt: number): Promise<Posted> {
    const { endpoint, timeoutMs, responseSizeLimit } = this.#settings;
    const { promise, resolve, reject } = Promise.withResolvers<Posted>();
    const options: RequestOptions = {
      method: 'POST',
      agent: this.#agent,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    };
    const request =
      endpoint.protocol === 'http:'
        ? httpRequest(endpoint, options)
        : httpsRequest(endpoint, options);
    let begun = false;
    const fail = (failure: ProxyFailure): void => {
      reject(failure);
      request.destroy();
    };
    const timer = setTimeout(
      () => fail(new ProxyFailure('timeout', `no answer within ${timeoutMs} ms`)),
      Math.max(1, endsAt - performance.now()),
    );
    request.on('error', (error) => {
      const stale = request.reusedSocket && !begun;
      fail(new ProxyFailure(stale ? 'stale' : 'network', error.message, { cause: error }));
    });
    request.on('response', (response) => {
      begun = true;
      readAll(response, responseSizeLimit).then(
        (text) => resolve({ status: response.statusCode ?? 0, body: text }),
        fail,
      );
    });
    request.end(body);
    return promise.finally(() => {
      clearTimeout(timer);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The text of a response. Rejects with `ProxyFailure`. */
async function readAll(response: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new ProxyFailure('too_large', `more than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ProxyFailure) throw error;
    throw new ProxyFailure('network', String(error), { cause: error });
  }
  try {
    return strictUtf8.decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new ProxyFailure('bad_answer', 'the body is not UTF-8', { cause });
  }
}
