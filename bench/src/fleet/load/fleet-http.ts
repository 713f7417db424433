/** Calls of the fleet's HTTP API over connections that are kept, as many as are wanted and no more. */
import { Agent, request as httpRequest } from 'node:http';
import { FLEET_PATH, nodeCallPath, type NodeCall } from '@belfry/protocol';
import type { NodeSigner } from './node-signer.ts';

export interface FleetHttpOptions {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** The most connections. */
  readonly connections: number;
  /** How long an answer may take, in ms. Default 10,000. */
  readonly timeoutMs?: number;
}

/** An answer that is not one of success. */
export class FleetRefusal extends Error {
  override readonly name = 'FleetRefusal';
  readonly status: number;
  /** Of the body's `error`. */
  readonly code: string;

  constructor(status: number, text: string) {
    super(`${status}: ${text.slice(0, 500)}`);
    this.status = status;
    this.code = codeOf(text);
  }
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

class StaleConnection extends Error {}

export class FleetHttp {
  readonly #host: string;
  readonly #port: number;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor({ url, connections, timeoutMs = 10_000 }: FleetHttpOptions) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: connections,
      maxFreeSockets: connections,
    });
  }

  /** As a node. Rejects with a `FleetRefusal`, or with why there was no answer. */
  async signed<Reply>(signer: NodeSigner, call: NodeCall, body: string): Promise<Reply> {
    const path = nodeCallPath(call);
    const host = `${this.#host}:${this.#port}`;
    const headers = signer.headers({ method: 'POST', host, path, body });
    return (await this.#send({ method: 'POST', path, body, headers })) as Reply;
  }

  /** As a person. `path` is below that of the API. */
  async asked<Reply>(
    token: string,
    method: 'GET' | 'POST',
    { path, body }: { readonly path: string; readonly body?: unknown },
  ): Promise<Reply> {
    return (await this.#send({
      method,
      path: FLEET_PATH + path,
      body: body === undefined ? '' : JSON.stringify(body),
      headers: { authorization: `Bearer ${token}` },
    })) as Reply;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(question: Question): Promise<unknown> {
    try {
      return await this.#once(question);
    } catch (error) {
      // The server had closed the connection just then, and has seen nothing of it.
      if (!(error instanceof StaleConnection)) throw error;
      return this.#once(question);
    }
  }

  #once({ method, path, body, headers }: Question): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const sent = httpRequest({
      agent: this.#agent,
      host: this.#host,
      port: this.#port,
      method,
      path,
      headers:
        body === ''
          ? headers
          : {
              ...headers,
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            },
    });
    const timer = setTimeout(() => {
      sent.destroy(new Error(`${method} ${path}: no answer within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    sent.on('error', (error) => {
      clearTimeout(timer);
      const isStale = sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      reject(isStale ? new StaleConnection() : error);
    });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more: string) => (text += more));
      response.on('end', () => {
        clearTimeout(timer);
        const status = response.statusCode ?? 0;
        if (status !== 200) reject(new FleetRefusal(status, text));
        else resolve(text === '' ? null : JSON.parse(text));
      });
      response.on('error', reject);
    });
    sent.end(body);
    return promise;
  }
}

function codeOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: string } };
    return error?.code ?? '';
  } catch {
    return '';
  }
}
