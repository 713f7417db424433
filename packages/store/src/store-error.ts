/**
 * Why a store could not do what it was asked. `unavailable` and `timeout` may be tried again: whether the step was applied is then
 * unknown, and every step of the ports is safe to repeat (a fence, a version or an id refuses the second).
 */
export type StoreErrorCode =
  /** The server cannot be reached, or the store is reconnecting. */
  | 'unavailable'
  /** No answer within the operation time-out. */
  | 'timeout'
  /** Another process has the data directory open. */
  | 'locked'
  /** The data was made with another number of partitions, or by a newer Belfry. */
  | 'incompatible'
  /** The server is too old, or lacks something that is needed. */
  | 'unsupported'
  /** More work is queued to the store than its limit allows. */
  | 'overloaded'
  /** A name, size or number outside its range. */
  | 'invalid'
  /** The store has been closed. */
  | 'closed'
  /** The server answered with an error that this driver does not know. */
  | 'internal';

/** The one error type of every port. `cause` keeps what the driver's library threw. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  get temporary(): boolean {
    return this.code === 'unavailable' || this.code === 'timeout' || this.code === 'overloaded';
  }
}
