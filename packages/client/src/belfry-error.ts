/**
 * What went wrong:
 * - `unauthorized`: no token, or one that the server does not accept
 * - `forbidden`: the token does not allow it
 * - `not-found`: no such actor, channel or method
 * - `bad-request`: the server does not understand it
 * - `rejected`: an actor refused it; the message says why
 * - `overloaded`: a limit is reached (a full inbox, too many requests); try again later
 * - `unavailable`: the server could not do it now
 * - `timeout`: no answer came in time; whether it was done is not known
 * - `closed`: the client was closed, or the actor left, before it was done
 * - `network`: the server cannot be reached
 * - `failed`: anything else; `wireCode` tells
 */
export type BelfryErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'bad-request'
  | 'rejected'
  | 'overloaded'
  | 'unavailable'
  | 'timeout'
  | 'closed'
  | 'network'
  | 'failed';

export interface BelfryErrorOptions {
  readonly wireCode?: number;
  readonly temporary?: boolean;
  readonly cause?: unknown;
}

/** Every error of this package. */
export class BelfryError extends Error {
  override readonly name = 'BelfryError';
  readonly code: BelfryErrorCode;
  /** The protocol's code, where the server or the connection gave one. */
  readonly wireCode: number | undefined;
  /** The same may succeed later. */
  readonly temporary: boolean;

  constructor(code: BelfryErrorCode, message: string, options: BelfryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.wireCode = options.wireCode;
    this.temporary = options.temporary ?? false;
  }
}

/** Codes below 100 are the connection's own (centrifuge `errorCodes`), then come error replies, those of Belfry's calls, disconnects. */
const CODES: Readonly<Record<number, BelfryErrorCode>> = {
  1: 'timeout',
  2: 'network',
  3: 'closed',
  4: 'closed',
  5: 'unauthorized',
  6: 'unauthorized',
  7: 'closed',
  10: 'network',
  11: 'network',
  100: 'unavailable',
  101: 'unauthorized',
  102: 'not-found',
  103: 'forbidden',
  104: 'not-found',
  106: 'overloaded',
  107: 'bad-request',
  108: 'unavailable',
  109: 'unauthorized',
  110: 'unauthorized',
  111: 'overloaded',
  400: 'bad-request',
  404: 'not-found',
  422: 'rejected',
  429: 'overloaded',
  503: 'unavailable',
  504: 'timeout',
  3500: 'unauthorized',
  3501: 'bad-request',
  3507: 'forbidden',
  3508: 'unavailable',
};

const TEMPORARY: ReadonlySet<number> = new Set([1, 2, 10, 11, 100, 111]);

interface WireError {
  readonly code: number;
  readonly message?: string;
  readonly temporary?: boolean;
}

function isWireError(error: unknown): error is WireError {
  return (
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
  );
}

/** Any error as a `BelfryError`; the protocol's `{code, message, temporary?}` by its code. */
export function toBelfryError(error: unknown, doing: string): BelfryError {
  if (error instanceof BelfryError) return error;
  if (!isWireError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new BelfryError('failed', `${doing}: ${message}`, { cause: error });
  }
  const { code, message = '', temporary } = error;
  return new BelfryError(CODES[code] ?? 'failed', `${doing}: ${message || 'failed'} (${code})`, {
    wireCode: code,
    temporary: temporary === true || TEMPORARY.has(code),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
