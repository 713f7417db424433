import type { ReplyError } from '@belfry/protocol';

/** Why something that was asked of the Beacons was not done. Carries what a caller is told. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly error: ReplyError;

  constructor(error: ReplyError, options?: ErrorOptions) {
    super(error.message, options);
    this.error = error;
  }
}
