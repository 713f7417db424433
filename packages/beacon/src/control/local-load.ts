import type { BusyChannels, BusyQuery, NodeLoad } from '../bus/messages.ts';
import type { NodeBus } from '../bus/node-bus.ts';
import { channelPattern } from '../core/channel-pattern.ts';
import type { Hub } from '../core/hub.ts';
import type { Session } from '../core/session.ts';
import type { Stats } from '../core/stats.ts';

interface Options {
  readonly bus: NodeBus;
  readonly hub: Hub;
  readonly sessions: ReadonlySet<Session>;
  readonly stats: Stats;
  /** Milliseconds on a clock that nobody sets. */
  readonly clock: () => number;
  readonly now: () => number;
}

/** For how long a sum over so many connections is good enough, in ms: making it takes the longer the more there are. */
const freshMs = (connections: number): number => Math.min(10_000, 900 + connections / 10);

/** Answers how busy this Beacon is. */
export function answerLoad(options: Options): void {
  const { bus, hub, sessions, stats, clock, now } = options;
  let queued = { bytes: 0, at: Number.NEGATIVE_INFINITY };
  const queuedBytes = (): number => {
    const at = clock();
    if (at - queued.at < freshMs(sessions.size)) return queued.bytes;
    let bytes = 0;
    for (const { transport } of sessions) bytes += transport.status?.().queuedBytes ?? 0;
    queued = { bytes, at };
    return bytes;
  };

  bus.answer('load', (): NodeLoad => {
    const info = bus.nodes().find(({ uid }) => uid === bus.node);
    if (info === undefined) throw new Error('this Beacon does not know itself');
    return {
      ...info,
      clockMs: Math.round(clock()),
      messagesIn: stats.messagesReceived,
      messagesOut: stats.repliesSent + stats.pushesSent,
      bytesIn: stats.bytesReceived,
      bytesOut: stats.bytesSent,
      queuedBytes: queuedBytes(),
      errors: [...stats.errorsByCode.values()].reduce((sum, count) => sum + count, 0),
      refused: stats.connectionsRefused,
      storeErrors: stats.storeErrors,
    };
  });
  bus.answer('busy', (query) => busyChannels(hub, query, now()));
}

type Row = BusyChannels['channels'][number];

const byName = (a: Row, b: Row): number => (a[0] < b[0] ? -1 : 1);

/** By what each order begins; names decide between equals, so that a list stands still. */
export const BUSY_ORDERS: Readonly<Record<BusyQuery['sort'], (a: Row, b: Row) => number>> = {
  name: byName,
  clients: (a, b) => b[1] - a[1] || byName(a, b),
  rate: (a, b) => (b[2] ?? 0) - (a[2] ?? 0) || b[1] - a[1] || byName(a, b),
};

function busyChannels(hub: Hub, { pattern, limit, sort }: BusyQuery, now: number): BusyChannels {
  const matches = channelPattern(pattern);
  const order = BUSY_ORDERS[sort];
  const rates = hub.meter.rates(now);
  let channels: Row[] = [];
  let total = 0;
  const trim = (): void => {
    channels = channels.sort(order).slice(0, limit);
  };
  for (const channel of hub.channels()) {
    if (!matches(channel)) continue;
    total++;
    const rate = rates === null ? null : (rates.get(channel) ?? 0);
    channels.push([channel, hub.subscriberCount(channel), rate]);
    // Sorting now and then keeps this short however many there are.
    if (channels.length >= limit * 2 + 1_000) trim();
  }
  trim();
  return { channels, total };
}
