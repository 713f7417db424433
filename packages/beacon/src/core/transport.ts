import type { Disconnect, Push, Reply } from '@belfry/protocol';

/**
 * A push that many connections get. Each transport keeps its finished bytes here, so that they are made once however many
 * connections there are.
 */
export class PreparedPush {
  readonly push: Push;
  /** The finished unmasked WebSocket frame of the JSON text. */
  jsonFrame: Uint8Array | undefined = undefined;

  constructor(push: Push) {
    this.push = push;
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
}

/** Where a session's output goes. Never throws and never calls back; what is written after `close` is dropped. */
export interface Transport {
  readonly info: TransportInfo;
  reply(reply: Reply): void;
  push(push: PreparedPush): void;
  ping(): void;
  /** Sends what is queued, then ends the connection. */
  close(disconnect: Disconnect): void;
  /** Stops and starts reading: the client has more commands under way than it should. */
  pause(): void;
  resume(): void;
}
