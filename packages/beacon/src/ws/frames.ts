/** Finished, unmasked WebSocket frames (RFC 6455, 5.2): what a server may write to any number of sockets as they are. */

/** What a frame is. From `close` on: a control frame. */
export const opcodes: {
  readonly continuation: 0;
  readonly text: 1;
  readonly binary: 2;
  readonly close: 8;
  readonly ping: 9;
  readonly pong: 10;
} = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const FIN = 0x80;
/** The message is compressed (RFC 7692, 6). */
const RSV1 = 0x40;

/** The most bytes of a control frame's payload. */
const MAX_CONTROL = 125;

/** Room for `length` bytes behind the header that belongs before them. */
function framed(first: number, length: number): { frame: Buffer; header: number } {
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = first;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  return { frame, header };
}

export function textFrame(text: string): Buffer {
  const { frame, header } = framed(FIN | opcodes.text, Buffer.byteLength(text));
  frame.write(text, header);
  return frame;
}

export function binaryFrame(data: Uint8Array): Buffer {
  const { frame, header } = framed(FIN | opcodes.binary, data.length);
  frame.set(data, header);
  return frame;
}

/** A message that is compressed already. */
export function compressedFrame(opcode: 1 | 2, data: Uint8Array): Buffer {
  const { frame, header } = framed(FIN | RSV1 | opcode, data.length);
  frame.set(data, header);
  return frame;
}

/** `data`: at most 125 bytes. */
export function controlFrame(opcode: 8 | 9 | 10, data: Uint8Array): Buffer {
  const { frame, header } = framed(FIN | opcode, Math.min(data.length, MAX_CONTROL));
  frame.set(data.subarray(0, MAX_CONTROL), header);
  return frame;
}

/** A close frame. A reason of more than 123 bytes is cut off between characters. */
export function closeFrame(code: number, reason = ''): Buffer {
  const data = Buffer.alloc(MAX_CONTROL);
  data.writeUInt16BE(code, 0);
  const { written } = new TextEncoder().encodeInto(reason, data.subarray(2));
  return controlFrame(opcodes.close, data.subarray(0, 2 + written));
}

/** Whether a peer may close with `code` (RFC 6455, 7.4, and the registry there). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
