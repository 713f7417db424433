import type { Millis, PresenceEvents, PresenceResult, PresenceUpdate } from '@belfry/store';

interface Connection {
  readonly channel: string;
  readonly client: string;
  readonly user: string;
  readonly until: Millis;
  readonly events: PresenceEvents | null;
}

/** How presence reaches the actors. */
export interface PresenceWorld {
  readonly now: () => Millis;
  readonly exists: (events: PresenceEvents) => boolean;
  readonly tell: (events: PresenceEvents, body: string) => void;
}

/**
 * Who is in which channel. The first connection of a user is told as `enter`, the last one that goes as `leave`. What has expired is
 * gone when somebody looks: a driver may tell of it at the next claim, and tells of it before it tells of what the user does next.
 */
export class PresenceModel {
  readonly #world: PresenceWorld;
  readonly #connections = new Map<string, Connection>();

  constructor(world: PresenceWorld) {
    this.#world = world;
  }

  update(update: PresenceUpdate): PresenceResult {
    const { channel, client, user, events = null } = update;
    if (events?.mustExist && !this.#world.exists(events)) return 'no-actor';
    this.expire((one) => one.channel === channel);
    const old = this.#connections.get(`${channel}\n${client}`);
    if (old && old.user !== user) this.#end(old);
    const isFirst = !this.#isThere(channel, user);
    const until = this.#world.now() + update.ttlMs;
    this.#connections.set(`${channel}\n${client}`, { channel, client, user, until, events });
    if (isFirst && events) this.#world.tell(events, events.enter);
    return old?.user === user ? 'updated' : 'entered';
  }

  remove(channel: string, client: string): void {
    const connection = this.#connections.get(`${channel}\n${client}`);
    if (connection) this.#end(connection);
  }

  /** Ends what has expired, the earliest first, where `which` says so. */
  expire(which: (connection: { readonly channel: string }) => boolean): void {
    const now = this.#world.now();
    const expired = [...this.#connections.values()].filter((one) => one.until <= now && which(one));
    for (const one of expired.toSorted((a, b) => a.until - b.until)) this.#end(one);
  }

  /** The clients that are there, sorted. */
  clients(channel: string): string[] {
    const now = this.#world.now();
    const there = [...this.#connections.values()].filter(
      (one) => one.channel === channel && one.until > now,
    );
    return there.map(({ client }) => client).toSorted();
  }

  isAnyoneIn(which: (channel: string) => boolean): boolean {
    return this.#connections.values().some(({ channel }) => which(channel));
  }

  #isThere(channel: string, user: string): boolean {
    return this.#connections.values().some((one) => one.channel === channel && one.user === user);
  }

  #end(connection: Connection): void {
    const { channel, client, user, events } = connection;
    this.#connections.delete(`${channel}\n${client}`);
    if (events && !this.#isThere(channel, user)) this.#world.tell(events, events.leave);
  }
}
