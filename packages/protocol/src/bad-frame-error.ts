/** A frame that no client of the protocol sends. The connection is closed with 3501. */
export class BadFrameError extends Error {
  override readonly name = 'BadFrameError';
}
