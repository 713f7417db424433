/**
 * Why the server ends a connection or a subscription. What the client does next follows from the range of the code alone, so an SDK
 * need not know a code to behave well.
 */

/** Why a connection ends: the code and reason of the WebSocket close frame. */
export interface Disconnect {
  readonly code: number;
  readonly reason: string;
}

/** The names of the protocol's disconnects. */
export type DisconnectName =
  | 'connectionClosed'
  | 'shutdown'
  | 'serverError'
  | 'expired'
  | 'subscriptionExpired'
  | 'slow'
  | 'writeError'
  | 'insufficientState'
  | 'forceReconnect'
  | 'noPong'
  | 'tooManyRequests'
  | 'stateInvalidated'
  | 'invalidToken'
  | 'badRequest'
  | 'stale'
  | 'forceNoReconnect'
  | 'connectionLimit'
  | 'channelLimit'
  | 'inappropriateProtocol'
  | 'permissionDenied'
  | 'notAvailable'
  | 'tooManyErrors';

/** Every disconnect of the protocol by name. */
export const disconnects: Readonly<Record<DisconnectName, Disconnect>> = {
  connectionClosed: { code: 3000, reason: 'connection closed' },
  shutdown: { code: 3001, reason: 'shutdown' },
  serverError: { code: 3004, reason: 'internal server error' },
  expired: { code: 3005, reason: 'connection expired' },
  subscriptionExpired: { code: 3006, reason: 'subscription expired' },
  slow: { code: 3008, reason: 'slow' },
  writeError: { code: 3009, reason: 'write error' },
  insufficientState: { code: 3010, reason: 'insufficient state' },
  forceReconnect: { code: 3011, reason: 'force reconnect' },
  noPong: { code: 3012, reason: 'no pong' },
  tooManyRequests: { code: 3013, reason: 'too many requests' },
  stateInvalidated: { code: 3014, reason: 'state invalidated' },
  invalidToken: { code: 3500, reason: 'invalid token' },
  badRequest: { code: 3501, reason: 'bad request' },
  stale: { code: 3502, reason: 'stale' },
  forceNoReconnect: { code: 3503, reason: 'force disconnect' },
  connectionLimit: { code: 3504, reason: 'connection limit' },
  channelLimit: { code: 3505, reason: 'channel limit' },
  inappropriateProtocol: { code: 3506, reason: 'inappropriate protocol' },
  permissionDenied: { code: 3507, reason: 'permission denied' },
  notAvailable: { code: 3508, reason: 'not available' },
  tooManyErrors: { code: 3509, reason: 'too many errors' },
};

/**
 * Whether a client that was closed with `code` connects again: always, except for 3500–3999 (the protocol's terminal codes) and
 * 4500–4999 (the application's). Codes below 3000 are the transport's, of which 1009 (message too big) is terminal.
 */
export function reconnectsAfter(code: number): boolean {
  if (code === 1009) return false;
  return !((code >= 3500 && code <= 3999) || (code >= 4500 && code <= 4999));
}

/** Why a subscription ends while the connection goes on. */
export interface Unsubscribed {
  readonly code: number;
  readonly reason: string;
}

/** The names of the protocol's unsubscribe codes. */
export type UnsubscribedName = 'server' | 'insufficientState' | 'expired';

/** Every unsubscribe code of the protocol by name. */
export const unsubscribes: Readonly<Record<UnsubscribedName, Unsubscribed>> = {
  server: { code: 2000, reason: 'server unsubscribe' },
  insufficientState: { code: 2500, reason: 'insufficient state' },
  expired: { code: 2501, reason: 'subscription expired' },
};

/** Whether a client that was unsubscribed with `code` subscribes again by itself: from 2500 on. */
export function resubscribesAfter(code: number): boolean {
  return code >= 2500;
}
