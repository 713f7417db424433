import type { ChannelListener, ChannelStore } from '@belfry/store';

interface Shared {
  readonly views: Set<ChannelListener>;
  /** Whether the store delivers the channel to this process. */
  subscribed: boolean;
  /** Settles when the last step on this channel has; steps on one channel run one after the other. */
  settled: Promise<void>;
}

/**
 * A store tells one listener per process; the Beacon, the asker and `belfry channels subscribe` each need one. Every call makes a view of
 * `channels` with a listener of its own; the store is subscribed while any view is.
 */
export function shareChannels(channels: ChannelStore): () => ChannelStore {
  const shared = new Map<string, Shared>();
  const listeners = new Set<ChannelListener>();

  const each = (channel: string, tell: (listener: ChannelListener) => void): void => {
    for (const listener of shared.get(channel)?.views ?? []) tell(listener);
  };
  channels.attach({
    onPublication(channel, publication, epoch) {
      each(channel, (listener) => listener.onPublication(channel, publication, epoch));
    },
    onSignal(channel, body) {
      each(channel, (listener) => listener.onSignal(channel, body));
    },
    onInterrupted(names) {
      for (const listener of listeners) listener.onInterrupted(names);
    },
  });

  const inTurn = (entry: Shared, step: () => Promise<void>): Promise<void> => {
    const done = entry.settled.then(step);
    entry.settled = done.catch(() => undefined);
    return done;
  };

  const subscribe = (channel: string, listener: ChannelListener): Promise<void> => {
    const entry = shared.get(channel) ?? {
      views: new Set(),
      subscribed: false,
      settled: Promise.resolve(),
    };
    shared.set(channel, entry);
    entry.views.add(listener);
    return inTurn(entry, async () => {
      if (entry.subscribed) return;
      try {
        await channels.subscribe(channel);
        entry.subscribed = true;
      } catch (error) {
        entry.views.delete(listener);
        if (entry.views.size === 0) shared.delete(channel);
        throw error;
      }
    });
  };

  const unsubscribe = (channel: string, listener: ChannelListener): Promise<void> => {
    const entry = shared.get(channel);
    if (entry === undefined || !entry.views.delete(listener)) return Promise.resolve();
    return inTurn(entry, async () => {
      // Somebody may have come while this waited.
      if (entry.views.size > 0 || !entry.subscribed) return;
      await channels.unsubscribe(channel);
      entry.subscribed = false;
      if (entry.views.size === 0) shared.delete(channel);
    });
  };

  return () => {
    let own: ChannelListener | undefined;
    const listener = (): ChannelListener => {
      if (own === undefined) throw new Error('attach a listener before subscribing');
      return own;
    };
    return {
      publish: (publication, options) => channels.publish(publication, options),
      history: (channel, query) => channels.history(channel, query),
      removeHistory: (channel) => channels.removeHistory(channel),
      updatePresence: (batch) => channels.updatePresence(batch),
      removePresence: (channel, client) => channels.removePresence(channel, client),
      presence: (channel) => channels.presence(channel),
      presenceStats: (channel) => channels.presenceStats(channel),
      signal: (channel, body) => channels.signal(channel, body),
      attach(given) {
        if (own !== undefined) listeners.delete(own);
        own = given;
        listeners.add(given);
      },
      subscribe: async (channel) => subscribe(channel, listener()),
      unsubscribe: async (channel) => unsubscribe(channel, listener()),
    };
  };
}
