import type { Connection } from '../api/admin-types.ts';

/** A connection with what it does per second; `null`: not known yet. */
export interface ConnectionView extends Connection {
  readonly inRate: number | null;
  readonly outRate: number | null;
}

/** Looks at connections again and again. */
export interface ConnectionLook {
  readonly at: number;
  readonly views: readonly ConnectionView[];
}

/** The connections as they are, with rates from how they were. `at` is in ms, on any clock. */
export function lookAt(
  before: ConnectionLook | null,
  connections: readonly Connection[],
  at: number,
): ConnectionLook {
  const known = new Map(before?.views.map((view) => [view.client, view]));
  const seconds = before === null ? 0 : (at - before.at) / 1_000;
  const views = connections.map((connection): ConnectionView => {
    const then = known.get(connection.client);
    if (then === undefined || seconds <= 0) return { ...connection, inRate: null, outRate: null };
    return {
      ...connection,
      inRate: Math.max(0, connection.received - then.received) / seconds,
      outRate: Math.max(0, connection.sent - then.sent) / seconds,
    };
  });
  return { at, views };
}
