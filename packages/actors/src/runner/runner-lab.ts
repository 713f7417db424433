import { setTimeout as sleep } from 'node:timers/promises';
import { encodeActorMessage, type ActorKey } from '@belfry/protocol';
import {
  openEmbeddedStore,
  openRedisStore,
  type ActorStore,
  type ActorView,
  type HistoryPolicy,
  type Partition,
  type Store,
  type Wake,
} from '@belfry/store';
import { startRedis } from '@belfry/testkit';
import type { AnyActorDefinition } from '../define-actor.ts';
import { createRunner, type Runner } from './create-runner.ts';
import type { RunnerEvent, RunnerInput, RunnerOptions } from './runner-options.ts';

/* Test support: real stores, and runners on them as if each were a process of its own. */

export const HISTORY: HistoryPolicy = { size: 100_000, ttlMs: 600_000, metaTtlMs: 600_000 };

/** A store that several processes share. */
export interface Lab extends AsyncDisposable {
  /** The test's own way into the store. */
  readonly store: Store;
  /** A store as another process would open it. */
  open(): Promise<Store>;
}

export const LABS: readonly (readonly [string, () => Promise<Lab>])[] = [
  ['embedded', embeddedLab],
  ['redis', redisLab],
];

async function embeddedLab(): Promise<Lab> {
  const store = await openEmbeddedStore({ dataDir: ':memory:', partitions: 16 });
  const share = shareWakes(store.actors);
  return {
    store,
    open: async () => withActors(store, share()),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function redisLab(): Promise<Lab> {
  const redis = await startRedis();
  const stores: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await openRedisStore({ url: redis.url, partitions: 16 });
    stores.push(store);
    return store;
  };
  return {
    store: await open(),
    open,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(stores.map((store) => store.close()));
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** The same store with other actors. */
export function withActors(store: Store, actors: Partial<ActorStore>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'actors') return overlay(store.actors, actors);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function overlay<T extends object>(base: T, over: Partial<T>): T {
  return new Proxy(base, {
    get(target, name) {
      if (name in over) return Reflect.get(over, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A process has one listener for wakes; here several "processes" share one. */
function shareWakes(actors: ActorStore): () => Pick<ActorStore, 'listen'> {
  const listeners = new Map<object, { partitions: Set<Partition>; tell: (wake: Wake) => void }>();
  return () => {
    const me = {};
    return {
      async listen(partitions, tell) {
        listeners.set(me, { partitions: new Set(partitions), tell });
        const all = new Set([...listeners.values()].flatMap((one) => [...one.partitions]));
        await actors.listen([...all], (wake) => {
          for (const one of listeners.values()) {
            if (one.partitions.has(wake.partition)) one.tell(wake);
          }
        });
      },
    };
  };
}

export interface TestRunner extends Runner, AsyncDisposable {
  readonly events: RunnerEvent[];
}

export type TestRunnerInput = Partial<Omit<RunnerInput, 'store' | 'actors' | 'options'>> & {
  readonly options?: Partial<RunnerOptions>;
};

let made = 0;

/** Starts a runner that is stopped at the end of its scope. */
export async function startRunner(
  store: Store,
  actors: readonly AnyActorDefinition[],
  input: TestRunnerInput = {},
): Promise<TestRunner> {
  const events: RunnerEvent[] = [];
  const runner = createRunner({
    store,
    actors,
    roles: ['worker', 'ticker'],
    id: `runner-${++made}`,
    secret: 'secret',
    historyFor: () => HISTORY,
    onEvent: (event) => void events.push(event),
    ...input,
    options: { leaseMs: 1_000, sweepMs: 1_000, ...input.options },
  });
  await runner.run();
  return {
    ...runner,
    events,
    async [Symbol.asyncDispose]() {
      runner.stop();
      // What is on its way when the store closes is not what these tests are about.
      await sleep(20);
    },
  };
}

/** Sends the deployment's message to an actor. */
export async function tell(store: Store, actor: ActorKey, data: unknown): Promise<void> {
  const body = encodeActorMessage({ type: 'message', from: { type: 'system' }, data });
  const result = await store.actors.send({ to: actor, body, inboxLimit: 100_000 });
  if (result !== 'accepted') throw new Error(`${actor}: ${result}`);
}

/** The committed state of an actor. */
export async function stateOf<T>(store: Store, actor: ActorKey): Promise<T | null> {
  const view: ActorView | null = await store.actors.peek(actor);
  return JSON.parse(view?.state ?? 'null') as T | null;
}

/** The data of all publications of a channel. */
export async function historyOf(store: Store, channel: string): Promise<unknown[]> {
  const { publications } = await store.channels.history(channel, { limit: -1, metaTtlMs: 600_000 });
  return publications.map(({ body }) => (JSON.parse(body) as { data: unknown }).data);
}
