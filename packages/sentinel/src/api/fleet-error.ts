import { NODE_ERROR_STATUS, type NodeErrorCode } from '@belfry/protocol';

/** An answer other than success: `{"error":{"code","message"}}`. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly status: number;
  /** Stable; for programs. */
  readonly code: string;
  /** Seconds after which it may be tried again; `undefined`: not said. */
  retryAfter: number | undefined;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The same error with the time after which it may be tried again, in ms. */
  after(retryMs: number): this {
    this.retryAfter = Math.max(1, Math.ceil(retryMs / 1_000));
    return this;
  }
}

/** One that nodes know. */
export function nodeError(code: NodeErrorCode, message: string): FleetError {
  return new FleetError(NODE_ERROR_STATUS[code], code, message);
}

/** What is asked for in a way that it is not understood; the message names the field. */
export function badRequest(message: string): FleetError {
  return new FleetError(400, 'bad_request', message);
}

export function forbidden(message: string): FleetError {
  return new FleetError(403, 'forbidden', message);
}

/** @param retryMs after so long it may be tried again */
export function tooMany(message: string, retryMs: number): FleetError {
  return new FleetError(429, 'too_many_requests', message).after(retryMs);
}

export function unavailable(message: string): FleetError {
  return new FleetError(503, 'unavailable', message);
}
