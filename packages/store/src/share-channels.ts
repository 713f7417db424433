import type { ChannelListener, ChannelStore } from './channel-store.ts';

/** Who wants a channel, and the promise that it is subscribed. */
interface Subscription {
  readonly wantedBy: Set<View>;
  readonly ready: Promise<void>;
}

interface View {
  listener: ChannelListener | null;
}

/**
 * Lets several parts of one process have a `ChannelStore` each, with a listener of its own, over the one that a driver gives. A
 * channel is subscribed while any of them wants it, and each hears of its own channels only.
 *
 * @returns a function that makes one more of them
 */
export function shareChannels(channels: ChannelStore): () => ChannelStore {
  const subscriptions = new Map<string, Subscription>();
  const views: View[] = [];
  /** Per channel the last step asked of the driver: subscribing waits for the unsubscribing before it. */
  const tails = new Map<string, Promise<void>>();

  function inTurn(channel: string, step: () => Promise<void>): Promise<void> {
    const before = tails.get(channel) ?? Promise.resolve();
    const done = before.then(step);
    // The next step does not care how this one ended.
    const tail = done.catch(() => {});
    tails.set(channel, tail);
    void tail.then(() => tails.get(channel) === tail && tails.delete(channel));
    return done;
  }

  function subscribe(view: View, channel: string): Promise<void> {
    const existing = subscriptions.get(channel);
    if (existing !== undefined) {
      existing.wantedBy.add(view);
      return existing.ready;
    }
    const ready = inTurn(channel, () => channels.subscribe(channel));
    const subscription: Subscription = { wantedBy: new Set([view]), ready };
    subscriptions.set(channel, subscription);
    ready.catch(() => {
      if (subscriptions.get(channel) === subscription) subscriptions.delete(channel);
    });
    return ready;
  }

  async function unsubscribe(view: View, channel: string): Promise<void> {
    const subscription = subscriptions.get(channel);
    if (subscription?.wantedBy.delete(view) !== true || subscription.wantedBy.size > 0) return;
    subscriptions.delete(channel);
    await inTurn(channel, () => channels.unsubscribe(channel));
  }

  const nobody: ReadonlySet<View> = new Set();
  const viewsOf = (channel: string): ReadonlySet<View> =>
    subscriptions.get(channel)?.wantedBy ?? nobody;

  channels.attach({
    onPublication(channel, publication, epoch) {
      for (const view of viewsOf(channel)) {
        view.listener?.onPublication(channel, publication, epoch);
      }
    },
    onSignal(channel, body) {
      for (const view of viewsOf(channel)) view.listener?.onSignal(channel, body);
    },
    onInterrupted(interrupted) {
      for (const view of views) {
        if (interrupted === 'all') {
          view.listener?.onInterrupted('all');
          continue;
        }
        const own = interrupted.filter((name) => viewsOf(name).has(view));
        if (own.length > 0) view.listener?.onInterrupted(own);
      }
    },
  });

  return () => {
    const view: View = { listener: null };
    views.push(view);
    return {
      attach(listener) {
        view.listener = listener;
      },
      subscribe: (channel) => subscribe(view, channel),
      unsubscribe: (channel) => unsubscribe(view, channel),
      publish: (publication, options) => channels.publish(publication, options),
      history: (channel, query) => channels.history(channel, query),
      removeHistory: (channel) => channels.removeHistory(channel),
      updatePresence: (batch) => channels.updatePresence(batch),
      removePresence: (channel, client) => channels.removePresence(channel, client),
      presence: (channel) => channels.presence(channel),
      presenceStats: (channel) => channels.presenceStats(channel),
      signal: (channel, body) => channels.signal(channel, body),
    };
  };
}
