import type { AnySimulation, JobCounts, JobError, JobResult, JobStatus } from '@belfry/protocol';
import type { FleetSettings, Verification } from '../../fleet-settings.ts';
import type { Trust } from '../../messages/grant-change.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';
import type { GivenAttempt, NodeTally } from '../../messages/node-messages.ts';
import type { DoneRanges, Fold, Value } from '../merging/fold.ts';
import type { FreeRanges } from '../ranges/free-ranges.ts';

/** What was submitted. Times are ms on the store's clock, values JSON text. */
export interface JobSpec {
  readonly owner: string;
  readonly title: string;
  readonly simulation: string;
  readonly version: string;
  readonly pool: string;
  readonly priority: number;
  readonly visibility: 'link' | 'private';
  readonly seed: number;
  readonly targetError: number | null;
  readonly onPoison: 'fail' | 'partial';
  readonly input: string;
  readonly createdAt: number;
}

/** A job, as it is committed: read and written with every turn, so that it is kept small. */
export interface JobState {
  readonly spec: JobSpec;
  status: JobStatus;
  startedAt: number | null;
  endedAt: number | null;
  failure: string | null;
  /** It may go on after it failed. */
  retryable: boolean;
  round: RoundState;
  /** The result of the rounds before. */
  total: Value;
  /** Iterations that were put together in the rounds before. */
  merged: number;
  readonly missing: JobResult['missing'][number][];
  /** Those that it may use, and those that hold something of it. */
  nodes: Record<string, JobNodeState>;
  /** Live ones, by their tokens, the oldest first. */
  attempts: Record<string, JobAttempt>;
  /** Attempts that there were. */
  given: number;
  readonly counts: { -readonly [K in keyof JobCounts]: JobCounts[K] };
  errors: JobError[];
  /** What the fleet says of why it has not all that it wants. */
  waiting: GrantsMessage['waiting'];
  /** What the fleet was told; `null`: nothing. */
  demand: {
    readonly wanted: number;
    readonly avoid: readonly string[];
    readonly at: number;
  } | null;
  /** How long a result is on its way, there and back, in ms: what an attempt takes beyond its work. */
  lag: number;
  /** Iterations a second lately: a sum that fades, and when it was last faded. */
  pace: { at: number; sum: number };
  told: JobTold;
  /** What the turn has to say at its end; never committed. */
  out?: JobOutbox;
}

/** What the world knows of the job. */
export interface JobTold {
  /** There is something that its view does not show yet. */
  stale: boolean;
  viewAt: number;
  /** The length of the last view. */
  length: number;
  /** Of the last summary in the index of its owner. */
  status: JobStatus | null;
  indexAt: number;
}

export interface RoundState {
  readonly n: number;
  readonly blocks: number;
  /** Iterations of each block. */
  readonly count: number;
  readonly note: string;
  readonly input: string;
  /** The number of the first iteration. */
  readonly first: number;
  /** Blocks between the places where the round may stop early; 0: it may not. */
  readonly step: number;
  free: FreeRanges;
  /** Chunks that were given out, or have been: by their first block. */
  chunks: Record<number, Chunk>;
  /** Of these, the ones that wait for somebody, from left to right. */
  again: number[];
  done: DoneRanges;
  readonly fold: Fold;
  /** Blocks that are done, left out or in the fold. */
  finished: number;
  /** Of these: left out. */
  leftOut: number;
  /** It was exact enough before its end. */
  stopped: boolean;
  /** What is done and waits for its neighbours, in characters. */
  waiting: number;
  /** How long results are, in characters; 0: unknown. */
  length: number;
}

export interface Chunk {
  readonly blocks: number;
  /** Attempts under way. */
  live: number;
  /** Attempts that failed, and those that were lost while they ran. */
  fails?: number;
  lost?: number;
  votes?: Vote[];
  /** Nodes where it failed. */
  failed?: string[];
  /** Since when it waits for somebody. */
  since?: number;
}

/** What a node says the value of a chunk is. */
export interface Vote {
  readonly node: string;
  readonly owner: string;
  readonly digest: string;
  /** It would have counted by itself, and is being checked. */
  readonly checked?: true;
}

export interface JobAttempt {
  readonly node: string;
  /** The first block of its chunk. */
  readonly from: number;
  readonly at: number;
  /** Since when the node runs it, as far as one can tell; 0: it waits there. */
  run: number;
}

export interface JobNodeState {
  name: string;
  owner: string;
  trust: Trust;
  speed: number | null;
  slots: number;
  /** Attempts that it holds. */
  held: number;
  /** Iterations per ms and slot; 0: unknown. */
  rate: number;
  /** The most blocks that it has done at once. */
  size: number;
  /** Failures in a row. */
  fails: number;
  /** It is given nothing before. */
  pausedUntil: number;
  /** It was outvoted in this job, and is not trusted in it any more whatever it does elsewhere. */
  outvoted: boolean;
}

/** What goes to nodes at the end of the turn. */
export interface JobOutbox {
  works: Record<string, NodeWork>;
  /** Ranges that became done in this turn. */
  fresh: number[];
  /** Tokens by the first block of their chunk, some of them over; `null`: not looked up yet. */
  tokens: Record<number, string[]> | null;
}

export interface NodeWork {
  give: GivenAttempt[];
  settled: string[];
  cancelled: string[];
  tally: { -readonly [K in keyof NodeTally]: NodeTally[K] } | null;
}

/** All that the functions of a job's turn go by. */
export interface JobTurn {
  readonly job: string;
  readonly state: JobState;
  readonly now: number;
  readonly random: () => number;
  readonly settings: FleetSettings;
  /** `null`: there is no code of the job's version here. */
  readonly simulation: AnySimulation | null;
}

export function isOver({ status }: Pick<JobState, 'status'>): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

export function verificationOf({ settings, state }: JobTurn): Verification {
  return settings.pools[state.spec.pool]?.verification ?? settings.verification;
}

/** How much the word of a node counts in this job. A node that is not known has nothing to say. */
export function trustOf(turn: JobTurn, node: string): Trust {
  const known = turn.state.nodes[node];
  if (known === undefined) return 'none';
  if (verificationOf(turn) === 'off') return 'operator';
  return known.outvoted ? 'lost' : known.trust;
}

function outboxOf(state: JobState): JobOutbox {
  return (state.out ??= { works: {}, fresh: [], tokens: null });
}

/** The attempts at a chunk. */
export function tokensOf(state: JobState, from: number): string[] {
  const out = outboxOf(state);
  if (out.tokens === null) {
    out.tokens = {};
    for (const [token, attempt] of Object.entries(state.attempts)) {
      (out.tokens[attempt.from] ??= []).push(token);
    }
  }
  // Nothing is given out before the end of the turn, so that none is missing.
  return (out.tokens[from] ?? []).filter((token) => state.attempts[token]?.from === from);
}

export function workOf(state: JobState, node: string): NodeWork {
  const { works } = outboxOf(state);
  return (works[node] ??= { give: [], settled: [], cancelled: [], tally: null });
}

export function tallyOf(state: JobState, node: string): NonNullable<NodeWork['tally']> {
  const work = workOf(state, node);
  return (work.tally ??= { completed: 0, failed: 0, agreed: 0, disagreed: 0, iterations: 0 });
}

export function markFresh(state: JobState, from: number): void {
  outboxOf(state).fresh.push(from);
}
