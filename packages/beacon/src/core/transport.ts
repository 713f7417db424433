import type { Disconnect, Push, Reply } from '@belfry/protocol';

/**
 * One way of writing pushes: an encoding and its framing (a WebSocket frame of JSON, an event of a stream, …). Make each once and share
 * it: a push keeps what was made of it by the object itself.
 */
export interface PushForm {
  /** The finished bytes, ready for any number of connections. Must not depend on who gets them. */
  write(push: Push): Uint8Array;
}

/**
 * A push that many connections get. The finished bytes are kept, for each form of them, so that they are made once however many
 * connections there are.
 */
export class PreparedPush {
  readonly push: Push;
  // Most pushes are written in one form only: that one needs no map.
  #form: PushForm | undefined = undefined;
  #bytes: Uint8Array | undefined = undefined;
  #others: Map<PushForm, Uint8Array> | undefined = undefined;

  constructor(push: Push) {
    this.push = push;
  }

  /** The push in a form. The same bytes every time. */
  as(form: PushForm): Uint8Array {
    if (this.#form === form && this.#bytes !== undefined) return this.#bytes;
    if (this.#form === undefined) {
      this.#bytes = form.write(this.push);
      this.#form = form;
      return this.#bytes;
    }
    const others = (this.#others ??= new Map<PushForm, Uint8Array>());
    let bytes = others.get(form);
    if (bytes === undefined) {
      bytes = form.write(this.push);
      others.set(form, bytes);
    }
    return bytes;
  }
}

/** How a connection reaches its client, by the names of Centrifugo's proxy requests. */
export interface TransportInfo {
  readonly name:
    | 'websocket'
    | 'sse'
    | 'http_stream'
    | 'uni_websocket'
    | 'uni_sse'
    | 'uni_http_stream';
  readonly encoding: 'json' | 'protobuf';
  /** The client sends nothing after its connect request: it gets pushes only, and pings without a pong. */
  readonly unidirectional: boolean;
  /** It has pings and pongs of its own, below the protocol: the client is told of none. Default false. */
  readonly nativePings?: boolean;
}

/** What a connection is like at the moment, for people. */
export interface TransportStatus {
  /** Where it comes from; `''`: not known. */
  readonly address: string;
  /** What waits for the client to read, in bytes. */
  readonly queuedBytes: number;
}

/** Where a session's output goes. Never throws and never calls back; what is written after `close` is dropped. */
export interface Transport {
  readonly info: TransportInfo;
  /** The unguessable key by which requests beside the connection reach it; absent: it is read from the connection itself. */
  readonly emulationKey?: string;
  reply(reply: Reply): void;
  push(push: PreparedPush): void;
  ping(): void;
  /**
   * So much waits for the client that conflated channels should not add to it. Once it is true, the session's `eased` is called when
   * what waited has been written.
   */
  congested(): boolean;
  /** Sends what is queued, then ends the connection. */
  close(disconnect: Disconnect): void;
  /** Stops and starts reading: the client has more commands under way than it should. */
  pause(): void;
  resume(): void;
  status?(): TransportStatus;
}
