import type { MetricSource } from '../run/metrics.ts';

/** Counts of what operators did, since the start. */
export class AdminStats {
  signIns = 0;
  signInsRefused = 0;
  /** Refused unread, for there were too many from that address. */
  signInsLimited = 0;
  /** Requests without a token that is good. */
  unauthorized = 0;
  /** Changes that were asked for by who may only look. */
  forbidden = 0;
  changes = 0;
  /** Streams that are open now. */
  streams = 0;
  /** Streams that were let go because their reader was too slow. */
  streamsDropped = 0;
}

/** The same as metrics. */
export function adminMetrics(stats: AdminStats): MetricSource {
  return {
    prefix: 'admin',
    counters: () => ({
      sign_ins: stats.signIns,
      sign_ins_refused: stats.signInsRefused,
      sign_ins_limited: stats.signInsLimited,
      unauthorized: stats.unauthorized,
      forbidden: stats.forbidden,
      changes: stats.changes,
      streams_dropped: stats.streamsDropped,
    }),
    gauges: () => ({ streams: stats.streams }),
  };
}
