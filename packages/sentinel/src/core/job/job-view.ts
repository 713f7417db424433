import type { JobNode, JobSummary, JobView } from '@belfry/protocol';
import { chunkMap, type MarkedRange } from '../ranges/chunk-map.ts';
import { call } from './advance.ts';
import { isOver, type JobState, type JobTurn } from './job-state.ts';

const MOST_NODES = 20;
/** Over so many ms the rate is told. */
const PACE_MS = 5_000;
/** What is shown so far takes in at most so many ranges beyond the front. */
const MOST_SHOWN = 64;

/** What everyone who may see the job sees. */
export function jobView(turn: JobTurn): JobView {
  const { job, state, now } = turn;
  const { spec, round } = state;
  const rate = Math.round(paceOf(state, now));
  const left = (round.blocks - round.finished) * round.count;
  const { error, summary } = shown(turn);
  return {
    type: 'job',
    job,
    owner: spec.owner,
    title: spec.title,
    simulation: spec.simulation,
    version: spec.version,
    pool: spec.pool,
    priority: spec.priority,
    visibility: spec.visibility,
    seed: spec.seed,
    status: state.status,
    createdAt: spec.createdAt,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    round: round.n,
    note: round.note,
    blocksDone: round.finished - round.leftOut,
    blocks: round.blocks,
    iterations: iterationsOf(state),
    rate: isOver(state) ? 0 : rate,
    etaMs: isOver(state) ? 0 : rate > 0 ? Math.round((left / rate) * 1_000) : null,
    error,
    targetError: spec.targetError,
    map: chunkMap(round.blocks, marks(state)),
    ...nodesOf(state),
    counts: { ...state.counts },
    waiting: waitingReason(state),
    errors: state.errors,
    failure: state.failure,
    summary,
  };
}

export function jobSummary({ job, state }: Pick<JobTurn, 'job' | 'state'>): JobSummary {
  const { spec, round } = state;
  return {
    job,
    owner: spec.owner,
    title: spec.title,
    simulation: spec.simulation,
    pool: spec.pool,
    priority: spec.priority,
    status: state.status,
    createdAt: spec.createdAt,
    endedAt: state.endedAt,
    blocksDone: round.finished - round.leftOut,
    blocks: round.blocks,
    iterations: iterationsOf(state),
  };
}

export function iterationsOf({ merged, round, status }: JobState): number {
  // Of a job that is done the last round is among those that were put together.
  return status === 'done' ? merged : merged + (round.finished - round.leftOut) * round.count;
}

function* marks({ round, attempts, nodes, missing }: JobState): Generator<MarkedRange> {
  const { free, chunks, fold } = round;
  for (let i = 0; i < free.length; i += 2) {
    yield { from: free[i] as number, blocks: free[i + 1] as number, letter: 'w' };
  }
  const running = new Set<number>();
  for (const { from, run, node } of Object.values(attempts)) {
    if (run > 0 && nodes[node] !== undefined) running.add(from);
  }
  for (const [key, { blocks, live, votes }] of Object.entries(chunks)) {
    const from = Number(key);
    const busy = running.has(from) ? 'r' : 'a';
    yield { from, blocks, letter: votes !== undefined ? 'v' : live > 0 ? busy : 'w' };
  }
  for (const { round: n, from, blocks } of missing) {
    if (n === round.n) yield { from, blocks, letter: 'p' };
  }
  if (round.stopped) {
    yield { from: fold.end, blocks: round.blocks - fold.end, letter: 'w' };
  }
}

function nodesOf({ nodes }: JobState): Pick<JobView, 'nodes' | 'nodeCount' | 'slots'> {
  const all = Object.entries(nodes).filter(([, { slots, held }]) => slots + held > 0);
  const list = all.map(([node, { name, held, rate, slots }]): JobNode => ({
    node,
    name,
    holds: held,
    rate: Math.round(rate * 1_000 * Math.max(1, Math.min(slots, held))),
  }));
  return {
    nodes: list.sort((a, b) => b.rate - a.rate).slice(0, MOST_NODES),
    nodeCount: all.length,
    slots: all.reduce((sum, [, { slots }]) => sum + slots, 0),
  };
}

function waitingReason({ status, waiting, round, nodes }: JobState): JobView['waiting'] {
  if (status !== 'queued' && status !== 'running') return null;
  if (Object.values(nodes).some(({ held }) => held > 0)) return null;
  const confirming = round.again.some((from) => round.chunks[from]?.votes !== undefined);
  if (confirming) return 'needs-verification';
  const slots = Object.values(nodes).some((node) => node.slots > 0);
  return slots ? null : waiting;
}

/** What it has come to so far. Not what it will be: pieces are missing, and the order is another. */
function shown(turn: JobTurn): Pick<JobView, 'error' | 'summary'> {
  const { state, simulation, settings } = turn;
  const nothing = { error: null, summary: null };
  if (simulation === null) return nothing;
  try {
    return call('summarize', () => {
      let value: unknown;
      let some = false;
      for (const text of pieces(state)) {
        const piece: unknown = JSON.parse(text);
        value = some ? (simulation.merge(value, piece) as unknown) : piece;
        some = true;
      }
      if (!some) return nothing;
      const error = simulation.error?.(value);
      const summary: unknown = simulation.summarize(value, JSON.parse(state.spec.input));
      const text = JSON.stringify(summary) as string | undefined;
      const fits = text !== undefined && text.length <= settings.limits.summaryBytes;
      return {
        error: error !== undefined && Number.isFinite(error) ? error : null,
        // As it will be read: what JSON cannot carry would fail the whole turn.
        summary: fits ? (JSON.parse(text) as unknown) : null,
      };
    });
  } catch {
    // It is about to fail, with the reason, when the pieces are put together in earnest; or nothing can be shown yet.
    return nothing;
  }
}

function* pieces({ total, round }: JobState): Generator<string> {
  if (total !== null) yield total;
  for (const [, value] of round.fold.stack) if (value !== null) yield value;
  let count = 0;
  for (const [, value] of Object.values(round.done)) {
    if (value === null) continue;
    if (++count > MOST_SHOWN) return;
    yield value;
  }
}

/** Iterations a second. */
function paceOf({ pace, startedAt }: JobState, now: number): number {
  if (startedAt === null) return 0;
  const age = Math.max(200, now - startedAt);
  const sum = pace.sum * Math.exp((pace.at - now) / PACE_MS);
  return (sum / PACE_MS / (1 - Math.exp(-age / PACE_MS))) * 1_000;
}

/** Lets what was counted fade. */
export function fadePace({ state, now }: JobTurn): void {
  const { pace } = state;
  if (now > pace.at) pace.sum *= Math.exp((pace.at - now) / PACE_MS);
  pace.at = now;
}
