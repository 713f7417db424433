/** A client's WebSocket frames (RFC 6455, 5.2). One mask for all: what it costs the server is the same. */
const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;
const FIN = 0x80;

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export function maskedFrame(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 6 : length < 0x1_0000 ? 8 : 14;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FIN | opcode;
  if (header === 6) frame[1] = 0x80 | length;
  else if (header === 8) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(MASK, header - 4);
  frame.write(text, header);
  for (let i = 0; i < length; i++) {
    frame[header + i] = (frame[header + i] ?? 0) ^ (MASK[i & 3] ?? 0);
  }
  return frame;
}
