import type { ChannelStore, HistoryReply } from '@belfry/store';
import type { Hub } from '../core/hub.ts';
import type { Subscription } from '../core/subscription.ts';

/** How long a publication may be on its way before a subscription that lacks it has lost it, in ms. */
const GRACE_MS = 1000;
/** How many channels are asked about at once. */
const CONCURRENCY = 64;
/** After which time channels that could not be asked about are tried again, in ms: doubling from the first to the last. */
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 8_000;

interface Options {
  readonly store: ChannelStore;
  readonly hub: Hub;
  /** In which time every channel is checked once; 0: only after interruptions. */
  readonly periodMs: number;
  /** See `SessionLimits`. */
  readonly askedPositionMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Compares what subscriptions have with what the store has, one question per channel however many are on it: all channels within a
 * period, and at once those whose delivery was interrupted. A subscription that is behind, and still is a moment later, is lost.
 */
export class PositionChecker {
  readonly #options: Options;
  readonly #queue = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Could not be asked about: the store was away again. */
  readonly #failed = new Set<string>();
  #retrying = false;
  #retryMs = RETRY_FIRST_MS;
  #round: Iterator<string> | null = null;
  #roundStart = 0;
  #roundSize = 0;
  #roundDone = 0;
  #running = 0;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Checks these soon. */
  check(channels: Iterable<string>): void {
    for (const channel of channels) this.#queue.add(channel);
    this.#pump();
  }

  /** To be called often: checks as many channels as the period asks for by now. */
  advance(now: number): void {
    const { periodMs, hub } = this.#options;
    if (periodMs === 0) return;
    if (this.#round === null) {
      this.#round = [...hub.channels()].values();
      this.#roundStart = now;
      this.#roundSize = hub.channelCount;
      this.#roundDone = 0;
    }
    const share = Math.min(1, (now - this.#roundStart) / periodMs);
    const due = Math.ceil(this.#roundSize * share);
    while (this.#roundDone < due) {
      const next = this.#round.next();
      if (next.done === true) break;
      this.#roundDone++;
      this.#queue.add(next.value);
    }
    if (share === 1) this.#round = null;
    this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.clear();
    this.#failed.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #pump(): void {
    for (const channel of this.#queue) {
      if (this.#running >= CONCURRENCY || this.#stopped) return;
      this.#queue.delete(channel);
      void this.#checkOne(channel);
    }
  }

  #positioned(channel: string): Subscription[] {
    return [...this.#options.hub.subscribers(channel)].filter(
      (each) =>
        each.state === 'live' &&
        each.grant?.positioning === true &&
        each.namespace.history.size > 0,
    );
  }

  async #checkOne(channel: string): Promise<void> {
    // One that is being set up may have read its history before what was lost.
    if (this.#isAwaited(channel)) this.#after(GRACE_MS, () => this.check([channel]));
    const first = this.#positioned(channel)[0];
    if (first === undefined) return;
    const { store, askedPositionMs } = this.#options;
    const metaTtlMs = Math.min(first.namespace.history.metaTtlMs, askedPositionMs);
    this.#running++;
    try {
      const top = await store.history(channel, { limit: 0, metaTtlMs });
      this.#retryMs = RETRY_FIRST_MS;
      const behind = this.#positioned(channel).filter((each) => isBehind(each, top));
      if (behind.length > 0) this.#later(behind, top);
    } catch (error) {
      this.#options.onError(error);
      this.#failed.add(channel);
      this.#retry();
    } finally {
      this.#running--;
      this.#pump();
    }
  }

  #isAwaited(channel: string): boolean {
    for (const { state } of this.#options.hub.subscribers(channel)) {
      if (state === 'pending') return true;
    }
    return false;
  }

  #retry(): void {
    if (this.#retrying) return;
    this.#retrying = true;
    this.#after(this.#retryMs, () => {
      this.#retrying = false;
      const failed = [...this.#failed];
      this.#failed.clear();
      this.check(failed);
    });
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_LAST_MS);
  }

  #later(behind: readonly Subscription[], top: HistoryReply): void {
    this.#after(GRACE_MS, () => {
      for (const each of behind) if (isBehind(each, top)) each.session.lost(each);
    });
  }

  #after(ms: number, act: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

function isBehind(subscription: Subscription, top: HistoryReply): boolean {
  return subscription.epoch !== top.epoch || subscription.offset < top.offset;
}
