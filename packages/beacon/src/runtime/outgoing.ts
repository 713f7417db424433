import type { Writable } from 'node:stream';
import type { Stats } from '../core/stats.ts';
import type { TransportStatus } from '../core/transport.ts';
import { waitingIn, writeDirectly, type DirectWriter, type SocketHandle } from './direct-socket.ts';
import type { Flushable, Flusher } from './flusher.ts';

/** Up to here pieces are copied into one buffer; beyond, the sink gets them as they are. */
const COPY_LIMIT = 64 * 1024;

/** Where finished bytes go: a socket, or the body of an HTTP answer. */
export type Sink = Pick<Writable, 'write' | 'cork' | 'uncork' | 'once' | 'writableLength'>;

/** A socket, or an HTTP answer, which has one. */
interface Reachable {
  readonly remoteAddress?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null;
}

/** What the connections of a server share for sending. */
export interface OutgoingShared {
  readonly flusher: Flusher;
  readonly stats: Stats;
  /** The most bytes that may wait for one connection. */
  readonly queueMaxSize: number;
  /** How many make it congested. */
  readonly conflateQueueSize: number;
}

/**
 * The sending side of a connection: what is owed within one turn of the event loop is written together, and a peer that does not read
 * is given up once too much waits for it. A base class, not a member, because there is one for every connection.
 */
export abstract class Outgoing implements Flushable, DirectWriter {
  /** Nothing more is taken. */
  protected closed = false;
  readonly #shared: OutgoingShared;
  readonly #sink: Sink;
  /** Where everything is written instead of the sink; `null`: nowhere. */
  readonly #handle: SocketHandle | null;
  /** What waits: one piece by itself, or several. */
  #queue: Uint8Array | Uint8Array[] | null = null;
  #queuedBytes = 0;
  /** Whether it stands in the flusher. */
  #dirty = false;
  /** The sink has had enough until it drains. */
  #blocked = false;
  /** Whether somebody has been told that it is congested. */
  #congested = false;

  constructor(shared: OutgoingShared, sink: Sink, handle: SocketHandle | null = null) {
    this.#shared = shared;
    this.#sink = sink;
    this.#handle = handle;
  }

  /** The peer reads too slowly: the connection is to be ended. */
  protected abstract overflowed(): void;

  /** What waited when it was congested has been written. */
  protected abstract eased(): void;

  abstract failed(error: Error): void;

  get #unsent(): number {
    return this.#queuedBytes + (this.#blocked ? this.#withSink : 0);
  }

  /** What has been passed on and waits there, in bytes. */
  get #withSink(): number {
    return this.#handle === null ? this.#sink.writableLength : waitingIn(this.#handle);
  }

  /** Whether more waits than conflated channels should add to; see `Transport`. */
  congested(): boolean {
    if (this.closed || this.#unsent <= this.#shared.conflateQueueSize) return false;
    this.#congested = true;
    return true;
  }

  /** Sends with what else is owed in this turn of the event loop. */
  protected enqueue(bytes: Uint8Array): void {
    if (this.closed) return;
    const unsent = this.#unsent;
    // What nothing stands before is never too much: who asks again after a reconnect would get the same.
    if (unsent > 0 && unsent + bytes.length > this.#shared.queueMaxSize) {
      this.overflowed();
      return;
    }
    this.append(bytes);
    if (this.#dirty || this.#blocked) return;
    this.#dirty = true;
    this.#shared.flusher.add(this);
  }

  /** Lets bytes wait that are written when something else is, however much waits. */
  protected append(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    if (this.#queue === null) this.#queue = bytes;
    else if (Array.isArray(this.#queue)) this.#queue.push(bytes);
    else this.#queue = [this.#queue, bytes];
  }

  flush(): void {
    this.#dirty = false;
    if (!this.closed && !this.#blocked) this.#write();
  }

  /** The peer has read again. */
  drained(): void {
    this.#blocked = false;
    if (!this.closed) this.#write();
  }

  written(): void {
    // More of it may be under way.
    if (this.#withSink === 0) this.drained();
  }

  #write(): void {
    this.writeAll();
    if (!this.#congested || this.#blocked) return;
    this.#congested = false;
    this.eased();
  }

  status(): TransportStatus {
    const sink: Sink & Reachable = this.#sink;
    return {
      address: sink.remoteAddress ?? sink.socket?.remoteAddress ?? '',
      queuedBytes: this.#queuedBytes + this.#withSink,
    };
  }

  /** All that was written has reached the kernel, which sends it whatever becomes of the socket. */
  protected get isSent(): boolean {
    return this.#queue === null && this.#handle !== null && waitingIn(this.#handle) === 0;
  }

  /** Forgets what waits. */
  protected drop(): void {
    this.#queue = null;
    this.#queuedBytes = 0;
  }

  /** Writes what waits, whether the sink has had enough or not. */
  protected writeAll(): void {
    const queue = this.#queue;
    if (queue === null) return;
    const bytes = this.#queuedBytes;
    this.drop();
    this.#shared.stats.bytesSent += bytes;
    const pieces =
      Array.isArray(queue) && bytes <= COPY_LIMIT
        ? this.#shared.flusher.joiner.join(queue, bytes)
        : queue;
    if (this.#handle === null) this.#stream(pieces);
    else if (!writeDirectly(this.#handle, pieces, this)) this.#blocked = true;
  }

  #stream(pieces: Uint8Array | Uint8Array[]): void {
    const ok = Array.isArray(pieces) ? this.#streamAll(pieces) : this.#sink.write(pieces);
    if (ok || this.#blocked) return;
    this.#blocked = true;
    this.#sink.once('drain', onDrain.bind(null, this));
  }

  #streamAll(pieces: readonly Uint8Array[]): boolean {
    const sink = this.#sink;
    sink.cork();
    let ok = true;
    for (const piece of pieces) ok = sink.write(piece);
    sink.uncork();
    return ok;
  }
}

function onDrain(connection: Outgoing): void {
  connection.drained();
}
