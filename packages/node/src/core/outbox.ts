import type { Settlement } from './agent-events.ts';
import { Retry } from './retry.ts';
import type { readOutcomes } from './read-reply.ts';

export interface OutboxLimits {
  /** The most settlements in one call. */
  readonly maxBatch: number;
  /** The most bytes of one call's body. */
  readonly maxBatchBytes: number;
  /** How long the first of a batch waits for others, in ms. */
  readonly batchMs: number;
}

interface Waiting {
  readonly settlement: Settlement;
  readonly bytes: number;
  readonly retry: Retry;
  /** It was refused together with others: it goes by itself. */
  alone: boolean;
}

/** What a call that was answered came to. */
export interface Delivered {
  readonly received: Settlement[];
  /** There is no such job any more. */
  readonly unwanted: Settlement[];
}

export type Outcomes = ReturnType<typeof readOutcomes>;

const BUSY = { baseMs: 500, capMs: 15_000 };
const CALL = { baseMs: 200, capMs: 10_000 };

/** Results, or failures, that are on their way: those that come together go together, one call at a time, until each is answered. */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #retry = new Retry(CALL);
  /** May go, in this order. */
  readonly #ready: Waiting[] = [];
  /** Have been told `busy`. */
  #later: Waiting[] = [];
  #sent: Waiting[] | null = null;
  #flushAt = Infinity;
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#ready.length + this.#later.length + (this.#sent?.length ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isSending(): boolean {
    return this.#sent !== null;
  }

  /** Everything in it. */
  *all(): Iterable<Settlement> {
    for (const list of [this.#sent ?? [], this.#ready, this.#later]) {
      for (const { settlement } of list) yield settlement;
    }
  }

  add(settlement: Settlement, now: number): void {
    const bytes = utf8Length(settlement.body) + 1;
    this.#bytes += bytes;
    this.#ready.push({ settlement, bytes, retry: new Retry(BUSY), alone: false });
    this.#flushAt = Math.min(this.#flushAt, now + this.#limits.batchMs);
  }

  /** When `take` may have something; `Infinity`: not before something happens. */
  get nextAt(): number {
    if (this.#sent !== null) return Infinity;
    const fresh = this.#ready.length > 0 ? this.#flushAt : Infinity;
    const later = this.#later.reduce((at, { retry }) => Math.min(at, retry.at), fresh);
    return Math.max(later, this.#retry.at);
  }

  /** The bodies of the next call; empty: there is nothing to send now. */
  take(now: number): readonly string[] {
    if (now < this.nextAt) return [];
    const due = this.#later.filter(({ retry }) => retry.at <= now);
    if (due.length > 0) {
      this.#later = this.#later.filter(({ retry }) => retry.at > now);
      this.#ready.push(...due);
    }
    const { maxBatch, maxBatchBytes } = this.#limits;
    let bytes = 0;
    let count = 0;
    for (const each of this.#ready) {
      bytes += each.bytes;
      if (count > 0 && (count >= maxBatch || bytes > maxBatchBytes || each.alone)) break;
      count += 1;
      if (each.alone) break;
    }
    this.#sent = this.#ready.splice(0, count);
    this.#flushAt = this.#ready.length > 0 ? now : Infinity;
    return this.#sent.map(({ settlement }) => settlement.body);
  }

  /** The call was answered with these outcomes. */
  answered(outcomes: Outcomes, now: number, random: () => number): Delivered {
    const delivered: Delivered = { received: [], unwanted: [] };
    let isProgress = false;
    for (const each of this.#takeBack()) {
      const outcome = outcomes.get(each.settlement.attempt);
      if (outcome === 'received' || outcome === 'unknown') {
        delivered[outcome === 'received' ? 'received' : 'unwanted'].push(each.settlement);
        this.#bytes -= each.bytes;
        isProgress = true;
      } else {
        each.retry.failed(now, random());
        this.#later.push(each);
      }
    }
    if (isProgress) this.#retry.succeeded();
    if (this.#ready.length > 0) this.#flushAt = now;
    return delivered;
  }

  /** There was no answer, or none that settles anything. */
  failed(now: number, random: number, atLeastMs?: number): void {
    this.#retry.failed(now, random, atLeastMs);
    this.#ready.unshift(...this.#takeBack());
    this.#flushAt = now;
  }

  /** The server does not understand it, or it is too large: each goes by itself, and what is refused by itself is given up. */
  refused(now: number): readonly Settlement[] {
    const sent = this.#takeBack();
    const [only] = sent;
    this.#flushAt = now;
    if (sent.length === 1 && only !== undefined) {
      this.#bytes -= only.bytes;
      if (this.#ready.length === 0) this.#flushAt = Infinity;
      return [only.settlement];
    }
    for (const each of sent) each.alone = true;
    this.#ready.unshift(...sent);
    return [];
  }

  #takeBack(): Waiting[] {
    const sent = this.#sent ?? [];
    this.#sent = null;
    return sent;
  }
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Two units of a pair are two bytes each, which makes the four of their character.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
