import {
  isApplicationErrorCode,
  replyErrors,
  type Disconnect,
  type ProxyDisconnect,
  type ProxyError,
  type ReplyError,
} from '@belfry/protocol';

/** The most bytes of a reason that a close frame holds. */
const MAX_REASON = 123;

const protocolErrors: ReadonlyMap<number, ReplyError> = new Map(
  Object.values(replyErrors).map((each) => [each.code, each]),
);

/** An error as a client may get it; `null`: its code is neither an application's nor the protocol's. */
export function checkedError({ code, message, temporary }: ProxyError): ReplyError | null {
  const known = protocolErrors.get(code);
  if (known === undefined && !isApplicationErrorCode(code)) return null;
  return {
    code,
    message: message ?? known?.message ?? '',
    temporary: temporary ?? known?.temporary ?? false,
  };
}

function cut(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_REASON) return reason;
  let bytes = Buffer.from(reason).subarray(0, MAX_REASON);
  // Not in the middle of a character.
  while (bytes.length > 0 && (Buffer.from(reason)[bytes.length] ?? 0) >> 6 === 0b10) {
    bytes = bytes.subarray(0, -1);
  }
  return bytes.toString('utf8');
}

/** A disconnect as a client may get it; `null`: its code is not one. A reason that is too long is cut. */
export function checkedDisconnect({ code, reason }: ProxyDisconnect): Disconnect | null {
  if (!Number.isInteger(code) || code < 3000 || code > 4999) return null;
  return { code, reason: cut(reason ?? '') };
}
