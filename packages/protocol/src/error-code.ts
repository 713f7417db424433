/**
 * The errors that a reply can carry. Codes and texts are those of the public Centrifugo protocol, so that every SDK knows them.
 * 100–399 belong to the protocol; 400–1999 are free for applications (RPC handlers, proxies).
 */

/** An error in a reply. `temporary`: the same command may succeed later, and SDKs retry it by themselves. */
export interface ReplyError {
  readonly code: number;
  readonly message: string;
  readonly temporary: boolean;
}

/** The names of the protocol's errors. */
export type ReplyErrorName =
  | 'internal'
  | 'unauthorized'
  | 'unknownChannel'
  | 'permissionDenied'
  | 'methodNotFound'
  | 'alreadySubscribed'
  | 'limitExceeded'
  | 'badRequest'
  | 'notAvailable'
  | 'tokenExpired'
  | 'expired'
  | 'tooManyRequests'
  | 'unrecoverablePosition';

/** Every error of the protocol by name. */
export const replyErrors: Readonly<Record<ReplyErrorName, ReplyError>> = {
  internal: { code: 100, message: 'internal server error', temporary: true },
  unauthorized: { code: 101, message: 'unauthorized', temporary: false },
  unknownChannel: { code: 102, message: 'unknown channel', temporary: false },
  permissionDenied: { code: 103, message: 'permission denied', temporary: false },
  methodNotFound: { code: 104, message: 'method not found', temporary: false },
  alreadySubscribed: { code: 105, message: 'already subscribed', temporary: false },
  limitExceeded: { code: 106, message: 'limit exceeded', temporary: false },
  badRequest: { code: 107, message: 'bad request', temporary: false },
  notAvailable: { code: 108, message: 'not available', temporary: false },
  tokenExpired: { code: 109, message: 'token expired', temporary: false },
  expired: { code: 110, message: 'expired', temporary: false },
  tooManyRequests: { code: 111, message: 'too many requests', temporary: true },
  unrecoverablePosition: { code: 112, message: 'unrecoverable position', temporary: false },
};

/** The codes that applications may give to their own errors. */
export const APPLICATION_ERROR_CODES: { readonly min: number; readonly max: number } = {
  min: 400,
  max: 1999,
};

/** Whether an application may answer with `code`. */
export function isApplicationErrorCode(code: number): boolean {
  return (
    Number.isInteger(code) &&
    code >= APPLICATION_ERROR_CODES.min &&
    code <= APPLICATION_ERROR_CODES.max
  );
}

/** The same error with a text that says more. */
export function withMessage(error: ReplyError, message: string): ReplyError {
  return { code: error.code, message, temporary: error.temporary };
}
