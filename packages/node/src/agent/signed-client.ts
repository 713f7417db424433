import {
  NODE_PROTOCOL,
  type NodeCall,
  nodeCallPath,
  SIGNATURE_HEADERS,
  signedText,
} from '@belfry/protocol';
import type { CallReply } from '../core/agent-events.ts';
import { BrokenSocket, type HttpAnswer, type HttpExchange, type NodeKey } from './ports.ts';

interface Within {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

interface Ask extends Within {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** How exact a `Date` header is, in ms, with some time for its way. */
const DATE_MS = 2_000;
/** How long a server may ask to wait, in ms. */
const MOST_RETRY_AFTER_MS = 120_000;

/** A node's calls: signed, and answered with what the agent understands, whatever happens. */
export class SignedClient {
  readonly #base: URL;
  readonly #key: NodeKey;
  readonly #exchange: HttpExchange;
  /** What the server's clock is ahead of ours, in ms; known once a request was refused for its time. */
  #ahead = 0;

  /** @param url the server's address, perhaps with a path before that of the fleet's API */
  constructor(url: string, key: NodeKey, exchange: HttpExchange) {
    this.#base = new URL(url);
    this.#key = key;
    this.#exchange = exchange;
  }

  call(call: NodeCall, body: string, within: Within): Promise<CallReply> {
    return this.ask({ method: 'POST', path: nodeCallPath(call), body, ...within });
  }

  async ask(ask: Ask): Promise<CallReply> {
    try {
      const reply = await this.#once(ask);
      if (reply.ok || reply.code !== 'clock_off') return reply;
      return await this.#once(ask);
    } catch (error) {
      const message = error instanceof Error ? messageOf(error) : String(error);
      return { ok: false, status: 0, code: 'network', message: `${ask.path}: ${message}` };
    }
  }

  async #once(ask: Ask): Promise<CallReply> {
    let answer: HttpAnswer;
    try {
      answer = await this.#send(ask);
    } catch (error) {
      // Every call may be made twice; the second one has a nonce of its own.
      if (!(error instanceof BrokenSocket)) throw error;
      answer = await this.#send(ask);
    }
    const reply = replyOf(answer, ask.path);
    if (!reply.ok && reply.code === 'clock_off' && answer.date !== null) {
      const ahead = Date.parse(answer.date) - Date.now();
      // The header has no fractions of a second: what it is off by less than that is no news.
      if (Number.isFinite(ahead)) this.#ahead = Math.abs(ahead) < DATE_MS ? 0 : ahead;
    }
    return reply;
  }

  async #send({ method, path, body, timeoutMs, signal }: Ask): Promise<HttpAnswer> {
    const prefix = this.#base.pathname.replace(/\/$/, '');
    const url = new URL(prefix + path, this.#base);
    const timestamp = Math.round(Date.now() + this.#ahead);
    const nonce = makeNonce();
    const text = signedText({
      method,
      host: url.host,
      path: url.pathname + url.search,
      timestamp,
      nonce,
      bodyHash: await this.#key.hash(body ?? ''),
    });
    const headers = {
      [SIGNATURE_HEADERS.node]: this.#key.node,
      [SIGNATURE_HEADERS.timestamp]: String(timestamp),
      [SIGNATURE_HEADERS.nonce]: nonce,
      [SIGNATURE_HEADERS.signature]: await this.#key.sign(text),
      [SIGNATURE_HEADERS.protocol]: String(NODE_PROTOCOL),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return this.#exchange({
      method,
      url: url.href,
      headers,
      timeoutMs,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function replyOf({ status, text, retryAfter }: HttpAnswer, path: string): CallReply {
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (status >= 200 && status < 300) {
    if (body !== undefined) return { ok: true, body };
    return { ok: false, status: 0, code: 'network', message: `${path}: the answer is no JSON` };
  }
  const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  const isOurs = typeof error?.code === 'string';
  const code = isOurs ? (error.code as string) : `http_${status}`;
  const told = isOurs && typeof error.message === 'string' ? error.message : hintOf(status);
  const failed = {
    ok: false,
    status,
    code,
    message: `${path} was answered ${status}: ${told}`,
  } as const;
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  if (!(seconds > 0)) return failed;
  return { ...failed, retryAfterMs: Math.min(seconds * 1_000, MOST_RETRY_AFTER_MS) };
}

function hintOf(status: number): string {
  if (status >= 500) return 'the server, or one before it, has a problem';
  return 'is this the address of a Belfry server with a Sentinel?';
}

function messageOf(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return (error.message || error.name) + cause;
}
