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
import type { PreparedPush, PushForm, Transport, TransportInfo } from '../core/transport.ts';
import type { Log } from '../log.ts';
import { Outgoing, type OutgoingShared } from '../runtime/outgoing.ts';
import { textFrame } from './text-frame.ts';

/** How long a peer may take to close, in ms, before its socket is destroyed. */
const DESTROY_AFTER_MS = 3000;

const PING_FRAME = textFrame(PING_JSON);

const JSON_FRAME: PushForm = { write: (push) => textFrame(encodePush(push)) };

const INFO: TransportInfo = { name: 'websocket', encoding: 'json', unidirectional: false };

/** What all connections of a server share. */
export interface WsShared extends OutgoingShared {
  readonly log: Log;
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
export class WsConnection extends Outgoing implements Transport {
  session: Session | null = null;
  readonly #shared: WsShared;
  readonly #ws: BeaconSocket;

  constructor(shared: WsShared, ws: BeaconSocket, socket: Socket) {
    super(shared, socket);
    this.#shared = shared;
    this.#ws = ws;
    ws.connection = this;
    ws.on('message', onMessage);
    ws.on('close', onClose);
    ws.on('error', onError);
  }

  get info(): TransportInfo {
    return INFO;
  }

  reply(reply: Reply): void {
    this.enqueue(textFrame(encodeReply(reply)));
  }

  push(push: PreparedPush): void {
    this.enqueue(push.as(JSON_FRAME));
  }

  ping(): void {
    this.enqueue(PING_FRAME);
  }

  pause(): void {
    if (!this.closed) this.#ws.pause();
  }

  resume(): void {
    if (!this.closed) this.#ws.resume();
  }

  close(disconnect: Disconnect): void {
    if (this.closed) return;
    const slow = disconnect.code === disconnects.slow.code;
    if (slow) this.drop();
    else this.writeAll();
    this.closed = true;
    this.#ws.close(disconnect.code, disconnect.reason);
    // One that does not read never sees the close frame behind what it has not read.
    setTimeout(destroy, DESTROY_AFTER_MS, this.#ws).unref();
  }

  received(data: Buffer): void {
    const { session } = this;
    if (session === null || this.closed) return;
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
    this.closed = true;
    this.drop();
    const { session } = this;
    this.session = null;
    session?.transportClosed();
  }

  protected override overflowed(): void {
    this.session?.close(disconnects.slow);
  }

  protected override eased(): void {
    this.session?.eased();
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
