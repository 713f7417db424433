import { freeBlocks } from '../ranges/free-ranges.ts';
import { ceilPowerOfTwo } from './chunk-size.ts';
import { isOver, type JobTurn } from './job-state.ts';
import type { Outlook } from './outlook.ts';

/** Less is wanted only after a while: slots that go and come again are of no use. */
const LESS_AFTER_MS = 500;
const MOST_AVOIDED = 100;

export interface Demand {
  readonly wanted: number;
  readonly avoid: readonly string[];
}

/** How many slots the job could use, and which nodes are of no use to it now. */
export function demandOf(
  turn: JobTurn,
  outlook: Outlook,
  { idle }: { readonly idle: boolean },
): Demand {
  const { state, settings } = turn;
  const { round } = state;
  if (isOver(state)) return { wanted: 0, avoid: [] };
  const chunks = Object.values(round.chunks);
  const blocks = freeBlocks(round.free) + chunks.reduce((sum, chunk) => sum + chunk.blocks, 0);
  const { meanRate, live } = outlook;
  const ms = meanRate === 0 ? Infinity : (blocks * round.count) / meanRate;
  const useful = Math.max(ms / Math.max(1, settings.chunk.floorMs), live, round.again.length);
  const wanted = ceilPowerOfTwo(Math.ceil(Math.min(blocks, useful)));
  return {
    wanted: Math.min(settings.limits.slotsPerJob, wanted),
    avoid: inVain(turn, outlook, idle),
  };
}

/**
 * Nodes that have had their say on all that is to be confirmed, when nobody else is here and there is nothing else to do: the fleet may have
 * others.
 */
function inVain({ state }: JobTurn, { holdings }: Outlook, idle: boolean): string[] {
  const { round, demand } = state;
  const waiting = round.again.map((from) => round.chunks[from]);
  if (waiting.length === 0) return [];
  const voted = (node: string): boolean =>
    waiting.every((chunk) => chunk?.votes?.some((vote) => vote.node === node) === true);
  const granted = [...holdings.values()].filter(({ known }) => known.slots > 0);
  if (granted.length > 0 && (!idle || granted.some(({ node }) => !voted(node)))) return [];
  const candidates = new Set([...(demand?.avoid ?? []), ...granted.map(({ node }) => node)]);
  return [...candidates].filter(voted).slice(0, MOST_AVOIDED).toSorted();
}

/** Whether the fleet is to be told. */
export function isNews({ state, now }: JobTurn, { wanted, avoid }: Demand): boolean {
  const { demand } = state;
  if (demand === null) return true;
  if (avoid.join() !== demand.avoid.join()) return true;
  if (wanted === demand.wanted) return false;
  return wanted > demand.wanted || now - demand.at >= LESS_AFTER_MS;
}

/** How fast its nodes turned out to be where that is not what was said, 1 being the mean. */
export function speedsOf({ holdings }: Outlook): [node: string, speed: number][] {
  const measured = [...holdings.values()].filter(({ known }) => known.rate > 0);
  if (measured.length < 2) return [];
  const mean = measured.reduce((sum, { known }) => sum + known.rate, 0) / measured.length;
  return measured.flatMap(({ node, known }): [string, number][] => {
    const speed = Number((known.rate / mean).toPrecision(2));
    const off = known.speed === null ? Infinity : Math.abs(speed / known.speed - 1);
    return speed > 0 && off > 0.2 ? [[node, speed]] : [];
  });
}
