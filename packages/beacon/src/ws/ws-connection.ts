import type { Socket } from 'node:net';
import { disconnects, type Disconnect, type Reply } from '@belfry/protocol';
import type { Session } from '../core/session.ts';
import { countOne } from '../core/stats.ts';
import type { PreparedPush, Transport, TransportInfo } from '../core/transport.ts';
import {
  handleOf,
  readDirectly,
  type DirectReader,
  type SocketHandle,
} from '../runtime/direct-socket.ts';
import { Outgoing, type OutgoingShared } from '../runtime/outgoing.ts';
import { receiveFrame, type ReceivingShared } from '../runtime/receive-frame.ts';
import type { WireForm } from '../runtime/wire-form.ts';
import { closeCodes, type FrameReader, type FrameSink } from './frame-reader.ts';
import { closeFrame, controlFrame, opcodes } from './frames.ts';

/** How long a peer may take to close, in ms, before its socket is destroyed. */
const DESTROY_AFTER_MS = 3000;

const EMPTY_CLOSE = controlFrame(opcodes.close, new Uint8Array());

/** What all connections of a server share. */
export interface WsShared extends OutgoingShared, ReceivingShared {}

/** A WebSocket that is a connection from now on. */
interface Opened {
  readonly socket: Socket;
  readonly form: WireForm;
  readonly reader: FrameReader;
}

const owner = Symbol('connection');

/** A socket knows its connection, so that its listeners are the same functions for all. */
interface OwnedSocket extends Socket {
  [owner]?: WsConnection | undefined;
}

/**
 * A WebSocket as a session's transport, straight on its socket: there are no streams, emitters or closures for each connection, since
 * there may be very many that do nothing. Finished frames are written as they are, those of one turn of the event loop together.
 */
export class WsConnection extends Outgoing implements Transport, FrameSink, DirectReader {
  session: Session | null = null;
  readonly #shared: WsShared;
  readonly #socket: OwnedSocket;
  readonly #form: WireForm;
  readonly #reader: FrameReader;
  /** What is read; `null`: the socket is. */
  #reading: SocketHandle | null = null;
  /** Ends what the peer does not end. */
  #timer: NodeJS.Timeout | null = null;

  constructor(shared: WsShared, { socket, form, reader }: Opened) {
    const handle = handleOf(socket);
    super(shared, socket, handle);
    this.#shared = shared;
    this.#socket = socket;
    this.#form = form;
    this.#reader = reader;
    this.#socket[owner] = this;
    socket.on('close', onClose);
    socket.on('error', ignore);
    if (handle !== null && readDirectly(socket, handle, this)) {
      this.#reading = handle;
    } else {
      socket.on('data', onData);
      socket.on('end', onEnd);
    }
  }

  /** Answers the handshake. */
  greet(response: Uint8Array): void {
    this.append(response);
    this.writeAll();
  }

  get info(): TransportInfo {
    return this.#form.info;
  }

  reply(reply: Reply): void {
    const frame = this.#form.reply(reply);
    if (frame !== null) this.enqueue(frame);
  }

  push(push: PreparedPush): void {
    this.enqueue(push.as(this.#form.push));
  }

  ping(): void {
    this.enqueue(this.#form.ping);
  }

  pause(): void {
    if (this.closed) return;
    if (this.#reading === null) this.#socket.pause();
    else this.#reading.readStop();
  }

  resume(): void {
    if (!this.closed) this.#resume();
  }

  #resume(): void {
    if (this.#reading === null) this.#socket.resume();
    else this.#reading.readStart();
  }

  close(disconnect: Disconnect): void {
    if (this.closed) return;
    if (disconnect.code === disconnects.slow.code) this.drop();
    const last = this.#form.disconnect(disconnect);
    if (last !== null) this.append(last);
    this.#sayClose(closeFrame(disconnect.code, disconnect.reason));
    // What is still to be read is the peer's close frame.
    this.#resume();
  }

  /** Nothing follows this frame. A peer that does not read never sees it, and is not waited for long. */
  #sayClose(frame: Buffer): void {
    this.append(frame);
    this.writeAll();
    this.closed = true;
    this.#timer = setTimeout(destroy, DESTROY_AFTER_MS, this.#socket);
    this.#timer.unref();
  }

  /** Bytes from the socket. */
  feed(chunk: Buffer): void {
    this.#reader.feed(chunk, this);
  }

  onMessage(data: Buffer): void {
    this.received(data);
  }

  /** A whole message of the client. */
  received(data: Buffer): void {
    const { session } = this;
    if (session === null || this.closed) return;
    // After its connect request, what a client of a unidirectional connection says is not listened to.
    if (this.#form.info.unidirectional && session.state !== 'new') return;
    receiveFrame(this.#shared, { session, form: this.#form, data });
  }

  onPing(data: Buffer): void {
    this.enqueue(controlFrame(opcodes.pong, data));
  }

  onPong(): void {
    if (this.#form.info.nativePings === true) this.session?.ponged();
  }

  onClose(code: number): void {
    if (!this.closed) this.#sayClose(code === closeCodes.noCode ? EMPTY_CLOSE : closeFrame(code));
    this.#socket.end();
    this.#gone();
  }

  onViolation(code: number, problem: string): void {
    if (!this.closed) {
      const { stats, log } = this.#shared;
      countOne(stats.disconnectsByCode, code);
      const fields = { client: this.session?.client ?? '', code, problem };
      log({ level: 'info', message: 'a frame is not of a WebSocket', fields });
      this.#sayClose(closeFrame(code));
    }
    this.#socket.end();
    this.#gone();
  }

  protected override overflowed(): void {
    this.session?.close(disconnects.slow);
  }

  protected override eased(): void {
    this.session?.eased();
  }

  /** Like any socket that cannot be written to. */
  override failed(error: Error): void {
    this.#socket.destroy(error);
  }

  /** The peer sends no more. Where nothing is left to be written, closing the socket says the same to it with one system call less. */
  ended(): void {
    if (this.isSent) this.#socket.destroy();
    else this.#socket.destroySoon();
    this.#gone();
  }

  /** The socket has gone. */
  destroyed(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket[owner] = undefined;
    this.#gone();
  }

  #gone(): void {
    this.closed = true;
    this.#reader.stop();
    this.drop();
    const { session } = this;
    this.session = null;
    session?.transportClosed();
  }
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[owner]?.feed(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[owner]?.ended();
}

function onClose(this: OwnedSocket): void {
  this[owner]?.destroyed();
}

/** An error is followed by `close`. */
function ignore(): void {}

function destroy(socket: Socket): void {
  socket.destroy();
}
