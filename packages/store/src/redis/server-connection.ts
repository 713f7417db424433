import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { Endpoint, RedisTarget } from './redis-url.ts';

type Client = ReturnType<typeof createClient>;

/** What every connection of a store has in common. */
export interface ConnectionSettings {
  readonly target: RedisTarget;
  readonly timeoutMs: number;
  /** Called when a connection is there again after it had gone. */
  readonly onReconnect: () => void;
}

const READY_POLL_MS = 10;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 2_000;
const PING_MS = 5_000;
/** With a ping every PING_MS, so long a silence means that the other end has gone without a word. */
const SILENCE_MS = 15_000;

/** Doubling, capped, the upper half random, so that processes do not come back all at once. */
export function reconnectDelay(retries: number): number {
  const delay = Math.min(RECONNECT_MIN_MS * 2 ** Math.min(retries, 10), RECONNECT_MAX_MS);
  return delay / 2 + Math.random() * (delay / 2);
}

/** A client of node-redis as this driver uses it: no queue while offline, no time-out of its own, reconnecting for ever. */
export function makeClient(endpoint: Endpoint, settings: ConnectionSettings): Client {
  const { target, timeoutMs } = settings;
  const client = createClient({
    socket: {
      host: endpoint.host,
      port: endpoint.port,
      connectTimeout: Math.min(timeoutMs, 5_000),
      socketTimeout: SILENCE_MS,
      reconnectStrategy: reconnectDelay,
      ...(target.tls ? { tls: true as const } : {}),
    },
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    database: target.database,
    name: 'belfry',
    RESP: 3,
    pingInterval: PING_MS,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // The driver has its own; node-redis' makes an AbortSignal for each command and ends when it was written.
    commandOptions: { timeout: 0 },
  }) as Client;
  // Every failure reaches the caller of a command; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

/** The connection to one server over which commands go. */
export class ServerConnection {
  readonly endpoint: Endpoint;
  readonly #settings: ConnectionSettings;
  #client: Client;
  #inFlight = 0;
  #lastProgress = 0;
  #closed = false;
  #problem: Error | undefined;

  constructor(endpoint: Endpoint, settings: ConnectionSettings) {
    this.endpoint = endpoint;
    this.#settings = settings;
    this.#client = this.#connect();
  }

  get ready(): boolean {
    return this.#client.isReady;
  }

  /** Why it is not connected, as far as known. */
  get problem(): Error | undefined {
    return this.ready ? undefined : this.#problem;
  }

  /** Resolves when it is connected, or after `limitMs`. */
  async whenReady(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!this.ready && !this.#closed && performance.now() < deadline) await sleep(READY_POLL_MS);
  }

  /** Rejects with what node-redis throws; see `classify`. */
  async send(args: readonly string[]): Promise<unknown> {
    if (this.#inFlight === 0) this.#lastProgress = performance.now();
    this.#inFlight += 1;
    try {
      return await this.#client.sendCommand(args);
    } finally {
      this.#inFlight -= 1;
      this.#lastProgress = performance.now();
    }
  }

  /** For how long commands have been waiting without any being answered, in ms. */
  get stalledMs(): number {
    return this.#inFlight === 0 ? 0 : performance.now() - this.#lastProgress;
  }

  /** Connects anew; what is under way rejects. For a server that answers no more, or has become a replica. */
  recycle(): void {
    if (this.#closed) return;
    const old = this.#client;
    this.#client = this.#connect();
    old.destroy();
    this.#settings.onReconnect();
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }

  #connect(): Client {
    const client = makeClient(this.endpoint, this.#settings);
    let wasReady = false;
    client.on('error', (error: Error) => {
      this.#problem = error;
    });
    client.on('ready', () => {
      if (wasReady) this.#settings.onReconnect();
      wasReady = true;
    });
    // It rejects only when it is destroyed before it was connected.
    client.connect().catch(() => undefined);
    return client;
  }
}
