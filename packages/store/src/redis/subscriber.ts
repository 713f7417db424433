import { setTimeout as sleep } from 'node:timers/promises';
import { classify } from './failure.ts';
import { endpointOf } from './router.ts';
import { makeClient, reconnectDelay, type ConnectionSettings } from './server-connection.ts';

type Client = ReturnType<typeof makeClient>;

/** One sharded channel that this process wants. */
export interface Subscription {
  readonly name: string;
  readonly slot: number;
  readonly handler: (payload: string) => void;
  /** False once it was given up. */
  wanted: boolean;
  /** It was in force before, so that coming back is an interruption that has ended. */
  wasActive: boolean;
}

/** What a subscriber reports. */
export interface SubscriberEvents {
  /** In force, for the first time or again. */
  onActive(subscriptions: readonly Subscription[]): void;
  /** The server does not have these slots (any more). */
  onMoved(subscriptions: readonly Subscription[]): void;
  /** It is connecting anew, and not for the first time. */
  onLost(): void;
  onMessage(name: string, payload: string): void;
}

const MAX_NAMES = 200;
const RETRY_MS = 100;
/** A connection that lived this long ends a series of failures. */
const SETTLED_MS = 10_000;

/**
 * The connection to one server over which sharded pub/sub comes. It is thrown away and made anew after every error, so that what is
 * subscribed is always what this object knows.
 */
export class Subscriber {
  readonly address: string;
  readonly #settings: ConnectionSettings;
  readonly #events: SubscriberEvents;
  readonly #waiting = new Set<Subscription>();
  readonly #active = new Map<string, Subscription>();
  #client: Client | undefined;
  #pumping = false;
  #failures = 0;
  #closed = false;

  constructor(address: string, settings: ConnectionSettings, events: SubscriberEvents) {
    this.address = address;
    this.#settings = settings;
    this.#events = events;
    this.#connect();
  }

  get ready(): boolean {
    return this.#client?.isReady === true;
  }

  get idle(): boolean {
    return this.#waiting.size === 0 && this.#active.size === 0;
  }

  add(subscription: Subscription): void {
    this.#waiting.add(subscription);
    // What is asked for in one turn of the event loop goes in one command.
    setImmediate(() => void this.#pump());
  }

  /** Resolves when the server has taken it out, or cannot be asked. */
  async remove(subscription: Subscription): Promise<void> {
    this.#waiting.delete(subscription);
    if (!this.#active.delete(subscription.name)) return;
    try {
      if (this.ready)
        await this.#limited(this.#client?.sUnsubscribe(subscription.name, this.#listener));
    } catch {
      // The connection has gone, and the subscription with it.
    }
  }

  /** Takes out and gives everything whose slot is not here, by `isHere`. */
  takeMoved(isHere: (slot: number) => boolean): Subscription[] {
    const moved = [...this.#active.values(), ...this.#waiting].filter(({ slot }) => !isHere(slot));
    for (const subscription of moved) void this.remove(subscription);
    return moved;
  }

  close(): void {
    this.#closed = true;
    this.#client?.destroy();
  }

  readonly #listener = (payload: string, name: string): void => {
    this.#events.onMessage(name, payload);
  };

  #connect(): void {
    if (this.#closed) return;
    const client = makeClient(endpointOf(this.address), this.#settings);
    this.#client = client;
    let readyAt: number | undefined;
    client.on('ready', () => {
      readyAt = performance.now();
      void this.#pump();
    });
    client.on('reconnecting', () => this.#events.onLost());
    client.on('error', () => {
      // Before it was ready it goes on trying by itself.
      if (readyAt === undefined || this.#client !== client) return;
      if (performance.now() - readyAt > SETTLED_MS) this.#failures = 0;
      this.#restart(client);
    });
    client.on('sharded-channel-moved', (name: string) => {
      const subscription = this.#active.get(name);
      if (subscription === undefined) return;
      this.#active.delete(name);
      this.#events.onMoved([subscription]);
    });
    client.connect().catch(() => undefined);
  }

  #restart(client: Client): void {
    this.#client = undefined;
    client.destroy();
    for (const subscription of this.#active.values()) this.#waiting.add(subscription);
    this.#active.clear();
    this.#settings.onReconnect();
    this.#events.onLost();
    setTimeout(() => this.#connect(), reconnectDelay(this.#failures));
    this.#failures += 1;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#waiting.size > 0 && this.ready) {
      const batch = this.#batch();
      const client = this.#client;
      try {
        await this.#limited(
          client?.sSubscribe(
            batch.map(({ name }) => name),
            this.#listener,
          ),
        );
        if (this.#client === client) this.#activate(batch);
        else this.#wait(batch);
      } catch (error) {
        const { type } = classify(error);
        if (type === 'moved' || type === 'ask') {
          this.#events.onMoved(batch);
        } else {
          this.#wait(batch);
          await sleep(RETRY_MS);
        }
      }
    }
    this.#pumping = false;
  }

  /** Puts back those that nobody gave up meanwhile: of those somebody may have asked for the name again. */
  #wait(batch: readonly Subscription[]): void {
    for (const subscription of batch) if (subscription.wanted) this.#waiting.add(subscription);
  }

  /** Takes the next ones of one slot: a Cluster wants no more in one command. */
  #batch(): Subscription[] {
    const batch: Subscription[] = [];
    for (const subscription of this.#waiting) {
      if (batch[0] !== undefined && batch[0].slot !== subscription.slot) continue;
      batch.push(subscription);
      if (batch.length === MAX_NAMES) break;
    }
    for (const subscription of batch) this.#waiting.delete(subscription);
    return batch;
  }

  #activate(batch: readonly Subscription[]): void {
    for (const subscription of batch) {
      this.#active.set(subscription.name, subscription);
      if (!subscription.wanted) void this.remove(subscription);
    }
    this.#events.onActive(batch.filter(({ wanted }) => wanted));
  }

  async #limited(reply: Promise<unknown> | undefined): Promise<void> {
    const late = Symbol('late');
    const limit = sleep(this.#settings.timeoutMs, late, { ref: false });
    if ((await Promise.race([reply, limit])) === late) throw new Error('no answer in time');
  }
}
