import type { BelfryClient } from '@belfry/client';

export interface Session {
  readonly name: string;
  readonly client: BelfryClient;
}

interface SeatOptions {
  /** Where the guest is kept; asking for it may throw where storage is forbidden. */
  readonly storage: () => Storage;
  readonly storageKey: string;
}

/** A place for one guest, and their connection. */
export class Seat {
  readonly #options: SeatOptions;
  readonly #watchers = new Set<() => void>();
  #current: Session | null = null;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get session(): Session | null {
    return this.#current;
  }

  /** Hears when another session begins. */
  onSession(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Signs in under this name and connects; a session with the same name goes on. Rejects with a `BelfryError`. */
  async signIn(name: string): Promise<Session> {
    const current = this.#current;
    if (current?.name === name && current.client.state.type !== 'closed') return current;
    // Fetched when somebody comes: who only looks at the front page does without.
    const { connect, GuestSession } = await import('@belfry/client');
    // One window after the other, so that those who share a storage find the guest that the first one made.
    const guest = await oneAtATime(`belfry.sign-in.${this.#options.storageKey}`, async () => {
      const session = new GuestSession({ url: location.origin, name, ...this.#storage() });
      await session.signIn();
      return session;
    });
    this.#current?.client.close();
    const client = connect({
      url: location.origin,
      getToken: guest.getToken,
      name: 'belfry-portal',
      reconnect: { minMs: 200, maxMs: 3_000 },
    });
    this.#current = { name, client };
    for (const watcher of this.#watchers) watcher();
    return this.#current;
  }

  #storage(): { storage?: Storage; storageKey: string } {
    const { storage, storageKey } = this.#options;
    try {
      return { storage: storage(), storageKey };
    } catch {
      return { storageKey };
    }
  }
}

/** Browsers have locks on pages that they trust; elsewhere nobody waits. */
async function oneAtATime<T>(name: string, action: () => Promise<T>): Promise<T> {
  const locks = (navigator as Partial<Navigator>).locks;
  return locks === undefined ? action() : locks.request(name, action);
}
