import type { AskErrorCode } from '@belfry/protocol';

export interface AskErrorOptions extends ErrorOptions {
  /** The code that the actor gave to `ctx.reject`. */
  readonly reason?: string | undefined;
}

/** Why an ask came to nothing: what the actor or the engine says, or `timeout`, `full`, `unavailable`, `closed`. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly code: AskErrorCode | 'timeout' | 'full' | 'unavailable' | 'closed';
  /** With `rejected`: the code that the actor gave. */
  readonly reason: string | undefined;

  constructor(code: AskError['code'], message: string, options?: AskErrorOptions) {
    super(message, options);
    this.code = code;
    this.reason = options?.reason;
  }
}
