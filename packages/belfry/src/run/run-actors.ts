import {
  type AnyActorDefinition,
  type Divert,
  createRunner,
  type Runner,
  type RunnerEvent,
} from '@belfry/actors';
import type { HistoryPolicy, Store } from '@belfry/store';
import type { ResolvedConfig, Role } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import type { MetricSource } from './metrics.ts';

export interface RunActorsOptions {
  readonly store: Store;
  readonly config: ResolvedConfig;
  readonly actors: readonly AnyActorDefinition[];
  /** Seeds `ctx.random()`. */
  readonly secret: string;
  readonly processId: string;
  readonly historyFor: (channel: string) => HistoryPolicy;
  readonly divert?: Divert | undefined;
  readonly log: Logger;
  /** How long `drain` may take, in ms. */
  readonly drainMs: number;
}

function logEvent(log: Logger, event: RunnerEvent): void {
  switch (event.type) {
    case 'turn-failed': {
      const { actor, failure } = event;
      const { during, number, attempts, final, error: err } = failure;
      const fate = during === 'message' ? 'it is a dead letter now' : 'the actor is suspended now';
      log.error(
        { actor, [during]: number, attempts, err },
        `a ${during} failed${final ? `; ${fate}` : '; it will be tried again'}`,
      );
      return;
    }
    case 'invalid-messages': {
      const { actor, count, error } = event;
      log.warn({ actor, count, reason: error }, 'messages that fit no schema became dead letters');
      return;
    }
    case 'consumer-failed': {
      const { actor, attempts, final, error: err } = event;
      const fate = final ? 'its message is a dead letter now' : 'it will be tried again';
      log.warn({ actor, attempts, err }, `a consumer failed; ${fate}`);
      return;
    }
    case 'suspended':
      log.error({ actor: event.actor, reason: event.reason }, 'an actor was suspended');
      return;
    case 'stale-commit':
      log.debug(
        { actor: event.actor, reason: event.reason },
        'a commit came too late and was refused',
      );
      return;
    case 'unknown-commits':
      log.warn(
        { actors: event.actors.length, err: event.error },
        'the store did not say whether commits applied; whoever has the actors next will see',
      );
      return;
    case 'unknown-kind':
      log.warn(
        { kind: event.kind, actor: event.actor },
        'messages wait for a kind that this process has no definition for; add it to actors',
      );
      return;
    case 'engine-error':
      log.error(
        { actor: event.actor, err: event.error },
        'an actor cannot be run; it is left as it is',
      );
      return;
    case 'store-error':
      log.warn({ during: event.during, err: event.error }, 'the store failed; trying again');
      return;
    case 'preferences':
      log.debug(
        { messages: event.message, ticks: event.tick, members: event.members },
        'partitions were shared out anew',
      );
      return;
    case 'drain-timeout':
      log.warn(
        { actors: event.actors },
        'not all actors could be given back in time; their leases run out',
      );
  }
}

/** What a process prefers to run: a Sentinel does both. */
function turnRoles(roles: readonly Role[]): ('worker' | 'ticker')[] {
  const has = (role: Role): boolean => roles.includes(role) || roles.includes('sentinel');
  return (['worker', 'ticker'] as const).filter(has);
}

/** Makes the runner of this process from its config; it does nothing until `run`. */
export function createActorRunner(options: RunActorsOptions): Runner {
  const { store, config, actors, secret, processId, historyFor, divert, log, drainMs } = options;
  const { runner } = config;
  return createRunner({
    store,
    actors,
    roles: turnRoles(config.roles),
    id: processId,
    secret,
    historyFor,
    divert,
    onEvent: (event) => {
      logEvent(log, event);
    },
    options: {
      heartbeatMs: runner.heartbeat_interval,
      memberTtlMs: runner.member_ttl,
      leaseMs: runner.lease,
      hotMs: runner.hold,
      graceMs: runner.grace,
      sweepMs: runner.sweep_interval,
      sweepOverdueMs: runner.sweep_overdue,
      maxMessages: runner.max_messages,
      maxActive: runner.max_active,
      minActive: runner.min_active,
      maxHeld: runner.max_held,
      drainMs,
    },
  });
}

/** The figures of a runner for `/metrics`. */
export function runnerMetrics(runner: Runner): MetricSource {
  return {
    prefix: 'runner',
    counters: () => runner.snapshot().counters,
    gauges: () => ({ ...runner.snapshot().gauges }),
    histograms: () => runner.snapshot().histograms,
  };
}
