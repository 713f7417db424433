/**
 * What people and programs ask of the Sentinel over HTTP, under `<url>/fleet/v1`, with `Authorization: Bearer <connection token>`; the
 * user is the token's. An operator's token does too: its user is `operator`, and it may do everything with every job and node. Who knows
 * the id of a job with `visibility: link` may look at it without any token.
 *
 * | call | answer |
 * |---|---|
 * | `POST /jobs` `SubmitRequest` | `SubmitReply` |
 * | `GET /jobs?status=&cursor=&limit=` (operators: `owner=`) | `JobList` |
 * | `GET /jobs/<id>` | `JobView` |
 * | `POST /jobs/<id>/cancel`, `POST /jobs/<id>/retry` (goes on with a failed or cancelled job) | `JobView` |
 * | `GET /jobs/<id>/result` | `JobResult` |
 * | `GET /jobs/<id>/events` | server-sent events `job` with `JobView`s, for who has no SDK; the last one is that of its end |
 * | `POST /claims` `ClaimTokenRequest` | `ClaimTokenReply` |
 * | `POST /nodes/claim` `ClaimCodeRequest` | `NodeView` |
 * | `GET /nodes?pool=&cursor=&limit=` | `NodeList` |
 * | `GET /nodes/<id>`, `PATCH /nodes/<id>` `NodeChange` | `NodeView` |
 * | `DELETE /nodes/<id>` | `{}` |
 * | `GET /pools/<pool>` | `PoolView` |
 * | `GET /simulations` | `SimulationList` |
 *
 * Errors are `{"error":{"code","message"}}` with an HTTP status of 400 or above; the message names the field. `GET /fleet/v1/openapi.json` describes all of it.
 */

/** `POST /jobs`. */
export interface SubmitRequest {
  readonly simulation: string;
  readonly input: unknown;
  /** Submitting again with the same key (of the same user) gives the same job. At most 128 characters. */
  readonly key?: string;
  /** 0 to 2^32 − 1. Default: chosen at random. */
  readonly seed?: number;
  /** −10 to 10; higher goes first. Above 0 needs an operator's token. Default 0. */
  readonly priority?: number;
  /** Default `default`. */
  readonly pool?: string;
  /** Stop when the relative standard error is at most this, above 0 and below 1. Default: do all. */
  readonly targetError?: number;
  /** What becomes of the job when a chunk fails for good. `partial`: it is left out and named. Default `fail`. */
  readonly onPoison?: 'fail' | 'partial';
  /** `link`: who knows its id may watch. `private`: only its owner. Default `link`. */
  readonly visibility?: 'link' | 'private';
  /** For people, at most 120 characters. */
  readonly title?: string;
}

export interface SubmitReply {
  /** The job's id; hard to guess. */
  readonly job: string;
  /** False: the key was known, and this is the job it made. */
  readonly created: boolean;
}

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Why work waits that nobody does. */
export type WaitReason =
  /** No node of the pool may be used by the job's owner. */
  | 'no-nodes'
  /** All slots are taken by other jobs. */
  | 'busy'
  /** Nodes of others are there, but none that could confirm results of nodes without trust. */
  | 'needs-verification'
  /** No node runs this simulation. */
  | 'no-capable-node';

/** What a chunk is doing, one letter each: waiting, assigned, running, verifying, done, poisoned. */
export type ChunkLetter = 'w' | 'a' | 'r' | 'v' | 'd' | 'p';

/** What everyone who may see a job sees; published on `job:<id>` at most ten times a second, the latest being its history. */
export interface JobView {
  readonly type: 'job';
  readonly job: string;
  readonly owner: string;
  readonly title: string;
  readonly simulation: string;
  readonly version: string;
  readonly pool: string;
  readonly priority: number;
  readonly visibility: 'link' | 'private';
  readonly seed: number;
  readonly status: JobStatus;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly round: number;
  /** Of the round's plan. */
  readonly note: string;
  /** Of this round: blocks done of all. */
  readonly blocksDone: number;
  readonly blocks: number;
  /** Iterations that have been put together, over all rounds. */
  readonly iterations: number;
  /** Iterations a second lately; 0: none. */
  readonly rate: number;
  /** ms until the round is done, by the rate; `null`: unknown. */
  readonly etaMs: number | null;
  /** Relative standard error so far; `null`: unknown. */
  readonly error: number | null;
  readonly targetError: number | null;
  /**
   * The round from left to right in at most 400 cells of equal numbers of blocks, as runs: `"d120r3w277"` is 120 cells done, 3 running,
   * 277 waiting. A cell shows the least finished of its blocks.
   */
  readonly map: string;
  /** Nodes at work on it, the fastest first, at most 20. */
  readonly nodes: readonly JobNode[];
  readonly nodeCount: number;
  readonly slots: number;
  readonly counts: JobCounts;
  readonly waiting: WaitReason | null;
  /** The last errors of its chunks, at most 5. */
  readonly errors: readonly JobError[];
  /** Why it failed; `null`: it has not. */
  readonly failure: string | null;
  /** What `summarize` makes of the result so far; `null`: there is none yet. */
  readonly summary: unknown;
}

export interface JobNode {
  readonly node: string;
  readonly name: string;
  /** Chunks that it holds. */
  readonly holds: number;
  /** Iterations a second. */
  readonly rate: number;
}

export interface JobCounts {
  readonly assigned: number;
  readonly completed: number;
  readonly failed: number;
  /** Attempts whose node died, was silent or made no progress. */
  readonly lost: number;
  /** Results that came when they were not needed any more. */
  readonly late: number;
  /** Second attempts that confirm or speed up. */
  readonly copies: number;
  /** Results that differed from what was agreed on. */
  readonly disputed: number;
}

export interface JobError {
  readonly at: number;
  readonly node: string;
  readonly from: number;
  readonly blocks: number;
  readonly message: string;
}

/** What a node says on `job:<id>` while it runs a chunk; nothing is kept of it. */
export interface ChunkProgress {
  readonly type: 'chunk';
  readonly node: string;
  readonly from: number;
  readonly blocks: number;
  readonly done: number;
}

/** `GET /jobs?status=&cursor=&limit=`: one's own, the newest first. */
export interface JobList {
  readonly jobs: readonly JobSummary[];
  readonly cursor: string | null;
}

export type JobSummary = Pick<
  JobView,
  | 'job'
  | 'owner'
  | 'title'
  | 'simulation'
  | 'pool'
  | 'priority'
  | 'status'
  | 'createdAt'
  | 'endedAt'
  | 'blocksDone'
  | 'blocks'
  | 'iterations'
>;

/** `GET /jobs/<id>/result`, once it is done. */
export interface JobResult {
  readonly job: string;
  readonly result: unknown;
  readonly summary: unknown;
  readonly iterations: number;
  /** Ranges that were left out. */
  readonly missing: readonly {
    readonly round: number;
    readonly from: number;
    readonly blocks: number;
  }[];
}

/** Who may have work done on a node. */
export type NodeAccess =
  | { readonly type: 'owner' }
  | { readonly type: 'users'; readonly users: readonly string[] }
  | { readonly type: 'everyone' };

/** `POST /claims`: a token that makes nodes one's own. */
export interface ClaimTokenRequest {
  readonly pool?: string;
  readonly access?: NodeAccess;
  /** Default one hour, at most 30 days. */
  readonly ttlMs?: number;
  /** Results of the nodes count from the start. Needs an operator's token. Default false. */
  readonly trusted?: boolean;
}

export interface ClaimTokenReply {
  readonly claim: string;
  readonly expiresAt: number;
}

/** `POST /nodes/claim`: by the code that a node shows. */
export interface ClaimCodeRequest {
  readonly code: string;
  readonly pool?: string;
  readonly access?: NodeAccess;
}

export type NodeStatus = 'online' | 'suspect' | 'offline' | 'draining';

/** A node as people see it; `GET /nodes`: those of a pool that one may see. */
export interface NodeView {
  readonly node: string;
  readonly name: string;
  readonly owner: string;
  readonly mine: boolean;
  readonly pool: string;
  readonly access: NodeAccess;
  readonly status: NodeStatus;
  readonly runtime: string;
  readonly platform: string;
  readonly version: string;
  readonly slots: number;
  readonly busy: number;
  /** 0 (new, or caught lying) to 1. Its results count by themselves from 1 on. */
  readonly trust: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly completed: number;
  readonly failed: number;
  /** Iterations a second lately, over all it runs. */
  readonly rate: number;
  readonly load: number | null;
  readonly lastSeenAt: number;
  readonly claimedAt: number;
}

/** `GET /nodes`. */
export interface NodeList {
  readonly nodes: readonly NodeView[];
  /** For the next page; `null`: this is the last one. */
  readonly cursor: string | null;
}

/** `PATCH /nodes/<id>`: what is there is changed, for its owner and operators. */
export interface NodeChange {
  /** 1 to 64 characters. */
  readonly name?: string;
  readonly access?: NodeAccess;
  /** It is given nothing new, until it is set to false again. */
  readonly draining?: boolean;
}

/** `GET /pools/<pool>`. Of jobs of others, `job`, `title` and `owner` are empty. */
export interface PoolView {
  readonly pool: string;
  readonly nodes: number;
  readonly online: number;
  readonly slots: number;
  readonly busy: number;
  readonly jobs: readonly {
    readonly job: string;
    readonly title: string;
    readonly owner: string;
    readonly priority: number;
    readonly slots: number;
    readonly wanted: number;
  }[];
}

export interface SimulationView {
  readonly name: string;
  readonly version: string;
}

/** `GET /simulations`. */
export interface SimulationList {
  readonly simulations: readonly SimulationView[];
}
