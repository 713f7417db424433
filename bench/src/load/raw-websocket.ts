/** A WebSocket client that costs little more than its socket: for load processes with many thousands of them. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawTarget {
  readonly host: string;
  readonly port: number;
  /** Where it connects from: each address has about 28,000 ports. */
  readonly localAddress?: string;
}

export interface RawEvents {
  onOpen(): void;
  /** `payload` is good until this returns. */
  onMessage(payload: Buffer): void;
  /** Once, however it ended, and also when it never opened. */
  onClose(): void;
}

const PATH = '/connection/websocket';
const KEY = randomBytes(16).toString('base64');
const HEADER_END = '\r\n\r\n';
const TEXT = 0x1;
const CONTINUES = 0x0;
const CLOSE = 0x8;
/** What one server frame may carry; a recovery of thousands of publications is one. */
const MAX_FRAME = 16 * 1024 * 1024;
/** A frame of `{}`, which answers a ping. A mask of zeros leaves the payload as it is. */
const PONG = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]);
/** All sockets of the process read into it, one after the other. */
const READ = Buffer.allocUnsafeSlow(256 * 1024);

export class RawWebSocket {
  readonly #events: RawEvents;
  readonly #socket: Socket;
  #isOpen = false;
  #isClosed = false;
  /** What came of a frame, or of the handshake, that is not all there. */
  #rest: Buffer | null = null;

  constructor(target: RawTarget, events: RawEvents) {
    this.#events = events;
    const { host, port, localAddress } = target;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      onread: {
        buffer: READ,
        callback: (size, buffer) => {
          this.#received(Buffer.from(buffer.buffer, buffer.byteOffset, size));
          return true;
        },
      },
    });
    this.#socket.on('connect', () => {
      this.#socket.write(
        `GET ${PATH} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13${HEADER_END}`,
      );
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#closed());
  }

  /** Sends one text frame. */
  send(text: string): void {
    const size = Buffer.byteLength(text);
    const long = size > 125;
    if (size > 65_535) throw new RangeError(`${size} bytes are more than a load client sends`);
    const start = long ? 8 : 6;
    const frame = Buffer.alloc(start + size);
    frame[0] = 0x80 | TEXT;
    frame[1] = 0x80 | (long ? 126 : size);
    if (long) frame.writeUInt16BE(size, 2);
    frame.write(text, start);
    this.#socket.write(frame);
  }

  pong(): void {
    this.#socket.write(PONG);
  }

  /** Ends it without a word; `onClose` is called. */
  destroy(): void {
    this.#socket.destroy();
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClose();
  }

  #received(chunk: Buffer): void {
    if (this.#isClosed) return;
    let data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    if (!this.#isOpen) {
      const end = data.indexOf(HEADER_END);
      if (end < 0) {
        this.#rest = Buffer.from(data);
        return;
      }
      if (!data.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) {
        this.destroy();
        return;
      }
      data = data.subarray(end + HEADER_END.length);
      this.#isOpen = true;
      this.#events.onOpen();
    }
    const used = this.#frames(data);
    // The buffer is used again for the next socket.
    if (used < data.length && !this.#isClosed) this.#rest = Buffer.from(data.subarray(used));
  }

  /** Reads whole frames; returns how many bytes they were. */
  #frames(data: Buffer): number {
    let at = 0;
    while (at + 2 <= data.length && !this.#isClosed) {
      const opcode = (data[at] ?? 0) & 0x0f;
      let size = (data[at + 1] ?? 0) & 0x7f;
      let start = at + 2;
      if (size === 126) {
        if (at + 4 > data.length) break;
        size = data.readUInt16BE(at + 2);
        start = at + 4;
      } else if (size === 127) {
        if (at + 10 > data.length) break;
        size = Number(data.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      if (size > MAX_FRAME || opcode === CONTINUES) {
        this.destroy();
        break;
      }
      if (start + size > data.length) break;
      at = start + size;
      if (opcode === TEXT) this.#events.onMessage(data.subarray(start, at));
      else if (opcode === CLOSE) this.destroy();
    }
    return at;
  }
}
