/** What a channel keeps; see `HistoryPolicy`. */
export interface Policy {
  readonly size: number;
  readonly ttlMs: number;
  readonly metaTtlMs: number;
}

export interface Stored {
  readonly offset: number;
  readonly at: number;
  readonly body: string;
  readonly origin: string;
}

/** A channel with offsets, in the thread's memory. */
export interface Channel {
  readonly name: string;
  epoch: string;
  /** The offset of the last publication; 0: none yet. */
  top: number;
  /** Publications up to this offset are gone, though rows of them may be left. */
  floor: number;
  size: number;
  ttlMs: number;
  metaTtlMs: number;
  /** When the last publication was made, or a position without any was made or renewed by asking. */
  lastAt: number;
  version: number | null;
  versionEpoch: string;
  /** Publications that are not on disk yet. */
  pending: Stored[];
  /** What the tables hold: `id` is 0 when there is no row. */
  id: number;
  /** The first row of the history that may exist has the offset after this one. */
  diskFloor: number;
  /** The row must be written: more than the last publication's offset and time has changed. */
  rowDirty: boolean;
  /** The rows of the history on disk must all go. */
  wiped: boolean;
  dirty: boolean;
}

/** Whether offset and epoch are still known. */
export function isAlive(channel: Channel, now: number): boolean {
  return channel.lastAt + Math.max(channel.metaTtlMs, channel.ttlMs) > now;
}

/** `floor`, or the top when the history's time has run out. */
export function floorAt(channel: Channel, now: number): number {
  return channel.lastAt + channel.ttlMs <= now ? channel.top : channel.floor;
}
