import { StoreError, type Store } from '@belfry/store';
import { PARTITIONS, type OpenStore } from '../conformance/harness.ts';
import { virtualClock } from '../virtual-clock.ts';
import { StoreModel } from './store-model.ts';

/** The model as a store, as far as it goes, so that the conformance suite can be run on it: nothing listens, and nothing is paged. */
export const openModel: OpenStore = (options = {}) => {
  const clock = virtualClock();
  const model = new StoreModel({
    partitions: options.partitions ?? PARTITIONS,
    dedupWindowMs: options.dedupWindowMs ?? 300_000,
    now: clock.now,
  });
  const step = <T>(run: () => T): Promise<T> => Promise.resolve(run());
  const missing = (): never => {
    throw new StoreError('unsupported', 'the model has no such thing');
  };
  const relayAll = (): void => {
    for (let p = 0; p < PARTITIONS; p++) model.relay(p as never);
  };
  const store: Store = {
    partitions: PARTITIONS,
    actors: {
      send: (message) => step(() => model.send(message)),
      claim: (request) => step(() => model.claim(request)),
      commit: (batch) =>
        step(() => {
          const results = batch.map((turn) => model.commit(turn));
          relayAll();
          return results;
        }),
      release: (batch) => step(() => batch.forEach((held) => model.release(held))),
      inbox: (held, maxMessages) => step(() => model.inbox(held, maxMessages)),
      resume: (actor) => step(() => model.resume(actor)),
      peek: (actor) => step(() => model.peek(actor)),
      list: () => step(() => ({ actors: model.list(), cursor: null })),
      listDead: () => step(() => ({ actors: model.listDead(), cursor: null })),
      deadLetters: (actor) => step(() => model.deadLetters(actor)),
      redrive: (actor, ids) => step(() => model.redrive(actor, ids)),
      drop: (actor, ids) => step(() => model.drop(actor, ids)),
      listen: missing,
    },
    channels: {
      publish: (input, options) => step(() => model.channels.publish(input, options)),
      history: (channel, query) => step(() => model.channels.history(channel, query)),
      removeHistory: (channel) => step(() => model.channels.removeHistory(channel)),
      updatePresence: (batch) => step(() => batch.map((update) => model.presence.update(update))),
      removePresence: (channel, client) => step(() => model.presence.remove(channel, client)),
      presence: missing,
      presenceStats: missing,
      attach: missing,
      subscribe: missing,
      unsubscribe: missing,
      signal: missing,
    },
    membership: { heartbeat: missing, leave: missing },
    tokens: { take: missing },
    health: missing,
    counters: () => ({ dead_letters_dropped: model.deadLettersDropped }),
    close: () => Promise.resolve(),
  };
  return Promise.resolve({
    store,
    clock,
    another: () => Promise.resolve(store),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
};
