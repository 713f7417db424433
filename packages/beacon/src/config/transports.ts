/** Compression and size of a WebSocket. */
interface WebSocketOptions {
  /** The most bytes a client may send in one message; more closes with 1009. Default 65,536. */
  readonly message_size_limit?: number | undefined;
  /** permessage-deflate, for clients that ask for it. Default false. */
  readonly compression?: boolean | undefined;
  /** Messages of fewer bytes are not compressed. Default 0. */
  readonly compression_min_size?: number | undefined;
  /** From 1, the fastest, to 9. Default 1. */
  readonly compression_level?: number | undefined;
  /** The most bytes of a compressed message once it is unpacked; 0 (the default): ten times `message_size_limit`. */
  readonly decompressed_message_size_limit?: number | undefined;
}

export interface WebSocketConfig extends WebSocketOptions {
  readonly disabled?: boolean | undefined;
  /** Default `/connection/websocket`. */
  readonly handler_prefix?: string | undefined;
}

export interface UniWebSocketConfig extends WebSocketOptions {
  /** Default false. */
  readonly enabled?: boolean | undefined;
  /** Default `/connection/uni_websocket`. */
  readonly handler_prefix?: string | undefined;
}

/** A transport over HTTP requests. */
export interface HttpTransportConfig {
  /** Default false. */
  readonly enabled?: boolean | undefined;
  /** Default `/connection/` with the transport's name. */
  readonly handler_prefix?: string | undefined;
  /** The most bytes of the request that connects. Default 65,536. */
  readonly max_request_body_size?: number | undefined;
}

/** Where the clients of `sse` and `http_stream` send their commands to. There when one of the two is. */
export interface EmulationConfig {
  /** Default `/emulation`. */
  readonly handler_prefix?: string | undefined;
  /** Default 65,536. */
  readonly max_request_body_size?: number | undefined;
}

/** How clients reach a Beacon. */
export interface TransportsConfig {
  readonly websocket?: WebSocketConfig | undefined;
  readonly sse?: HttpTransportConfig | undefined;
  readonly http_stream?: HttpTransportConfig | undefined;
  readonly uni_websocket?: UniWebSocketConfig | undefined;
  readonly uni_sse?: HttpTransportConfig | undefined;
  readonly uni_http_stream?: HttpTransportConfig | undefined;
  readonly emulation?: EmulationConfig | undefined;
}
