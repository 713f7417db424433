import type { Command, Disconnect, Reply } from '@belfry/protocol';
import type { PushForm, TransportInfo } from '../core/transport.ts';

/** How one kind of connection is written and read: its encoding and its framing. Made once and shared by all connections of the kind. */
export interface WireForm {
  readonly info: TransportInfo;
  readonly ping: Uint8Array;
  readonly push: PushForm;
  /** A reply as this kind of connection carries it; `null`: it carries none. */
  reply(reply: Reply): Uint8Array | null;
  /** What says why the connection ends; `null`: its framing says so, or nothing does. */
  disconnect(disconnect: Disconnect): Uint8Array | null;
  /**
   * The commands in what a client sent.
   *
   * @throws BadFrameError close with 3501
   */
  decode(data: Buffer): Command[];
}
