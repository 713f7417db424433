/** What the measuring process and the load generator say to each other. */
import type { DialectName } from './dialects.ts';

export interface DialOrder {
  readonly type: 'dial';
  readonly dialect: DialectName;
  readonly port: number;
  readonly count: number;
  /** How many are opened at the same time. */
  readonly inFlight: number;
}

export interface PublishOrder {
  readonly type: 'publish';
  /** `server`: over the server API on `apiPort`, where the server has one, else by one client. `client`: by the subscribers in turn. */
  readonly via: 'server' | 'client';
  readonly apiPort: number | null;
  /** So many publications together, every so many ms. */
  readonly burst: number;
  readonly everyMs: number;
  /** Each of a burst goes to the next channel; else all of it to the same. */
  readonly spread: boolean;
  readonly seconds: number;
  /** No more publications than this are under way: beyond, nothing is sent and the load is what the server can take. */
  readonly window: number;
}

export type LoadOrder =
  | DialOrder
  /** Subscribes each client that was dialled to one of so many channels. */
  | { readonly type: 'subscribe'; readonly channels: number; readonly inFlight: number }
  | PublishOrder
  /** Opens connections and closes them as soon as they are connected, for so many seconds. */
  | {
      readonly type: 'connects';
      readonly dialect: DialectName;
      readonly port: number;
      readonly inFlight: number;
      readonly seconds: number;
    };

export interface LoadAnswer {
  readonly seconds: number;
  /** Clients that were opened, subscribed or connected. */
  readonly done: number;
  readonly failed: number;
  /** What the first failure was. */
  readonly problem: string;
  readonly published: number;
  /** Publications that were due and not sent, because the window was full. */
  readonly withheld: number;
  readonly delivered: number;
  readonly lost: number;
  /** Deliveries of what had been delivered. */
  readonly duplicated: number;
  /** Deliveries after one that was published later. */
  readonly reordered: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number;
}
