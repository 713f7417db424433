import type { Socket } from 'node:net';
import { disconnects, type Disconnect, type Reply } from '@belfry/protocol';
import { WebSocket } from 'ws';
import type { Session } from '../core/session.ts';
import type { PreparedPush, Transport, TransportInfo } from '../core/transport.ts';
import { Outgoing, type OutgoingShared } from '../runtime/outgoing.ts';
import { receiveFrame, type ReceivingShared } from '../runtime/receive-frame.ts';
import type { WireForm } from '../runtime/wire-form.ts';

/** How long a peer may take to close, in ms, before its socket is destroyed. */
const DESTROY_AFTER_MS = 3000;

/** What all connections of a server share. */
export interface WsShared extends OutgoingShared, ReceivingShared {}

/** The socket that `ws` reads for us, with the way back to its connection: no closure per connection. */
export class BeaconSocket extends WebSocket {
  connection: WsConnection | null = null;
}

/** A WebSocket that is a connection from now on. */
interface Opened {
  readonly ws: BeaconSocket;
  readonly socket: Socket;
  readonly form: WireForm;
}

/**
 * A WebSocket as a session's transport. Receiving is the work of `ws`. Sending is ours: finished frames are written straight to the
 * socket, those of one turn of the event loop together.
 */
export class WsConnection extends Outgoing implements Transport {
  session: Session | null = null;
  readonly #shared: WsShared;
  readonly #ws: BeaconSocket;
  readonly #form: WireForm;

  constructor(shared: WsShared, { ws, socket, form }: Opened) {
    super(shared, socket);
    this.#shared = shared;
    this.#ws = ws;
    this.#form = form;
    ws.connection = this;
    ws.on('message', onMessage);
    ws.on('close', onClose);
    ws.on('error', onError);
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
    if (!this.closed) this.#ws.pause();
  }

  resume(): void {
    if (!this.closed) this.#ws.resume();
  }

  close(disconnect: Disconnect): void {
    if (this.closed) return;
    if (disconnect.code === disconnects.slow.code) this.drop();
    const last = this.#form.disconnect(disconnect);
    if (last !== null) this.append(last);
    this.writeAll();
    this.closed = true;
    this.#ws.close(disconnect.code, disconnect.reason);
    // One that does not read never sees the close frame behind what it has not read.
    setTimeout(destroy, DESTROY_AFTER_MS, this.#ws).unref();
  }

  received(data: Buffer): void {
    const { session } = this;
    if (session === null || this.closed) return;
    // After its connect request, what a client of a unidirectional connection says is not listened to.
    if (this.#form.info.unidirectional && session.state !== 'new') return;
    receiveFrame(this.#shared, { session, form: this.#form, data });
  }

  protected override overflowed(): void {
    this.session?.close(disconnects.slow);
  }

  protected override eased(): void {
    this.session?.eased();
  }

  /** The socket has gone, or `ws` is closing it because of what the peer sent. */
  gone(): void {
    this.closed = true;
    this.drop();
    const { session } = this;
    this.session = null;
    session?.transportClosed();
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

function destroy(ws: WebSocket): void {
  ws.terminate();
}
