/**
 * Why there is no answer. `full`: too many wait already. `stale`: a kept connection was closed just as it was used. `status`: not 200,
 * and nothing says what it means. `bad_answer`: it is not what an answer is made of.
 */
export type FailureReason =
  | 'timeout'
  | 'full'
  | 'network'
  | 'stale'
  | 'status'
  | 'too_large'
  | 'bad_answer';

/** A backend did not answer a question. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
