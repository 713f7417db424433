import type { TurnCounts } from '../core/turn.ts';
import { Histogram, type HistogramSnapshot } from './histogram.ts';

const COUNTERS = [
  /** Turns that were committed. */
  'turns',
  /** Messages they consumed, and what became of some. */
  'messages',
  'rejections',
  'invalid_messages',
  'ignored_messages',
  'dead_letters',
  /** Times that handling a message threw. */
  'failures',
  /** Ticks that ran; those that threw; those that the late policy left out. */
  'ticks',
  'tick_failures',
  'ticks_skipped',
  'created',
  'destroyed',
  'suspended',
  /** Claims asked for, actors they gave, and claims that gave none. */
  'claims',
  'claimed_actors',
  'empty_claims',
  /** Times that fewer actors were to be under way because the store took long to answer. */
  'limit_reductions',
  /** Commits that were refused because the lease or the actor had moved on; nothing of them applied. */
  'stale_commits',
  /** Commits of which nobody knows whether they applied. */
  'unknown_commits',
  /** Calls to the store that failed. */
  'store_errors',
  /** Actors of kinds that this process has no definition for. */
  'unknown_kinds',
  /** Turns that the engine itself could not run: a state or meta it cannot read. */
  'engine_errors',
  /** Batches that consumers' handlers were given, messages they were done with, and times that they failed. */
  'consumer_batches',
  'consumer_messages',
  'consumer_failures',
  /** Times that other partitions came to prefer this process. */
  'preference_changes',
] as const;

export type RunnerCounter = (typeof COUNTERS)[number];

/** The runner's figures since it was made. Names are snake_case; times are in ms. */
export interface RunnerSnapshot {
  readonly counters: Readonly<Record<RunnerCounter, number>>;
  readonly histograms: {
    /** From asking the store to commit turns of one partition to its answer. */
    readonly commit_ms: HistogramSnapshot;
    /** From when a tick was due to when it ran. */
    readonly tick_lateness_ms: HistogramSnapshot;
    /** From a message's acceptance to the turn that consumed it. */
    readonly message_wait_ms: HistogramSnapshot;
  };
  readonly gauges: {
    /** Actors whose lease this process holds. */
    readonly held_actors: number;
    /** Of these, with a turn to run or a commit on its way. */
    readonly busy_actors: number;
    /** How many claimed actors may be under way at present. */
    readonly active_limit: number;
    /** Consumers that this process holds, handlers that run, and messages that wait for those it has seen within a minute. */
    readonly held_consumers: number;
    readonly running_consumers: number;
    readonly consumer_backlog: number;
    /** Partitions that prefer this process, by lane. */
    readonly preferred_message: number;
    readonly preferred_tick: number;
  };
}

/** Counts. */
export class RunnerMetrics {
  readonly counters: Record<RunnerCounter, number> = Object.fromEntries(
    COUNTERS.map((name) => [name, 0]),
  ) as Record<RunnerCounter, number>;
  readonly commitMs: Histogram = new Histogram();
  readonly tickLatenessMs: Histogram = new Histogram();
  readonly messageWaitMs: Histogram = new Histogram();

  /** A turn was committed. */
  turn(counts: Readonly<TurnCounts>): void {
    const { counters } = this;
    counters.turns++;
    counters.messages += counts.messages;
    counters.rejections += counts.rejections;
    counters.invalid_messages += counts.invalid;
    counters.ignored_messages += counts.ignored;
    counters.dead_letters += counts.deadLetters;
    counters.failures += counts.failures;
    counters.ticks += counts.ticks;
    counters.tick_failures += counts.tickFailures;
    counters.ticks_skipped += counts.ticksSkipped;
    counters.created += counts.created;
    counters.destroyed += counts.destroyed;
  }

  snapshot(gauges: RunnerSnapshot['gauges']): RunnerSnapshot {
    return {
      counters: { ...this.counters },
      histograms: {
        commit_ms: this.commitMs.snapshot(),
        tick_lateness_ms: this.tickLatenessMs.snapshot(),
        message_wait_ms: this.messageWaitMs.snapshot(),
      },
      gauges,
    };
  }
}
