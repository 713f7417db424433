import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store-error.ts';
import type { Counters } from './counters.ts';
import { Deadlines } from './deadlines.ts';
import { classify, notConnected, unavailable, type Failure } from './failure.ts';
import type { Place } from './place.ts';
import type { Router } from './router.ts';
import { script, sourceOf } from './script-loader.ts';
import type { ServerConnection } from './server-connection.ts';

export interface LinkOptions {
  readonly router: Router;
  readonly counters: Counters;
  readonly timeoutMs: number;
  readonly dedupWindowMs: number;
  readonly now: (() => number) | undefined;
}

export interface RunOptions {
  /** Doing it twice is doing it once: it is tried again when the connection went before the answer came. Default false. */
  readonly idempotent?: boolean;
  /** Belongs to what was asked before the store was told to close. Default false. */
  readonly internal?: boolean;
}

/** What the server keeps longer than needed: with a clock of its own, a test may stand still while real time goes by. */
const GRACE_MS = 10_000;
const GRACE_WITH_CLOCK_MS = 600_000;
/** A server that answers nothing for this many time-outs is connected to anew. */
const STALLED_TIMEOUTS = 3;
const RETRY_MIN_MS = 10;
const RETRY_MAX_MS = 200;

/** Runs scripts and commands where their keys are, follows the slots, and never takes longer than the time-out. */
export class Link {
  readonly deadlines: Deadlines;
  readonly #options: LinkOptions;
  readonly #window: string;
  readonly #grace: string;
  #pending = 0;
  #closing = false;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.deadlines = new Deadlines(options.timeoutMs);
    this.#window = String(options.dedupWindowMs);
    this.#grace = String(options.now === undefined ? GRACE_MS : GRACE_WITH_CLOCK_MS);
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** The time, in ms, where no script asks the server for it. */
  now(): number {
    return Math.floor((this.#options.now ?? Date.now)());
  }

  /** Calls that have not ended. */
  get pending(): number {
    return this.#pending;
  }

  /** The head of a script's command; append the script's own arguments and give the array to `run`. */
  head(name: string): string[] {
    const { now } = this.#options;
    return [
      'EVALSHA',
      script(name).sha,
      '2',
      '',
      '',
      now === undefined ? '' : String(Math.floor(now())),
      this.#window,
      this.#grace,
    ];
  }

  /** Runs a script at a place. `args` comes from `head` and is not to be used again. */
  async run(place: Place, args: string[], options: RunOptions = {}): Promise<unknown> {
    args[3] = place.base;
    args[4] = place.guard;
    this.#options.counters.add('batches');
    return this.#tracked(place, args, options);
  }

  /** Sends one command whose keys are at a place. */
  async command(place: Place, args: readonly string[], options: RunOptions = {}): Promise<unknown> {
    return this.#tracked(place, [...args], options);
  }

  /** Throws a StoreError 'closed' once the store is closing. */
  checkOpen(): void {
    if (this.#closing) throw new StoreError('closed', 'the store has been closed');
  }

  /** Refuses what comes from now on. What was asked before still runs, by `internal` calls. */
  refuse(): void {
    this.#closing = true;
  }

  abort(): void {
    this.#closing = true;
    this.#closed = true;
    this.deadlines.close();
  }

  async #tracked(place: Place, args: string[], options: RunOptions): Promise<unknown> {
    if (options.internal !== true) this.checkOpen();
    if (this.#closed) throw new StoreError('closed', 'the store has been closed');
    this.#pending += 1;
    try {
      return await this.#attempts(place, args, options);
    } finally {
      this.#pending -= 1;
    }
  }

  async #attempts(place: Place, args: string[], options: RunOptions): Promise<unknown> {
    const { router } = this.#options;
    const deadline = performance.now() + this.timeoutMs;
    let asking: ServerConnection | undefined;
    let delay = RETRY_MIN_MS;
    for (;;) {
      const connection = asking ?? router.connectionOf(place.slot);
      let failure: Failure;
      if (connection !== undefined && this.#usable(connection)) {
        try {
          return await this.#once(connection, args, asking !== undefined);
        } catch (error) {
          failure = classify(error);
        }
      } else {
        failure = { type: 'later', error: notConnected(connection?.problem), reconnect: false };
      }
      asking = undefined;
      if (this.#closed) throw new StoreError('closed', 'the store has been closed');
      switch (failure.type) {
        case 'no-script':
          // EVAL keeps the script, so the next EVALSHA finds it.
          this.#options.counters.add('noscript_reloads');
          args[0] = 'EVAL';
          args[1] = sourceOf(args[1] ?? '');
          continue;
        case 'ask':
          this.#options.counters.add('redirects');
          asking = router.connectionAt(failure.address);
          if (asking.ready) continue;
          break;
        case 'moved':
          this.#options.counters.add('redirects');
          if (await router.refresh(deadline)) continue;
          break;
        case 'lost':
          if (options.idempotent !== true) throw failure.error;
          break;
        case 'later':
          if (failure.reconnect) connection?.recycle();
          break;
        case 'final':
          throw failure.error;
      }
      if (performance.now() + delay > deadline) {
        throw 'error' in failure ? failure.error : unavailable('its slot keeps moving');
      }
      await sleep(delay * (0.5 + Math.random() / 2));
      delay = Math.min(delay * 2, RETRY_MAX_MS);
      void router.refresh(deadline);
    }
  }

  async #once(connection: ServerConnection, args: string[], asking: boolean): Promise<unknown> {
    // One after the other on one connection: ASKING holds for the next command only.
    if (asking) connection.send(['ASKING']).catch(() => undefined);
    return this.deadlines.within(
      connection.send(args),
      () => new StoreError('timeout', `redis: no answer within ${this.timeoutMs} ms`),
    );
  }

  /** Nothing more is written to a server that has stopped answering, which bounds what waits in its socket. */
  #usable(connection: ServerConnection): boolean {
    if (connection.stalledMs > STALLED_TIMEOUTS * this.timeoutMs) connection.recycle();
    return connection.ready && connection.stalledMs < this.timeoutMs;
  }
}
