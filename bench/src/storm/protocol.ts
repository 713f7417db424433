/** What the storm and its processes of clients say to each other. */
import type { RawTarget } from '../load/raw-websocket.ts';

export interface ClientsRole {
  readonly targets: readonly RawTarget[];
  readonly channels: number;
  /** The clients from `from` to `to` (not included) are here; each is on channel `number mod channels`. */
  readonly from: number;
  readonly to: number;
  /** Of them, the first so many are SDKs. */
  readonly sdk: number;
}

/** Wait until everybody has the last message of each channel, for so long at most, and tell the figures. */
export interface Finish {
  readonly type: 'finish';
  /** By the number of the channel. */
  readonly published: readonly number[];
  readonly waitMs: number;
}

export type FromClients =
  | { readonly type: 'subscribed' }
  | { readonly type: 'figures'; readonly figures: ClientsFigures };

export interface ClientsFigures {
  readonly received: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly flags: number;
  readonly flagged: number;
  /** Times that a client was subscribed again. */
  readonly returns: number;
  /** Of those, with all that it had missed. */
  readonly recovered: number;
  /** How long each was away, in ms. */
  readonly awayMs: readonly number[];
  /** Clients that have not got the last message. */
  readonly unfinished: number;
  /** By what it was. */
  readonly faults: Readonly<Record<string, number>>;
  /** The first few clients that something is wrong with. */
  readonly examples: readonly string[];
}

export function channelName(number: number): string {
  return `storm:${number}`;
}
