import type { Socket } from 'node:net';
import {
  BadFrameError,
  decodeCommands,
  disconnects,
  encodePush,
  encodeReply,
  PING_JSON,
  type Command,
  type Disconnect,
  type Reply,
} from '@belfry/protocol';
import { WebSocket } from 'ws';
import type { Session } from '../core/session.ts';
import type { Stats } from '../core/stats.ts';
import type { PreparedPush, PushForm, Transport, TransportInfo } from '../core/transport.ts';
import type { Log } from '../log.ts';
import type { Flushable, Flusher } from './flusher.ts';
import { textFrame } from './text-frame.ts';

/** How long a peer may take to close, in ms, before its socket is destroyed. */
const DESTROY_AFTER_MS = 3000;
/** Up to here frames are copied into one buffer; beyond, the socket gets them as they are. */
const COPY_LIMIT = 64 * 1024;

const PING_FRAME = textFrame(PING_JSON);

const JSON_FRAME: PushForm = { write: (push) => textFrame(encodePush(push)) };

const INFO: TransportInfo = { name: 'websocket', encoding: 'json', unidirectional: false };

/** What all connections of a server share. */
export interface WsShared {
  readonly flusher: Flusher;
  readonly stats: Stats;
  readonly log: Log;
  readonly queueMaxSize: number;
  /** Unexpected errors of our own, which must not take the process down. */
  readonly onError: (error: unknown) => void;
}

/** The socket that `ws` reads for us, with the way back to its connection: no closure per connection. */
export class BeaconSocket extends WebSocket {
  connection: WsConnection | null = null;
}

/**
 * A WebSocket as a session's transport. Receiving is the work of `ws`. Sending is ours: finished frames are written straight to the
 * socket, those of one turn of the event loop together.
 */
export class WsConnection implements Transport, Flushable {
  session: Session | null = null;
  readonly #shared: WsShared;
  readonly #ws: BeaconSocket;
  readonly #socket: Socket;
  /** Frames that wait: one by itself, or several. */
  #queue: Uint8Array | Uint8Array[] | null = null;
  #queuedBytes = 0;
  /** Whether it stands in the flusher. */
  #dirty = false;
  /** The socket has had enough until it drains. */
  #blocked = false;
  #closed = false;

  constructor(shared: WsShared, ws: BeaconSocket, socket: Socket) {
    this.#shared = shared;
    this.#ws = ws;
    this.#socket = socket;
    ws.connection = this;
    ws.on('message', onMessage);
    ws.on('close', onClose);
    ws.on('error', onError);
  }

  get info(): TransportInfo {
    return INFO;
  }

  reply(reply: Reply): void {
    this.#enqueue(textFrame(encodeReply(reply)));
  }

  push(push: PreparedPush): void {
    this.#enqueue(push.as(JSON_FRAME));
  }

  ping(): void {
    this.#enqueue(PING_FRAME);
  }

  pause(): void {
    if (!this.#closed) this.#ws.pause();
  }

  resume(): void {
    if (!this.#closed) this.#ws.resume();
  }

  close(disconnect: Disconnect): void {
    if (this.#closed) return;
    const slow = disconnect.code === disconnects.slow.code;
    if (slow) this.#drop();
    else this.#writeAll();
    this.#closed = true;
    this.#ws.close(disconnect.code, disconnect.reason);
    // One that does not read never sees the close frame behind what it has not read.
    setTimeout(destroy, DESTROY_AFTER_MS, this.#ws).unref();
  }

  flush(): void {
    this.#dirty = false;
    if (!this.#closed && !this.#blocked) this.#writeAll();
  }

  /** The peer has read again. */
  drained(): void {
    this.#blocked = false;
    if (!this.#closed) this.#writeAll();
  }

  received(data: Buffer): void {
    const { session } = this;
    if (session === null || this.#closed) return;
    const { stats } = this.#shared;
    stats.messagesReceived++;
    stats.bytesReceived += data.length;
    try {
      const commands = this.#decode(session, data);
      if (commands !== null) session.receive(commands);
    } catch (error) {
      this.#shared.onError(error);
      session.close(disconnects.serverError);
    }
  }

  #decode(session: Session, data: Buffer): Command[] | null {
    try {
      return decodeCommands(data.toString('utf8'));
    } catch (error) {
      if (!(error instanceof BadFrameError)) throw error;
      this.#shared.log({
        level: 'info',
        message: 'a frame is not of the protocol',
        fields: { client: session.client, problem: error.message },
      });
      session.close(disconnects.badRequest);
      return null;
    }
  }

  /** The socket has gone, or `ws` is closing it because of what the peer sent. */
  gone(): void {
    this.#closed = true;
    this.#drop();
    const { session } = this;
    this.session = null;
    session?.transportClosed();
  }

  #enqueue(frame: Uint8Array): void {
    if (this.#closed) return;
    const unsent = this.#queuedBytes + (this.#blocked ? this.#socket.writableLength : 0);
    // A frame that nothing stands before is never too much: who asks again after a reconnect would get the same.
    if (unsent > 0 && unsent + frame.length > this.#shared.queueMaxSize) {
      this.session?.close(disconnects.slow);
      return;
    }
    this.#queuedBytes += frame.length;
    if (this.#queue === null) this.#queue = frame;
    else if (Array.isArray(this.#queue)) this.#queue.push(frame);
    else this.#queue = [this.#queue, frame];
    if (this.#dirty || this.#blocked) return;
    this.#dirty = true;
    this.#shared.flusher.add(this);
  }

  #drop(): void {
    this.#queue = null;
    this.#queuedBytes = 0;
  }

  #writeAll(): void {
    const queue = this.#queue;
    if (queue === null) return;
    const bytes = this.#queuedBytes;
    this.#drop();
    this.#shared.stats.bytesSent += bytes;
    const ok = this.#write(queue, bytes);
    if (ok || this.#blocked) return;
    this.#blocked = true;
    this.#socket.once('drain', onDrain.bind(null, this));
  }

  #write(queue: Uint8Array | Uint8Array[], bytes: number): boolean {
    const socket = this.#socket;
    if (!Array.isArray(queue)) return socket.write(queue);
    if (bytes <= COPY_LIMIT) return socket.write(Buffer.concat(queue, bytes));
    socket.cork();
    let ok = true;
    for (const frame of queue) ok = socket.write(frame);
    socket.uncork();
    return ok;
  }
}

function onMessage(this: WebSocket, data: Buffer): void {
  (this as BeaconSocket).connection?.received(data);
}

function onClose(this: WebSocket): void {
  const socket = this as BeaconSocket;
  socket.connection?.gone();
  socket.connection = null;
}

/** The peer broke the WebSocket protocol or sent too much: `ws` closes with the code for it (1002, 1007, 1009). */
function onError(this: WebSocket): void {
  (this as BeaconSocket).connection?.gone();
}

function onDrain(connection: WsConnection): void {
  connection.drained();
}

function destroy(ws: WebSocket): void {
  ws.terminate();
}
