import type { BusyChannels, BusyQuery, NodeLoad } from '../bus/messages.ts';
import type { NodeBus } from '../bus/node-bus.ts';
import { BUSY_ORDERS } from './local-load.ts';

/** How long a Beacon may take to tell, in ms: whoever looks wants to see the others meanwhile. */
const ANSWER_MS = 1_500;

/** How busy the Beacons are. */
export interface Load {
  readonly nodes: readonly NodeLoad[];
  /** Those that are there and have not answered in time. */
  readonly missing: readonly string[];
}

/** What is busy on all Beacons together. */
export interface Busy extends BusyChannels {
  /** Beacons whose part is missing. */
  readonly missing: readonly string[];
}

/** Asks all Beacons how busy they are; those that do not answer are named. */
export async function askLoad(bus: NodeBus): Promise<Load> {
  const { answers, missing } = await bus.survey({ type: 'load' }, ANSWER_MS);
  return { nodes: [...answers.values()], missing };
}

/**
 * Asks all Beacons for their busiest channels and adds them up. Every Beacon with subscribers sees every publication of a channel, so
 * the rate is that of the one that saw most.
 */
export async function askBusy(bus: NodeBus, query: BusyQuery): Promise<Busy> {
  const { answers, missing } = await bus.survey({ type: 'busy', ...query }, ANSWER_MS);
  const sum = new Map<string, { clients: number; rate: number | null }>();
  let cut = 0;
  for (const { channels, total } of answers.values()) {
    cut = Math.max(cut, total - channels.length);
    for (const [channel, clients, rate] of channels) {
      const before = sum.get(channel);
      if (before === undefined) {
        sum.set(channel, { clients, rate });
        continue;
      }
      before.clients += clients;
      if (rate !== null) before.rate = Math.max(before.rate ?? 0, rate);
    }
  }
  const channels = [...sum]
    .map(([channel, { clients, rate }]) => [channel, clients, rate] as const)
    .sort(BUSY_ORDERS[query.sort]);
  return { channels: channels.slice(0, query.limit), total: channels.length + cut, missing };
}
