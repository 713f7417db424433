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
  /** Why the connection ends is said by the close frame only, and not by a push before it too. Default false. */
  readonly disable_disconnect_push?: boolean | undefined;
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

/** What a connect request that fails is answered with, in place of a stream that only says why it ends. */
export interface ConnectCodeToHttpResponse {
  /** Default false. */
  readonly enabled?: boolean | undefined;
  /** By the code of the error or of the disconnect; others are answered with status 500. Without a body it is the reason. */
  readonly transforms?:
    | readonly {
        readonly code: number;
        readonly to: { readonly status_code: number; readonly body?: string | undefined };
      }[]
    | undefined;
}

/** A transport over HTTP requests without a way back. */
export interface UniHttpTransportConfig extends HttpTransportConfig {
  readonly connect_code_to_http_response?: ConnectCodeToHttpResponse | undefined;
}

/** With what a unidirectional connection ends whose connect request fails with an error, by the code of that. */
export interface ConnectCodeToDisconnect {
  /** Default false. */
  readonly enabled?: boolean | undefined;
  readonly transforms?:
    | readonly {
        readonly code: number;
        readonly to: { readonly code: number; readonly reason?: string | undefined };
      }[]
    | undefined;
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
  readonly uni_sse?: UniHttpTransportConfig | undefined;
  readonly uni_http_stream?: UniHttpTransportConfig | undefined;
  readonly emulation?: EmulationConfig | undefined;
}
