import { disconnects, replyErrors, type Disconnect, type ReplyError } from '@belfry/protocol';

/** By error code, as Centrifugo chooses. */
const USUAL: ReadonlyMap<number, Disconnect> = new Map([
  [replyErrors.expired.code, disconnects.expired],
  [replyErrors.tokenExpired.code, disconnects.expired],
  [replyErrors.tooManyRequests.code, disconnects.tooManyRequests],
  [replyErrors.permissionDenied.code, disconnects.permissionDenied],
]);

/**
 * What ends a unidirectional connection whose connect request failed: no reply can tell its client the error.
 *
 * @param configured by error code, before the usual ones
 */
export function uniDisconnectOf(
  error: ReplyError,
  configured: ReadonlyMap<number, Disconnect>,
): Disconnect {
  return configured.get(error.code) ?? USUAL.get(error.code) ?? disconnects.serverError;
}
