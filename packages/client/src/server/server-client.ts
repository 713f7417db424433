import type { ApiMethod, ApiReply } from '@belfry/protocol';
import { BelfryError, toBelfryError } from '../belfry-error.ts';
import type { ControlMessageOf, DefinitionLike, InternalMessageOf } from '../definition-types.ts';
import { ApiCaller, type CallOptions } from './api-caller.ts';
import { apiCalls, repeatable, type ApiCalls } from './api-calls.ts';

export interface ServerClientOptions {
  /** Where Belfry is: `http://localhost:8000`. With a path, that of the API: `https://example.com/realtime/api`. */
  readonly url: string;
  /** One of `http_api.key` and `http_api.keys`. */
  readonly key: string;
  /** How long an attempt may take, in ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** How many further attempts there are after a temporary failure. Default 3. */
  readonly retries?: number;
  /** Default the global one. */
  readonly fetch?: typeof fetch;
}

/**
 * Commands that are sent together. Each method notes one, and gives the promise of its result; `send` sends them. What is not waited
 * for may fail unnoticed.
 */
export interface ServerBatch extends ApiCalls<[]> {
  /** How many are noted. */
  readonly size: number;
  /** Resolves once all are answered, well or not; rejects, as all of them then do, when the batch itself fails. */
  send(options?: CallOptions & { readonly parallel?: boolean }): Promise<void>;
}

/** An actor, as a backend sees it. */
export interface ServerActor<Control, Internal> {
  /** Puts a message of the deployment into its inbox. */
  send(message: Internal, options?: CallOptions): Promise<void>;
  /** Puts a message of a user's client into its inbox. */
  sendAs(user: string, message: Control, options?: CallOptions): Promise<void>;
  /** Resolves to what it replies to a message of the deployment. */
  ask<Reply = unknown>(message: Internal, options?: CallOptions): Promise<Reply>;
}

/**
 * The server API for backends. Everything rejects with `BelfryError`. Temporary failures are tried again by themselves, except of
 * `rpc`; what is published gets an idempotency key, so that it is there once however often it was sent.
 */
export interface ServerClient extends ApiCalls<[options?: CallOptions]> {
  batch(): ServerBatch;
  /** `client.actor<typeof match>('match', '42')` */
  actor<D extends DefinitionLike>(
    kind: D['kind'],
    id: string,
  ): ServerActor<ControlMessageOf<D>, InternalMessageOf<D>>;
}

interface Command {
  readonly method: ApiMethod;
  readonly request: object;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BelfryError) => void;
}

function createBatch(caller: ApiCaller): ServerBatch {
  let commands: Command[] = [];

  function note(method: ApiMethod, request: object): Promise<unknown> {
    const result = new Promise<unknown>((resolve, reject) => {
      commands.push({ method, request: repeatable(method, request), resolve, reject });
    });
    // Whoever does not ask for a result does not want the process to end for it.
    result.catch(() => {});
    return result;
  }

  async function send(options: CallOptions & { readonly parallel?: boolean } = {}): Promise<void> {
    const sent = commands;
    commands = [];
    if (sent.length === 0) return;
    const { parallel = false, ...call } = options;
    const isRepeatable = sent.every((each) => each.method !== 'rpc');
    try {
      const { replies = [] } = await caller.call(
        'batch',
        { commands: sent.map(({ method, request }) => ({ [method]: request })), parallel },
        isRepeatable ? call : { retries: 0, ...call },
      );
      for (const [i, { method, resolve, reject }] of sent.entries()) {
        const reply: Partial<Record<string, unknown>> = replies[i] ?? {};
        if (reply[method] !== undefined) resolve(reply[method]);
        else reject(replyError(reply as ApiReply, method));
      }
    } catch (error) {
      const known = toBelfryError(error, 'batch');
      for (const { reject } of sent) reject(known);
      throw known;
    }
  }

  return {
    ...apiCalls<[]>(note),
    get size() {
      return commands.length;
    },
    send,
  };
}

function replyError(reply: ApiReply, method: string): BelfryError {
  if ('error' in reply) return toBelfryError(reply.error, method);
  return new BelfryError('failed', `${method}: the server gave no reply`);
}

/** @throws TypeError when `url` is none */
function apiUrl(url: string): string {
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`url: is ${JSON.stringify(url)}; give one such as "http://localhost:8000"`);
  }
  const path = parsed.pathname.replace(/\/+$/, '');
  return `${parsed.origin}${path === '' ? '/api' : path}`;
}

/** Makes a client of the server API. */
export function createServerClient(options: ServerClientOptions): ServerClient {
  const caller = new ApiCaller({
    url: apiUrl(options.url),
    key: options.key,
    timeoutMs: options.timeoutMs ?? 5_000,
    retries: options.retries ?? 3,
    fetch: options.fetch ?? fetch,
  });
  const calls = apiCalls<[options?: CallOptions]>(async (method, request, how = {}) => {
    const once = method === 'rpc' ? { retries: 0, ...how } : how;
    return (await caller.call(method, repeatable(method, request), once)).result;
  });
  return {
    ...calls,
    batch: () => createBatch(caller),
    actor(kind, id) {
      const actor = `${kind}/${id}`;
      return {
        async send(data, how) {
          await calls.rpc({ method: 'send', params: { actor, data } }, how);
        },
        async sendAs(user, data, how) {
          await calls.rpc({ method: 'send', params: { actor, data, user } }, how);
        },
        async ask<Reply>(data: unknown, how?: CallOptions): Promise<Reply> {
          const { data: reply } = await calls.rpc({ method: 'ask', params: { actor, data } }, how);
          return reply as Reply;
        },
      };
    },
  };
}
