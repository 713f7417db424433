/** What the measuring process and its processes of connections say to each other. */
import type { RawTarget } from '../load/raw-websocket.ts';

export interface ConnectionsRole {
  readonly target: RawTarget;
  /** The connections from `from` to `to` (not included) are here. */
  readonly from: number;
  readonly to: number;
  /** How many are on their way at once. */
  readonly atOnce: number;
}

export type ToConnections =
  /** How are things? Answered by `figures`. */
  | { readonly type: 'figures' }
  /** Forget what came of broadcasts so far. */
  | { readonly type: 'clear' };

export interface ConnectionFigures {
  /** Connected, and subscribed to both of their channels. */
  readonly ready: number;
  /** Connections that ended after that. */
  readonly lost: number;
  /** Attempts that came to nothing and were made again. */
  readonly failures: number;
  /** Publications on `broadcast` and on the connections' own channels since `clear`. */
  readonly broadcasts: number;
  readonly own: number;
  /** When the last broadcast came, in ms since the Unix epoch. */
  readonly lastAt: number;
  readonly rssMiB: number;
}

export function ownChannel(number: number): string {
  return `own:${number}`;
}

/** Ms since the Unix epoch with a fraction; all processes of a machine agree on it. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
