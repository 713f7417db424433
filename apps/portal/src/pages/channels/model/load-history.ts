import type { NodeLoad, Overview } from '../api/admin-types.ts';

/** How many samples are kept: three minutes at one in two seconds. */
export const MAX_POINTS = 90;

/** Everything together at one moment. Rates are per second; `null`: not known. */
export interface LoadPoint {
  readonly connections: number;
  readonly subscriptions: number;
  readonly channels: number;
  readonly queuedBytes: number;
  readonly messagesIn: number | null;
  readonly messagesOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly errors: number | null;
}

type Counter = 'messagesIn' | 'messagesOut' | 'bytesIn' | 'bytesOut' | 'errors';
const COUNTERS: readonly Counter[] = ['messagesIn', 'messagesOut', 'bytesIn', 'bytesOut', 'errors'];

export type NodeRates = Readonly<Record<Counter, number | null>>;

/** A Beacon with what it does per second. */
export interface NodeView {
  readonly load: NodeLoad;
  readonly rates: NodeRates;
  /** Messages out per second, the latest last. */
  readonly out: readonly (number | null)[];
}

/** What has been seen of the Beacons. */
export interface LoadHistory {
  readonly points: readonly LoadPoint[];
  readonly nodes: readonly NodeView[];
}

export const NO_HISTORY: LoadHistory = { points: [], nodes: [] };

const UNKNOWN: NodeRates = {
  messagesIn: null,
  messagesOut: null,
  bytesIn: null,
  bytesOut: null,
  errors: null,
};

function ratesOf(before: NodeLoad | undefined, now: NodeLoad): NodeRates {
  if (before === undefined) return UNKNOWN;
  const seconds = (now.clockMs - before.clockMs) / 1_000;
  if (seconds <= 0) return UNKNOWN;
  const rate = (counter: Counter): number => Math.max(0, now[counter] - before[counter]) / seconds;
  return Object.fromEntries(
    COUNTERS.map((counter) => [counter, rate(counter)]),
  ) as unknown as NodeRates;
}

/** Of what is known; `null` when nothing is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}

function total(nodes: readonly NodeView[], of: (load: NodeLoad) => number): number {
  return nodes.reduce((all, { load }) => all + of(load), 0);
}

/** What is known after one more look. @param channels how many there are, all together */
export function addSample(
  history: LoadHistory,
  { nodes: loads }: Overview,
  channels: number,
): LoadHistory {
  const before = new Map(history.nodes.map((node) => [node.load.uid, node]));
  const nodes = loads.map((load): NodeView => {
    const known = before.get(load.uid);
    const rates = ratesOf(known?.load, load);
    return { load, rates, out: [...(known?.out ?? []), rates.messagesOut].slice(-MAX_POINTS) };
  });
  const rateOf = (counter: Counter): number | null => sum(nodes.map(({ rates }) => rates[counter]));
  const point: LoadPoint = {
    connections: total(nodes, (load) => load.connections),
    subscriptions: total(nodes, (load) => load.subscriptions),
    queuedBytes: total(nodes, (load) => load.queuedBytes),
    channels,
    messagesIn: rateOf('messagesIn'),
    messagesOut: rateOf('messagesOut'),
    bytesIn: rateOf('bytesIn'),
    bytesOut: rateOf('bytesOut'),
    errors: rateOf('errors'),
  };
  return { points: [...history.points, point].slice(-MAX_POINTS), nodes };
}
