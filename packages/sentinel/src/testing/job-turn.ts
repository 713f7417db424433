import { rangesOf } from '@belfry/protocol';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from '../fleet-settings.ts';
import type { Chunk, JobAttempt, JobNodeState, JobTurn } from '../core/job/job-state.ts';
import { submitJob } from '../core/job/submit.ts';
import { sums } from './sums.ts';

export interface JobTurnInput {
  /** Of its only round, of one iteration each. Default 64. */
  readonly blocks?: number;
  readonly onPoison?: 'fail' | 'partial';
  readonly nodes?: Readonly<Record<string, Partial<JobNodeState>>>;
  /** By token. Given at 1 and run since then, where nothing else is said. */
  readonly attempts?: Readonly<
    Record<string, Pick<JobAttempt, 'node' | 'from'> & Partial<JobAttempt>>
  >;
  /** By first block; all others are free. `live` is what the attempts come to. */
  readonly chunks?: Readonly<Record<number, Partial<Chunk>>>;
  readonly settings?: Partial<FleetSettings>;
  readonly now?: number;
  readonly random?: number;
}

const NODE: JobNodeState = {
  name: '',
  owner: '',
  trust: 'operator',
  speed: null,
  slots: 1,
  held: 0,
  rate: 0,
  size: 0,
  fails: 0,
  pausedUntil: 0,
  outvoted: false,
};

/** A turn of a job that stands as given: for tests of what is decided in it. */
export function jobTurn(input: JobTurnInput = {}): JobTurn {
  const { blocks = 64, onPoison = 'fail', nodes = {}, attempts = {}, chunks = {} } = input;
  const settings = { ...DEFAULT_FLEET_SETTINGS, ...input.settings };
  const random = (): number => input.random ?? 0.5;
  const simulations = new Map([['sums', { version: 'v', simulation: sums }]]);
  const request = { simulation: 'sums', input: { rounds: 1, blocks, count: 1 }, onPoison };
  const submit = { type: 'submit', owner: 'ann', operator: false, request } as const;
  const state = submitJob(submit, { simulations, settings, now: 0, random });
  const { round } = state;
  for (const [token, attempt] of Object.entries(attempts)) {
    const { at = 1 } = attempt;
    state.attempts[token] = { at, run: at, ...attempt };
  }
  const all = Object.values(state.attempts);
  for (const [node, traits] of Object.entries(nodes)) {
    const held = all.filter((attempt) => attempt.node === node).length;
    state.nodes[node] = { ...NODE, name: node, owner: `owner of ${node}`, held, ...traits };
  }
  for (const { from } of all) round.chunks[from] ??= { blocks: 1, live: 0 };
  for (const [from, chunk] of Object.entries(chunks)) {
    round.chunks[Number(from)] = { blocks: 1, live: 0, ...chunk };
  }
  for (const { from } of all) (round.chunks[from] as Chunk).live += 1;
  round.free = [];
  let at = 0;
  for (const [from, chunk] of Object.entries(round.chunks)) {
    const first = Number(from);
    round.free.push(...freeBetween(at, first));
    at = first + chunk.blocks;
    if (chunk.live === 0) round.again.push(first);
  }
  round.free.push(...freeBetween(at, blocks));
  return { job: 'j', state, now: input.now ?? 10_000, random, settings, simulation: sums };
}

function freeBetween(from: number, end: number): number[] {
  return rangesOf(from, end).flatMap((range) => [range.from, range.blocks]);
}
