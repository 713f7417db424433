import type { ActorKey } from '@belfry/protocol';
import type { Commit, HistoryPolicy, Member, Store } from '@belfry/store';
import type { TurnFailure, TurnOptions } from '../core/turn.ts';
import type { AnyActorDefinition } from '../define-actor.ts';

/** What a runner needs. */
export interface RunnerInput {
  readonly store: Pick<Store, 'actors' | 'membership' | 'partitions'>;
  /** The kinds that it runs, consumers among them; each kind once. */
  readonly actors: readonly AnyActorDefinition[];
  /** What it prefers to run; it helps out elsewhere. */
  readonly roles: Member['roles'];
  /** Unique to the process's life; any string without control characters. */
  readonly id: string;
  /** Seeds `ctx.random()`; the same in every process of the deployment. */
  readonly secret: string;
  /** What a channel keeps. */
  readonly historyFor: (channel: string) => HistoryPolicy;
  /** Sends publications elsewhere than to the store's channels. Default: nothing is diverted. */
  readonly divert?: Divert | undefined;
  /** Hears of what an operator may want in the log. Must not throw. */
  readonly onEvent?: (event: RunnerEvent) => void;
  readonly options?: Partial<RunnerOptions>;
}

/** What a turn tells the world. */
export type Outbound = Pick<Commit, 'publications' | 'sends' | 'forget'>;

/**
 * Says what of a turn's outbound effects becomes what instead, in the same commit; it must be pure. What consumers answer is not
 * diverted.
 */
export type Divert = (actor: ActorKey, outbound: Outbound) => Outbound;

/** Times in ms. */
export interface RunnerOptions extends Pick<
  TurnOptions,
  'validatePublications' | 'maxStateLength' | 'maxEffects' | 'maxEffectsLength'
> {
  /** How often it says that it lives. Default 250. */
  readonly heartbeatMs: number;
  /** For how long it counts as alive without that. Default 1,000. */
  readonly memberTtlMs: number;
  /** How long a claim's leases last: how long the actors of a process that died wait. Default 3,000. */
  readonly leaseMs: number;
  /** A tick due within this keeps the lease. Default 1,000; 0: leases are never kept for a tick. */
  readonly hotMs: number;
  /** How far past its next tick a lease is kept, for another process to take over after. Default 500. */
  readonly graceMs: number;
  /** How often every partition is looked at for what nobody else took. Default 5,000. */
  readonly sweepMs: number;
  /** How overdue it must be for that. Default 500. */
  readonly sweepOverdueMs: number;
  /** How long `drain` may take. Default 4,000. */
  readonly drainMs: number;
  /** The most actors in one claim. Default 64. */
  readonly claimLimit: number;
  /** The most claims on their way. Default 16. */
  readonly maxClaims: number;
  /** The most messages of one actor in one turn. Default 256. */
  readonly maxMessages: number;
  /**
   * The most actors that have a turn to run or a commit on its way; past it nothing is claimed. Default 1,024. Here and in `maxClaims`
   * and `maxCommits` what waits for a partition that does not answer stops counting after `patienceMs`.
   */
  readonly maxActive: number;
  /**
   * While the store takes long to answer, fewer actors are claimed: at the least so many are under way at a time, and as many as
   * `maxActive` while it answers quickly. What runs without a claim (ticks of actors whose lease is kept) and claims for ticks alone
   * are not subject to it. Default 64; `maxActive` or more: never fewer than that.
   */
  readonly minActive: number;
  /** The most actors whose lease is kept for their next tick. Default 20,000. */
  readonly maxHeld: number;
  /** The most commits in one call to the store, which are of one partition; at most two such calls per partition are on their way. Default 128. */
  readonly batchLimit: number;
  /** A call is sent, or the event loop gets its turn, after this much text or time. Default 4,194,304 characters and 8. */
  readonly batchLength: number;
  readonly sliceMs: number;
  /** The most commits on their way. Default 1,024. */
  readonly maxCommits: number;
  /**
   * When a partition has not answered for so long, and for four times as long as answers usually take, the others stop waiting for
   * what it holds up. Default 250.
   */
  readonly patienceMs: number;
}

export const DEFAULT_RUNNER_OPTIONS: RunnerOptions = {
  heartbeatMs: 250,
  memberTtlMs: 1_000,
  leaseMs: 3_000,
  hotMs: 1_000,
  graceMs: 500,
  sweepMs: 5_000,
  sweepOverdueMs: 500,
  drainMs: 4_000,
  claimLimit: 64,
  maxClaims: 16,
  maxMessages: 256,
  maxActive: 1_024,
  minActive: 64,
  maxHeld: 20_000,
  batchLimit: 128,
  batchLength: 4_194_304,
  sliceMs: 8,
  maxCommits: 1_024,
  patienceMs: 250,
};

/** What a runner tells about itself, besides its figures. */
export type RunnerEvent =
  /** A handler threw. Said once it is committed. */
  | { readonly type: 'turn-failed'; readonly actor: ActorKey; readonly failure: TurnFailure }
  /** Messages that fit no schema became dead letters. */
  | {
      readonly type: 'invalid-messages';
      readonly actor: ActorKey;
      readonly count: number;
      readonly error: string;
    }
  /** A consumer's handler failed; `final`: its message is a dead letter now. */
  | {
      readonly type: 'consumer-failed';
      readonly actor: ActorKey;
      readonly error: unknown;
      readonly attempts: number;
      readonly final: boolean;
    }
  | { readonly type: 'suspended'; readonly actor: ActorKey; readonly reason: string }
  /** A commit came too late: another process has the actor now. Nothing of it applied. */
  | {
      readonly type: 'stale-commit';
      readonly actor: ActorKey;
      readonly reason: 'fence' | 'version';
    }
  /** Nobody knows whether these commits applied; whoever claims the actors next will see. */
  | {
      readonly type: 'unknown-commits';
      readonly actors: readonly ActorKey[];
      readonly error: unknown;
    }
  /** Messages or ticks wait for a kind that is not among this process's actors. Said once per kind. */
  | { readonly type: 'unknown-kind'; readonly kind: string; readonly actor: ActorKey }
  /** The engine cannot run the actor at all, e.g. because its stored state is damaged. It is left as it is. */
  | { readonly type: 'engine-error'; readonly actor: ActorKey; readonly error: unknown }
  | { readonly type: 'store-error'; readonly during: StoreCall; readonly error: unknown }
  /** How many partitions prefer this process now. */
  | {
      readonly type: 'preferences';
      readonly message: number;
      readonly tick: number;
      readonly members: number;
    }
  /** `drain` gave up on these after its time; their leases run out by themselves. */
  | { readonly type: 'drain-timeout'; readonly actors: number };

export type StoreCall = 'heartbeat' | 'leave' | 'listen' | 'claim' | 'release' | 'inbox';
