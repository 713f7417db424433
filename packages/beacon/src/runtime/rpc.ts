import { isApplicationErrorCode, replyErrors, type ReplyError } from '@belfry/protocol';
import type { RpcConfig } from '../config/proxies.ts';

/** Who calls. */
export interface RpcContext {
  /** `''`: anonymous. */
  readonly user: string;
  readonly client: string;
  /** The connection's info, as its token gives it; `undefined`: none. */
  readonly info: unknown;
  /** True: a backend calls, over the server API, and may do anything. */
  readonly server?: boolean;
  /** Whether it is on a channel, or may subscribe to it without a token for it. */
  mayBeOn(channel: string): boolean;
}

/** Answers a call. `data` is the client's, not checked; what it resolves to must be JSON data (`undefined` becomes `null`). */
export type RpcHandler = (data: unknown, context: RpcContext) => Promise<unknown>;

/** Thrown by a handler, it is what the client gets. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  /** Whether the client should try again by itself. */
  readonly temporary: boolean;

  /**
   * @param code 400 to 1999, or one of the protocol's own (100 to 112)
   * @throws RangeError on any other
   */
  constructor(code: number, message: string, options?: { readonly temporary?: boolean }) {
    super(message);
    const known = Object.values(replyErrors).find((each) => each.code === code);
    if (known === undefined && !isApplicationErrorCode(code)) {
      throw new RangeError(`RPC error code ${code}: use 400 to 1999, or a code of the protocol`);
    }
    this.code = code;
    this.temporary = options?.temporary ?? known?.temporary ?? false;
  }

  /** How it goes into a reply. */
  toReplyError(): ReplyError {
    return { code: this.code, message: this.message, temporary: this.temporary };
  }
}

/** The methods of a server, with the one that answers nothing where the configuration wants it. */
export function withPing(
  methods: ReadonlyMap<string, RpcHandler> = new Map(),
  { ping }: RpcConfig = {},
): ReadonlyMap<string, RpcHandler> {
  if (ping?.enabled !== true) return methods;
  return new Map([...methods, [ping.method ?? 'ping', async () => null]]);
}

/** Rejects with a temporary RpcError when the handler takes longer than `timeoutMs`. */
export async function callWithin<T>(timeoutMs: number, call: () => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new RpcError(replyErrors.internal.code, `no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await Promise.race([call(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
