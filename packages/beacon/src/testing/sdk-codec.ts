import { Centrifuge } from 'centrifuge/build/protobuf';

/** The Protobuf of the real JavaScript SDK, made by Protobuf's own compiler: what our own must agree with. */
export interface SdkCodec {
  encodeCommands(commands: readonly object[]): Uint8Array;
  decodeCommands(bytes: Uint8Array): unknown[];
  encodeReplies(replies: readonly object[]): Uint8Array;
  decodeReplies(bytes: Uint8Array): object[];
}

export const sdkCodec: SdkCodec = (
  new Centrifuge('ws://localhost', { websocket: WebSocket }) as unknown as { _codec: SdkCodec }
)._codec;

/** What the SDK decoded as plain data: 64-bit numbers as numbers, bytes as arrays, and only what is set. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('low' in value && 'high' in value) {
    return Number(value.high) * 0x1_0000_0000 + (Number(value.low) >>> 0);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, each]) => [name, plain(each)] as const)
      .filter(([, each]) => !isNothing(each)),
  );
}

function isNothing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return Array.isArray(value) && value.length === 0;
}
