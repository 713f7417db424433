import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { disconnects, type Disconnect, type Reply } from '@belfry/protocol';
import type { Session } from '../core/session.ts';
import type { PreparedPush, Transport, TransportInfo } from '../core/transport.ts';
import { Outgoing, type OutgoingShared } from '../runtime/outgoing.ts';
import { receiveFrame, type ReceivingShared } from '../runtime/receive-frame.ts';
import type { HttpAnswer } from './http-settings.ts';
import type { StreamForm } from './stream-form.ts';

/** How long a peer may take to read the end, in ms, before its socket is destroyed. */
const DESTROY_AFTER_MS = 3000;

/** What a message that waits weighs beside its bytes: it may have none. */
const HELD_COST = 64;

/** What keeps proxies and caches from holding a stream back. */
const STREAM_HEADERS = {
  'x-accel-buffering': 'no',
  'cache-control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
  pragma: 'no-cache',
  expires: '0',
};

/** What all connections over HTTP share. */
export interface HttpShared extends OutgoingShared, ReceivingShared {}

export interface HttpConnectionOptions {
  readonly form: StreamForm;
  readonly response: ServerResponse;
  /** What the response is written to. */
  readonly socket: Socket;
  /** What connect errors are answered with in place of a stream, by code; `null`: they are not. */
  readonly httpCodes: ReadonlyMap<number, HttpAnswer> | null;
  readonly onGone: (connection: HttpConnection) => void;
}

/**
 * A streamed HTTP answer as a session's transport. Node writes the head and the end; what is between goes straight to the socket. What the client sends comes in other requests, which find the connection by its
 * key. A stream has no close frame: a push says why it ends.
 */
export class HttpConnection extends Outgoing implements Transport {
  session: Session | null = null;
  readonly emulationKey?: string;
  readonly #shared: HttpShared;
  readonly #options: HttpConnectionOptions;
  /** The answer's head has been written. */
  #begun = false;
  #refusedWith = { code: 0, message: '' };
  #paused = false;
  /** What came while the session took nothing. */
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(shared: HttpShared, options: HttpConnectionOptions) {
    const { form, response, socket } = options;
    super(shared, socket);
    this.#shared = shared;
    this.#options = options;
    if (!form.info.unidirectional) this.emulationKey = randomUUID();
    response.on('close', () => this.#gone());
    // An error is followed by `close`.
    response.on('error', ignore);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
  }

  get info(): TransportInfo {
    return this.#options.form.info;
  }

  /** Writes the head. Before it, an error can still be told by the status. */
  begin(): void {
    if (this.#begun || this.closed) return;
    this.#begun = true;
    const { form, response } = this.#options;
    response.writeHead(200, { ...STREAM_HEADERS, 'content-type': form.contentType });
    response.flushHeaders();
    if (form.preface !== null) this.enqueue(form.preface);
  }

  reply(reply: Reply): void {
    const { form } = this.#options;
    const bytes = form.reply(reply);
    if (bytes !== null) this.#send(bytes);
    else if (reply.type === 'error') this.#refusedWith = reply.error;
  }

  push(push: PreparedPush): void {
    this.#send(push.as(this.#options.form.push));
  }

  ping(): void {
    this.#send(this.#options.form.ping);
  }

  #send(bytes: Uint8Array): void {
    this.begin();
    this.enqueue(bytes);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // Not at once: the session is in the middle of something.
    if (this.#held.length > 0) setImmediate(() => this.#release());
  }

  #release(): void {
    while (!this.#paused && this.#held.length > 0) {
      const data = this.#held.shift() as Buffer;
      this.#heldBytes -= data.length + HELD_COST;
      this.#take(data);
    }
  }

  /** What the client sent beside the stream. */
  received(data: Buffer): void {
    if (this.closed) return;
    if (!this.#paused && this.#held.length === 0) {
      this.#take(data);
    } else if (this.#heldBytes + data.length + HELD_COST > this.#shared.queueMaxSize) {
      this.session?.close(disconnects.tooManyRequests);
    } else {
      this.#held.push(data);
      this.#heldBytes += data.length + HELD_COST;
    }
  }

  #take(data: Buffer): void {
    const { session } = this;
    if (session === null || this.closed) return;
    receiveFrame(this.#shared, { session, form: this.#options.form, data });
  }

  protected override overflowed(): void {
    this.session?.close(disconnects.slow);
  }

  protected override eased(): void {
    this.session?.eased();
  }

  override failed(error: Error): void {
    this.#options.socket.destroy(error);
  }

  close(disconnect: Disconnect): void {
    if (this.closed) return;
    const { response, httpCodes } = this.#options;
    if (!this.#begun && httpCodes !== null) this.#answer(httpCodes, disconnect);
    else this.#end(disconnect);
    this.closed = true;
    this.#held = [];
    const timer = setTimeout(() => response.destroy(), DESTROY_AFTER_MS);
    timer.unref();
    response.once('close', () => {
      clearTimeout(timer);
    });
  }

  #end(disconnect: Disconnect): void {
    const { form, response } = this.#options;
    this.begin();
    if (disconnect.code === disconnects.slow.code) this.drop();
    const last = form.disconnect(disconnect);
    if (last !== null) this.append(last);
    this.writeAll();
    response.end();
  }

  #answer(codes: ReadonlyMap<number, HttpAnswer>, disconnect: Disconnect): void {
    const { response } = this.#options;
    const { code, message } =
      this.#refusedWith.code > 0
        ? this.#refusedWith
        : { code: disconnect.code, message: disconnect.reason };
    const { status, body } = codes.get(code) ?? { status: 500, body: 'Internal Server Error' };
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(body === '' ? message : body);
  }

  #gone(): void {
    this.closed = true;
    this.drop();
    this.#held = [];
    const { session } = this;
    this.session = null;
    this.#options.onGone(this);
    session?.transportClosed();
  }
}

function ignore(): void {}
