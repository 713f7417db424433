import { setTimeout as sleep } from 'node:timers/promises';
import { classify, unavailable } from './failure.ts';
import type { Endpoint } from './redis-url.ts';
import { ServerConnection, type ConnectionSettings } from './server-connection.ts';

const SLOTS = 16_384;
const POLL_MS = 20;
const MIN_REFRESH_MS = 100;

/**
 * Knows which server has which slot, and holds one connection per server. A Cluster's layout is read at the start, whenever a server
 * says that a slot has moved, and while one cannot be reached (its replica may have taken over).
 */
export class Router {
  readonly #settings: ConnectionSettings;
  readonly #connections = new Map<string, ServerConnection>();
  readonly #listeners = new Set<() => void>();
  #owners: (string | undefined)[] = [];
  #cluster = false;
  #refreshing: Promise<boolean> | undefined;
  #refreshedAt = 0;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  get cluster(): boolean {
    return this.#cluster;
  }

  /** Connects to a seed and, in a Cluster, to every master. Gives what the seed says about itself (`INFO`). */
  async start(): Promise<string> {
    const { target, timeoutMs } = this.#settings;
    const deadline = performance.now() + timeoutMs;
    for (const seed of target.seeds) this.#connection(addressOf(seed));
    const info = await this.#firstAnswer(['INFO'], deadline);
    this.#cluster =
      target.cluster || /^redis_mode:cluster/m.test(info) || /^cluster_enabled:1/m.test(info);
    if (!this.#cluster) return info;
    while (!(await this.refresh(deadline))) {
      if (performance.now() > deadline) throw unavailable('the Cluster does not tell its slots');
      await sleep(POLL_MS);
    }
    return info;
  }

  /** The connection to the server of a slot; `undefined` while nobody is known to have it. */
  connectionOf(slot: number): ServerConnection | undefined {
    const address = this.addressOf(slot);
    return address === undefined ? undefined : this.#connection(address);
  }

  /** `host:port` of the server that has a slot. */
  addressOf(slot: number): string | undefined {
    return this.#cluster ? this.#owners[slot] : this.#connections.keys().next().value;
  }

  /** The connection to a server by its address. */
  connectionAt(address: string): ServerConnection {
    return this.#connection(address);
  }

  connections(): readonly ServerConnection[] {
    return [...this.#connections.values()];
  }

  /** Called after slots have moved. */
  onMoved(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the layout anew, once for all who ask meanwhile. False: nobody answered, or it was read just now. */
  async refresh(deadline: number = performance.now() + this.#settings.timeoutMs): Promise<boolean> {
    if (!this.#cluster || this.#closed) return false;
    if (this.#refreshing === undefined) {
      if (performance.now() - this.#refreshedAt < MIN_REFRESH_MS) return false;
      this.#refreshedAt = performance.now();
      this.#refreshing = this.#read(deadline).finally(() => {
        this.#refreshing = undefined;
      });
    }
    return this.#refreshing;
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #read(deadline: number): Promise<boolean> {
    for (const connection of this.connections()) {
      if (!connection.ready) continue;
      const limit = Math.max(0, Math.min(deadline - performance.now(), 2_000));
      try {
        const reply = await Promise.race([
          connection.send(['CLUSTER', 'SLOTS']),
          sleep(limit, undefined, { ref: false }),
        ]);
        if (reply === undefined || this.#closed) continue;
        this.#apply(readSlots(reply, connection.endpoint.host));
        return true;
      } catch {
        // The next one may know.
      }
    }
    // Whoever is known may have gone for good: next time the seeds are asked as well.
    for (const seed of this.#settings.target.seeds) this.#connection(addressOf(seed));
    return false;
  }

  #apply(owners: (string | undefined)[]): void {
    const known = new Set(owners);
    if (known.size === 1 && known.has(undefined)) return;
    const moved = owners.some((owner, slot) => owner !== this.#owners[slot]);
    this.#owners = owners;
    for (const address of known) if (address !== undefined) this.#connection(address);
    for (const [address, connection] of this.#connections) {
      if (known.has(address)) continue;
      this.#connections.delete(address);
      connection.close();
    }
    if (moved) for (const listener of this.#listeners) listener();
  }

  #connection(address: string): ServerConnection {
    let connection = this.#connections.get(address);
    if (connection === undefined) {
      connection = new ServerConnection(endpointOf(address), this.#settings);
      this.#connections.set(address, connection);
    }
    return connection;
  }

  async #firstAnswer(args: readonly string[], deadline: number): Promise<string> {
    let last: unknown;
    for (;;) {
      for (const connection of this.connections()) {
        if (!connection.ready) {
          last = connection.problem ?? last;
          continue;
        }
        try {
          return String(await connection.send(args));
        } catch (error) {
          last = error;
          const failure = classify(error);
          if (failure.type === 'final') throw failure.error;
        }
      }
      if (performance.now() > deadline) {
        const seeds = this.connections().map(({ endpoint }) => addressOf(endpoint));
        const why = last instanceof Error && last.message !== '' ? ` (${last.message})` : '';
        throw unavailable(`no server answers at ${seeds.join(', ')}${why}`, last);
      }
      await sleep(POLL_MS);
    }
  }
}

export function addressOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

export function endpointOf(address: string): Endpoint {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** `CLUSTER SLOTS`: [from, to, [host, port, …] of the master, …]; a host may be empty for "the one you asked". */
function readSlots(reply: unknown, askedHost: string): (string | undefined)[] {
  const owners: (string | undefined)[] = Array.from({ length: SLOTS });
  if (!Array.isArray(reply)) return owners;
  for (const range of reply as [number, number, [string | null, number]][]) {
    const [from, to, [host, port]] = range;
    const address = `${host === null || host === '' || host === '?' ? askedHost : host}:${port}`;
    owners.fill(address, Number(from), Number(to) + 1);
  }
  return owners;
}
