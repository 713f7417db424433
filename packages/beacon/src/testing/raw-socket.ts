import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { inflateMessage } from '../ws/deflate.ts';
import { clientFrame, type FrameParts } from './client-frames.ts';

/** A frame as the server sent it. */
export interface ServerFrame {
  readonly opcode: number;
  readonly compressed: boolean;
  /** Unpacked, where it was compressed. */
  readonly payload: Buffer;
  /** The frame as it came. */
  readonly bytes: Buffer;
}

/** A WebSocket by hand, for what no client does. */
export interface RawSocket extends Disposable {
  readonly socket: Socket;
  /** The head of the answer to the handshake. */
  readonly head: string;
  readonly frames: ServerFrame[];
  send(...frames: FrameParts[]): void;
  /** What text and binary frames brought, as text. */
  texts(): string[];
  /** The code of the close frame, once there is one; `null`: none came before the end of the connection. */
  readonly closed: Promise<number | null>;
}

interface RawOptions {
  readonly path?: string;
  readonly headers?: readonly string[];
  /** Sent in the same packet as the handshake. */
  readonly early?: Buffer;
}

/** Opens one at a port of this machine. */
export async function openRaw(port: number, options: RawOptions = {}): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1');
  const head = [
    `GET ${options.path ?? '/connection/websocket'} HTTP/1.1`,
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
    ...(options.headers ?? []),
    '\r\n',
  ].join('\r\n');
  socket.write(Buffer.concat([Buffer.from(head), options.early ?? Buffer.alloc(0)]));
  socket.on('error', () => {});
  const frames: ServerFrame[] = [];
  let rest = Buffer.alloc(0);
  let answer = '';
  const closed = new Promise<number | null>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (answer === '') {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        answer = rest.subarray(0, end + 4).toString();
        rest = rest.subarray(end + 4);
      }
      for (let frame = firstFrame(rest); frame !== null; frame = firstFrame(rest)) {
        frames.push(frame);
        rest = rest.subarray(frame.bytes.length);
        if (frame.opcode !== 8) continue;
        resolve(frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0));
      }
    });
    socket.on('close', () => resolve(null));
  });
  while (answer === '') await once(socket, 'data');
  return {
    socket,
    head: answer,
    frames,
    closed,
    send: (...all) => socket.write(Buffer.concat(all.map(clientFrame))),
    texts: () => frames.filter(({ opcode }) => opcode < 8).map(({ payload }) => payload.toString()),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** The frame that bytes begin with; `null`: it has not come whole. */
export function firstFrame(bytes: Buffer): ServerFrame | null {
  if (bytes.length < 2) return null;
  const [start = 0, short = 0] = bytes;
  const size = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (bytes.length < 2 + size) return null;
  const length =
    size === 0 ? short : size === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = 2 + size + length;
  if (bytes.length < end) return null;
  const payload = bytes.subarray(2 + size, end);
  const compressed = (start & 0x40) !== 0;
  const inflated = compressed ? inflateMessage(payload, 1 << 20) : payload;
  if (!Buffer.isBuffer(inflated)) throw new Error('a frame cannot be unpacked');
  return { opcode: start & 0x0f, compressed, payload: inflated, bytes: bytes.subarray(0, end) };
}
