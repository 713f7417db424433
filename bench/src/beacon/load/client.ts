import { connect, type Socket } from 'node:net';
import { BINARY, CLOSE, maskedFrame, PING, PONG } from './client-frames.ts';
import type { Dialect } from './dialects.ts';
import { findMark, microsAt, PAYLOAD_SIZE, sequenceAt } from './payload.ts';

export type Stage = 'opening' | 'connecting' | 'connected' | 'subscribing' | 'ready' | 'closed';

/** Who hears of what all clients of a process got. */
export interface ClientEvents {
  delivered(client: LoadClient, sequence: number, micros: number): void;
  /** It is at a stage that somebody waits for. */
  reached(client: LoadClient): void;
  failed(client: LoadClient, problem: string): void;
}

export interface ClientPlace {
  readonly dialect: Dialect;
  readonly port: number;
  readonly token: string;
}

/** All sockets of the process are read into the same bytes, one at a time. */
const BYTES = Buffer.allocUnsafeSlow(256 * 1024);
/** Two marks are not nearer to each other. */
const LEAST_STRIDE = PAYLOAD_SIZE;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Where in a frame the last mark was, and how far behind it the next one: with messages of the same kind they are there again. */
const guess = { first: 0, stride: 0 };

/** One client: a socket, and a reader of frames that makes no objects for what is delivered. */
export class LoadClient {
  readonly dialect: Dialect;
  stage: Stage = 'opening';
  /** The number in its channel of what comes next. */
  next = 0;
  /** What was skipped: it may still come. */
  missing: Set<number> | null = null;
  channel = 0;
  startedAt = 0;
  readonly #place: ClientPlace;
  readonly #events: ClientEvents;
  readonly #socket: Socket;
  /** The beginning of a frame whose end has not come. */
  #carry: Buffer | null = null;

  constructor(place: ClientPlace, events: ClientEvents) {
    this.dialect = place.dialect;
    this.#place = place;
    this.#events = events;
    this.startedAt = performance.now();
    const { port, dialect } = place;
    // Bound to no address of its own: the kernel finds a port for it at once, however many wait for their end.
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: BYTES,
        callback: (length) => {
          this.#feed(BYTES, length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('the server closed the connection'));
    const protocol =
      dialect.subprotocol === undefined ? '' : `Sec-WebSocket-Protocol: ${dialect.subprotocol}\r\n`;
    this.#socket.write(
      `GET ${dialect.path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${protocol}\r\n`,
    );
  }

  say(text: string): void {
    this.#socket.write(maskedFrame(this.#place.dialect.opcode, text));
  }

  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  subscribe(channel: number): void {
    this.channel = channel;
    this.stage = 'subscribing';
    this.say(this.#place.dialect.subscribe(`c${channel}`));
  }

  close(): void {
    this.stage = 'closed';
    this.#socket.destroy();
  }

  #fail(problem: string): void {
    if (this.stage === 'closed') return;
    this.close();
    this.#events.failed(this, problem);
  }

  #feed(bytes: Buffer, length: number): void {
    let from = bytes;
    let end = length;
    if (this.#carry !== null) {
      from = Buffer.concat([this.#carry, bytes.subarray(0, length)]);
      end = from.length;
      this.#carry = null;
    }
    let at = this.stage === 'opening' ? this.#head(from, end) : 0;
    while (at >= 0 && end - at >= 2) {
      const short = (from[at + 1] ?? 0) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (end - at < header) break;
      let size = short;
      if (short === 126) size = from.readUInt16BE(at + 2);
      if (short === 127) size = from.readUInt32BE(at + 6);
      if (end - at < header + size) break;
      this.#frame(from, (from[at] ?? 0) & 0x0f, { from: at + header, end: at + header + size });
      at += header + size;
    }
    at = Math.max(at, 0);
    if (at < end && this.stage !== 'closed') this.#carry = Buffer.from(from.subarray(at, end));
  }

  /** Takes the answer to the handshake. Where the frames begin; below 0: it has not all come. */
  #head(bytes: Buffer, end: number): number {
    const at = bytes.subarray(0, end).indexOf(HEAD_END);
    if (at < 0) return -1;
    const status = bytes.toString('latin1', 0, 12);
    if (status !== 'HTTP/1.1 101') {
      this.#fail(`the server answered ${bytes.toString('latin1', 0, Math.min(end, 300))}`);
      return end;
    }
    this.stage = 'connecting';
    const { dialect, token } = this.#place;
    const hello = dialect.hello(token);
    if (hello === '') this.#connected();
    else if (hello !== null) this.say(hello);
    return at + HEAD_END.length;
  }

  #connected(): void {
    this.stage = 'connected';
    this.#events.reached(this);
  }

  #frame(bytes: Buffer, opcode: number, range: { from: number; end: number }): void {
    if (opcode === CLOSE) {
      const why = bytes.toString('utf8', range.from + 2, range.end);
      this.#fail(`the server said ${bytes.readUInt16BE(range.from)} ${why}`);
      return;
    }
    if (opcode === PING) {
      this.#socket.write(maskedFrame(PONG, ''));
      return;
    }
    let mark = findMark(bytes, range.from + guess.first, range);
    if (mark < 0) {
      if (opcode <= BINARY) this.#control(bytes.toString('utf8', range.from, range.end));
      return;
    }
    guess.first = mark - range.from;
    this.#events.delivered(this, sequenceAt(bytes, mark), microsAt(bytes, mark));
    // Some servers put several messages into a frame.
    while (mark + LEAST_STRIDE <= range.end) {
      const from = mark + LEAST_STRIDE;
      const next = findMark(bytes, mark + guess.stride, { from, end: range.end });
      if (next < 0) break;
      guess.stride = next - mark;
      mark = next;
      this.#events.delivered(this, sequenceAt(bytes, mark), microsAt(bytes, mark));
    }
    if (hasPing(bytes, range)) this.#control(PING_LINE);
  }

  #control(text: string): void {
    const { dialect, token } = this.#place;
    const { event, send } = dialect.control(text, token);
    if (send !== undefined) this.say(send);
    if (event === 'failed') this.#fail(`the server said ${text.slice(0, 200)}`);
    else if (event !== 'none' && this.stage === 'connecting') this.#connected();
    else if (event === 'subscribed' && this.stage === 'subscribing') {
      this.stage = 'ready';
      this.#events.reached(this);
    }
  }
}

const PING_LINE = '{}';
const OPEN = 0x7b;
const SHUT = 0x7d;
const LINE_FEED = 0x0a;

/** Whether `{}`, which must be answered, stands by itself before or behind the publications of a frame. */
function hasPing(bytes: Buffer, { from, end }: { from: number; end: number }): boolean {
  const isLine = (at: number): boolean => bytes[at] === OPEN && bytes[at + 1] === SHUT;
  return (
    (isLine(end - 2) && bytes[end - 3] === LINE_FEED) ||
    (isLine(from) && bytes[from + 2] === LINE_FEED) ||
    // Publications that stand together are seldom so many.
    (end - from > 2 * LEAST_STRIDE && bytes.subarray(from, end).includes('\n{}\n'))
  );
}
