import type { ActorStore, Lane, Partition } from '@belfry/store';
import type { TurnOptions } from '../core/turn.ts';
import type { AnyActorDefinition } from '../define-actor.ts';
import { ActiveLimit } from './active-limit.ts';
import { Patience } from './patience.ts';
import { NO_PREFERENCES, type Preferences } from './rendezvous.ts';
import { RunnerMetrics } from './runner-metrics.ts';
import {
  DEFAULT_RUNNER_OPTIONS,
  type Divert,
  type RunnerEvent,
  type RunnerInput,
  type RunnerOptions,
  type StoreCall,
} from './runner-options.ts';
import { StoreClock } from './store-clock.ts';

/** What the parts of one runner share. */
export interface RunnerContext {
  readonly id: string;
  readonly store: RunnerInput['store'];
  readonly actors: ActorStore;
  readonly definitions: ReadonlyMap<string, AnyActorDefinition>;
  readonly turnOptions: TurnOptions;
  readonly divert: Divert | undefined;
  readonly options: RunnerOptions;
  readonly clock: StoreClock;
  readonly patience: Patience;
  /** How many actors may be claimed and not have come to rest. */
  readonly limit: ActiveLimit;
  readonly metrics: RunnerMetrics;
  readonly tell: (event: RunnerEvent) => void;
  readonly storeFailed: (during: StoreCall, error: unknown) => void;
  preferences: Preferences;
  /** `running`: all; `draining`: finish, keep nothing; `stopped`: nothing. */
  phase: 'running' | 'draining' | 'stopped';
}

/** Throws a TypeError on a kind that comes twice. */
export function createRunnerContext(input: RunnerInput): RunnerContext {
  const { store, id, secret, historyFor } = input;
  const options = { ...DEFAULT_RUNNER_OPTIONS, ...input.options };
  const definitions = new Map<string, AnyActorDefinition>();
  for (const definition of input.actors) {
    const { kind } = definition;
    if (definitions.has(kind)) {
      throw new TypeError(`actor kind ${kind} is defined twice; give each kind a name of its own`);
    }
    definitions.set(kind, definition);
  }
  const metrics = new RunnerMetrics();
  const tell = input.onEvent ?? (() => {});
  return {
    id,
    store,
    divert: input.divert,
    actors: store.actors,
    definitions,
    options,
    turnOptions: {
      ...options,
      secret,
      historyFor,
      inboxLimitOf: (kind) => definitions.get(kind)?.spec.inboxLimit,
    },
    clock: new StoreClock(),
    patience: new Patience(options.patienceMs),
    limit: new ActiveLimit({ least: options.minActive, most: options.maxActive }),
    metrics,
    tell,
    storeFailed(during, error) {
      metrics.counters.store_errors++;
      tell({ type: 'store-error', during, error });
    },
    preferences: NO_PREFERENCES,
    phase: 'running',
  };
}

export function prefers(context: RunnerContext, partition: Partition, lane: Lane): boolean {
  return context.preferences[lane].has(partition);
}
