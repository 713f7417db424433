import type { ActorStore, ClaimReply, Commit, CommitResult, Fence, Store } from '@belfry/store';
import type { OpenStore } from '../conformance/harness.ts';

/** A store that does one thing wrong, made of one that works. */
export type Fault = (actors: ActorStore) => Partial<ActorStore>;

/** What a driver could get wrong, by what it would do. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'commits with a stale fence': (actors) => ({
    commit: retrying(actors, 'fence'),
  }),

  'commits with a stale version': (actors) => ({
    commit: retrying(actors, 'version'),
  }),

  'gives out the same fence again': (actors) => {
    const real = new Map<string, Fence>();
    const restore = <T extends { actor: string; fence: Fence }>(held: T): T => ({
      ...held,
      fence: real.get(held.actor) ?? held.fence,
    });
    return {
      async claim(request) {
        const reply = await actors.claim(request);
        const claimed = reply.claimed.map((one) => {
          real.set(one.actor, one.fence);
          return { ...one, fence: 7 as Fence };
        });
        return { ...reply, claimed };
      },
      commit: (batch) => actors.commit(batch.map(restore)),
      release: (batch) => actors.release(batch.map(restore)),
      inbox: (held, maxMessages) => actors.inbox(restore(held), maxMessages),
    };
  },

  'loses one accepted message in ten': (actors) => {
    let count = 0;
    return {
      send: (message) => {
        count += 1;
        return count % 10 === 0 ? Promise.resolve('accepted') : actors.send(message);
      },
    };
  },

  'accepts an id twice': (actors) => ({
    send({ to, body, mustExist = false, inboxLimit = 1_000 }) {
      return actors.send({ to, body, mustExist, inboxLimit });
    },
  }),

  'applies a publication twice': (actors) => ({
    commit: (batch) =>
      actors.commit(
        batch.map((turn) => ({
          ...turn,
          publications: turn.publications.flatMap((one) => [one, one]),
        })),
      ),
  }),

  'publishes before it checks the fence': (actors) => ({
    async commit(batch) {
      const results = await actors.commit(batch);
      for (const [i, turn] of batch.entries()) {
        if (results[i]?.status === 'stale') await publishAnyway(actors, turn);
      }
      return results;
    },
  }),

  'sends in the wrong order': (actors) => ({
    commit: (batch) =>
      actors.commit(batch.map((turn) => ({ ...turn, sends: turn.sends.toReversed() }))),
  }),

  'loses what a turn sends to another actor': (actors) => ({
    commit: (batch) =>
      actors.commit(
        batch.map((turn) => ({
          ...turn,
          sends: turn.sends.filter(({ to }) => to === turn.actor),
        })),
      ),
  }),

  'consumes one message too many': (actors) => ({
    commit: (batch) =>
      actors.commit(
        batch.map((turn) => ({
          ...turn,
          consumedThrough: turn.consumedThrough === null ? null : turn.consumedThrough + 1,
        })),
      ),
  }),

  'forgets dead letters': (actors) => ({
    commit: (batch) => actors.commit(batch.map((turn) => ({ ...turn, deadLetters: [] }))),
  }),

  'forgets the pending tick': (actors) => ({
    commit: (batch) => actors.commit(batch.map((turn) => ({ ...turn, wakeAt: null }))),
  }),

  'does not push the due time back': (actors) => ({
    async claim(request): Promise<ClaimReply> {
      const reply = await actors.claim({ ...request, leaseMs: 1 });
      const leaseUntil = reply.now + request.leaseMs;
      return { ...reply, claimed: reply.claimed.map((one) => ({ ...one, leaseUntil })) };
    },
  }),

  'does not give leases back': () => ({
    release: () => Promise.resolve(),
  }),
};

/** Opens stores with the fault. */
export function withFault(open: OpenStore, fault: Fault): OpenStore {
  return async (options) => {
    const opened = await open(options);
    const store = faulty(opened.store, fault);
    return {
      ...opened,
      store,
      async another() {
        const other = await opened.another();
        return other === opened.store ? store : faulty(other, fault);
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  };
}

function faulty(store: Store, fault: Fault): Store {
  const actors = overlay(store.actors, fault(store.actors));
  return overlay(store, { actors });
}

/** `base` with some properties replaced. A proxy: a driver's methods need their own `this`. */
function overlay<T extends object>(base: T, replaced: Partial<T>): T {
  return new Proxy(base, {
    get(target, name): unknown {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Commits again with what the actor's fence and version are now. */
function retrying(actors: ActorStore, reason: 'fence' | 'version'): ActorStore['commit'] {
  return async (batch) => {
    const results: CommitResult[] = [];
    for (const turn of batch) {
      let [result] = await actors.commit([turn]);
      const view = await actors.peek(turn.actor);
      if (result?.status === 'stale' && result.reason === reason && view?.lease) {
        const { fence, version } = view;
        [result] = await actors.commit([{ ...turn, fence, version }]);
      }
      if (result) results.push(result);
    }
    return results;
  };
}

async function publishAnyway(actors: ActorStore, turn: Commit): Promise<void> {
  const view = await actors.peek(turn.actor);
  if (!view?.lease) return;
  const { fence, version, state, meta, wakeAt, holdUntil, lease } = view;
  const { actor, publications } = turn;
  await actors.commit([
    {
      actor,
      fence,
      version,
      state: state ?? undefined,
      meta,
      consumedThrough: null,
      deadLetters: [],
      publications,
      sends: [],
      forget: [],
      wakeAt,
      holdUntil,
      suspend: null,
      lease: { type: 'keep', ms: lease.until, maxMessages: 0 },
    },
  ]);
}
