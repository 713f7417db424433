import type { Disconnect, Unsubscribed } from './disconnect-code.ts';
import type { ReplyError } from './error-code.ts';

/**
 * What the server sends. Texts named `…Json` are JSON that goes into the frame as it is.
 *
 * Field meanings: the public definition `client.proto` of the Centrifugo protocol.
 */

/** A publication for the wire: the stored text and what the store added. */
export interface WirePublication {
  /** See `encodePublication`. */
  readonly body: string;
  /** 0: the channel keeps no history. */
  readonly offset: number;
  /** For a client that negotiated delta compression: what it gets in place of the data in `body`. */
  readonly delta?: DeltaData;
}

/** Data for a client that negotiated delta compression. JSON clients get the bytes as a JSON string, so they must be UTF-8 for those. */
export interface DeltaData {
  /** True: `bytes` patch the data of the publication before. False: they are the whole data. */
  readonly patch: boolean;
  readonly bytes: Uint8Array;
}

/** Who a connection is: `{"user":…,"client":…,"conn_info":…,"chan_info":…}` as JSON text. */
export type ClientInfoJson = string;

/** What ends by itself: `ttl` is in whole seconds. */
export interface Expiry {
  readonly expires: boolean;
  readonly ttl: number;
}

export interface SubscribeResult {
  readonly expiry?: Expiry;
  readonly recoverable: boolean;
  readonly positioned: boolean;
  readonly offset: number;
  readonly epoch: string;
  readonly publications: readonly WirePublication[];
  readonly wasRecovering: boolean;
  readonly recovered: boolean;
  readonly dataJson?: string;
  /** Delta compression was negotiated. Default false. */
  readonly delta?: boolean;
}

export interface ConnectResult {
  readonly client: string;
  readonly version: string;
  readonly expiry?: Expiry;
  readonly dataJson?: string;
  readonly subs: ReadonlyMap<string, SubscribeResult>;
  /** Seconds between the server's pings; 0: it sends none. */
  readonly ping: number;
  /** Whether the server wants pongs. */
  readonly pong: boolean;
  readonly session: string;
  readonly node: string;
  /** Milliseconds since the Unix epoch, where the client is to be told the server's time. */
  readonly time?: number;
}

export interface HistoryResult {
  readonly publications: readonly WirePublication[];
  readonly offset: number;
  readonly epoch: string;
}

/** The answer to the command `id`. */
export type Reply =
  | { readonly type: 'error'; readonly id: number; readonly error: ReplyError }
  | { readonly type: 'connect'; readonly id: number; readonly result: ConnectResult }
  | { readonly type: 'subscribe'; readonly id: number; readonly result: SubscribeResult }
  /** Those whose result carries nothing. */
  | { readonly type: 'unsubscribe' | 'publish' | 'ping'; readonly id: number }
  | {
      readonly type: 'presence';
      readonly id: number;
      /** By client. */
      readonly presence: readonly (readonly [client: string, info: ClientInfoJson])[];
    }
  | {
      readonly type: 'presence_stats';
      readonly id: number;
      readonly clients: number;
      readonly users: number;
    }
  | { readonly type: 'history'; readonly id: number; readonly result: HistoryResult }
  | {
      readonly type: 'rpc';
      readonly id: number;
      /** Absent: the method gives none. */
      readonly dataJson?: string;
      /** Bytes in base64 that stand in place of `dataJson`: JSON clients get this text as a string. */
      readonly b64data?: string;
    }
  | { readonly type: 'refresh' | 'sub_refresh'; readonly id: number; readonly expiry: Expiry };

/** What comes unasked. */
export type Push =
  | {
      readonly type: 'publication';
      readonly channel: string;
      readonly publication: WirePublication;
    }
  | { readonly type: 'join' | 'leave'; readonly channel: string; readonly info: ClientInfoJson }
  | {
      readonly type: 'unsubscribe';
      readonly channel: string;
      readonly unsubscribed: Unsubscribed;
    }
  | { readonly type: 'message'; readonly dataJson: string }
  /** The server has put the client on a channel. */
  | { readonly type: 'subscribe'; readonly channel: string; readonly result: SubscribeResult }
  /** The first push of a unidirectional connection. */
  | { readonly type: 'connect'; readonly result: ConnectResult }
  /** The last one of a connection whose transport has no close frame. */
  | { readonly type: 'disconnect'; readonly disconnect: Disconnect; readonly reconnect: boolean }
  /** The server has changed when the connection expires. */
  | { readonly type: 'refresh'; readonly expiry: Expiry };
