import {
  allPartitions,
  type ClaimReply,
  type Lane,
  type Millis,
  type Partition,
} from '@belfry/store';
import { Alarm } from './alarm.ts';
import type { Preferences } from './rendezvous.ts';
import { prefers, type RunnerContext } from './runner-context.ts';

const LANES: readonly Lane[] = ['message', 'tick'];
const TICK_LANE: readonly Lane[] = ['tick'];

/** The shortest pause between two steps of the sweep, in ms: with many partitions each step takes several. */
const MIN_SWEEP_STEP_MS = 20;

export interface ClaimerInput {
  readonly context: RunnerContext;
  /** How many more actors of a partition may be taken now. */
  readonly room: (partition: Partition) => number;
  /** How many actors were claimed subject to the limit and have not come to rest since. */
  readonly claimed: () => number;
  /** Takes what was claimed. `limited`: subject to the limit of actors under way. */
  readonly onClaimed: (reply: ClaimReply, limited: boolean) => void;
}

/** What is known of one partition. */
interface Desk {
  readonly partition: Partition;
  claiming: boolean;
  /** Since when, on the local clock. */
  since: Millis;
  /** The partition does not answer, and has not yet since: its claims do not count against the others. */
  slow: boolean;
  /** The claim on its way does. */
  counts: boolean;
  /** How many actors that claim may give within the limit, as long as it counts. */
  asked: number;
  /** Something came due while a claim was on its way: it may have come too late for that one. */
  again: boolean;
  /** A tick is due: it need not wait until there is room for messages within the limit. */
  tick: boolean;
  /** The next claim is the sweep's: it takes what is overdue in lanes that prefer others. */
  sweep: boolean;
  /** Claims in a row that failed, or gave nothing though something was due. */
  misses: number;
}

/** What a claim asks for. */
interface Terms {
  readonly limit: number;
  /** It is subject to the limit of actors under way; otherwise it takes ticks alone. */
  readonly limited: boolean;
}

/** Decides when to claim in which partition, and claims. */
export class Claimer {
  readonly #input: ClaimerInput;
  readonly #desks: readonly Desk[];
  /** Per lane of a partition, `2 · partition + lane`, when something is due there. */
  readonly #alarm: Alarm<number>;
  /** Partitions whose claim waits for room. */
  readonly #waiting = new Set<Desk>();
  #claims = 0;
  /** Of these, those that count. */
  #quickClaims = 0;
  /** The actors that these may give within the limit. */
  #asked = 0;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;
  #sweepTimer: ReturnType<typeof setTimeout> | undefined;
  #sweepNext = 0;

  constructor(input: ClaimerInput) {
    this.#input = input;
    this.#desks = allPartitions(input.context.store.partitions).map((partition) => ({
      partition,
      claiming: false,
      since: 0,
      slow: false,
      counts: false,
      asked: 0,
      tick: false,
      again: false,
      sweep: false,
      misses: 0,
    }));
    this.#alarm = new Alarm(input.context.clock, (place) => {
      this.#due(this.#desks[place >> 1], LANES[place & 1]);
    });
    // Processes that started together do not sweep together.
    this.#sweepNext = Math.floor(Math.random() * this.#desks.length);
  }

  /** Claims that are on their way. */
  get claims(): number {
    return this.#claims;
  }

  start(): void {
    this.#scheduleSweep();
  }

  stop(): void {
    this.#alarm.clear();
    this.#waiting.clear();
    clearTimeout(this.#waitTimer);
    clearTimeout(this.#sweepTimer);
  }

  /** Other partitions prefer this process now; look at those that came, forget those that went. */
  prefer(gained: Preferences): void {
    for (const desk of this.#desks) {
      const { partition } = desk;
      for (const lane of LANES) {
        if (!prefers(this.#input.context, partition, lane))
          this.#alarm.delete(place(partition, lane));
      }
      for (const lane of LANES) {
        if (gained[lane].has(partition)) this.#due(desk, lane);
      }
    }
  }

  /** Something in this lane is due at `at`. */
  due(partition: Partition, lane: Lane, at: Millis): void {
    const { context } = this.#input;
    if (context.phase !== 'running' || !prefers(context, partition, lane)) return;
    if (at > context.clock.now()) this.#alarm.setEarlier(place(partition, lane), at);
    else this.#due(this.#desks[partition], lane);
  }

  /** Actors were finished: claims that waited for room may go on. */
  roomAgain(): void {
    for (const desk of this.#waiting) {
      if (!this.#mayClaim()) return;
      if (this.#terms(desk) === null) continue;
      this.#waiting.delete(desk);
      this.#claim(desk);
    }
  }

  #mayClaim(): boolean {
    return this.#quickClaims < this.#input.context.options.maxClaims;
  }

  #due(desk: Desk | undefined, lane: Lane | undefined): void {
    if (desk === undefined) return;
    if (lane === 'tick') desk.tick = true;
    this.#claim(desk);
  }

  /** What may be claimed now; `null`: nothing. */
  #terms(desk: Desk): Terms | null {
    const { context, room, claimed } = this.#input;
    const { claimLimit } = context.options;
    const most = Math.min(claimLimit, room(desk.partition));
    if (!this.#mayClaim() || most <= 0) return null;
    const { current } = context.limit;
    const within = current - claimed() - this.#asked;
    // A claim costs about the same whether it gives one actor or ten.
    const worthwhile = Math.min(claimLimit, current) / 2;
    if (within >= worthwhile) return { limit: Math.min(most, Math.floor(within)), limited: true };
    const messages = desk.sweep || prefers(context, desk.partition, 'message');
    return desk.tick || !messages ? { limit: most, limited: false } : null;
  }

  #claim(desk: Desk | undefined): void {
    if (desk === undefined || this.#input.context.phase !== 'running') return;
    if (desk.claiming) {
      desk.again = true;
      return;
    }
    const terms = this.#terms(desk);
    if (terms === null) {
      this.#waiting.add(desk);
      this.#watchWaiting();
      return;
    }
    desk.claiming = true;
    desk.again = false;
    desk.tick = false;
    desk.since = this.#input.context.clock.local();
    desk.counts = !desk.slow;
    this.#claims++;
    if (desk.counts) {
      this.#quickClaims++;
      desk.asked = terms.limited ? terms.limit : 0;
      this.#asked += desk.asked;
    }
    void this.#ask(desk, terms).finally(() => {
      desk.claiming = false;
      this.#claims--;
      this.#forget(desk);
      if (desk.again || desk.sweep) this.#claim(desk);
      this.roomAgain();
    });
  }

  /** Claims wait for others: soon those of partitions that do not answer count no more. */
  #watchWaiting(): void {
    const { clock, patience } = this.#input.context;
    this.#waitTimer ??= setTimeout(() => {
      this.#waitTimer = undefined;
      const now = clock.local();
      for (const desk of this.#desks) {
        if (!desk.claiming || !desk.counts || !patience.isOver(desk.since, now)) continue;
        desk.slow = true;
        this.#forget(desk);
      }
      this.roomAgain();
      if (this.#waiting.size > 0) this.#watchWaiting();
    }, patience.checkMs);
  }

  /** The claim on its way counts no more. */
  #forget(desk: Desk): void {
    if (!desk.counts) return;
    desk.counts = false;
    this.#quickClaims--;
    this.#asked -= desk.asked;
    desk.asked = 0;
  }

  async #ask(desk: Desk, { limit, limited }: Terms): Promise<void> {
    const { context, onClaimed } = this.#input;
    const { options, clock, metrics } = context;
    const { partition } = desk;
    const others = desk.sweep ? options.sweepOverdueMs : null;
    // What is left to others' messages waits for room.
    desk.sweep &&= !limited;
    const overdueMs = {
      message: !limited ? null : prefers(context, partition, 'message') ? 0 : others,
      tick: prefers(context, partition, 'tick') ? 0 : others,
    };
    if (overdueMs.message === null && overdueMs.tick === null) return;
    for (const lane of LANES) this.#alarm.delete(place(partition, lane));
    metrics.counters.claims++;
    const sentAt = clock.local();
    try {
      const reply = await context.actors.claim({
        partition,
        holder: context.id,
        overdueMs,
        limit,
        leaseMs: options.leaseMs,
        maxMessages: options.maxMessages,
      });
      const now = clock.local();
      clock.heard(reply.now, sentAt);
      context.patience.answered(sentAt, now);
      if (context.limit.answered('claim', sentAt, now)) metrics.counters.limit_reductions++;
      desk.slow = false;
      this.#settle(desk, reply, limited ? LANES : TICK_LANE);
      // Before they are taken, so that they do not count twice.
      this.#forget(desk);
      onClaimed(reply, limited);
    } catch (error) {
      context.storeFailed('claim', error);
      this.#retry(desk, clock.now() + backOff(100, desk.misses++));
    }
  }

  /** `asked`: the lanes that the claim was about. */
  #settle(desk: Desk, reply: ClaimReply, asked: readonly Lane[]): void {
    const { context } = this.#input;
    const { counters } = context.metrics;
    counters.claimed_actors += reply.claimed.length;
    if (reply.claimed.length === 0) counters.empty_claims++;
    if (context.phase !== 'running') return;
    const dueNow = asked.some((lane) => {
      const at = reply.nextDue[lane];
      return at !== null && at <= reply.now && prefers(context, desk.partition, lane);
    });
    desk.misses = dueNow && reply.claimed.length === 0 ? desk.misses + 1 : 0;
    const earliest = desk.misses === 0 ? 0 : reply.now + backOff(5, desk.misses);
    for (const lane of LANES) {
      const at = reply.nextDue[lane];
      if (at === null || !prefers(context, desk.partition, lane)) continue;
      this.#alarm.setEarlier(place(desk.partition, lane), Math.max(at, earliest));
    }
  }

  #retry(desk: Desk, at: Millis): void {
    if (this.#input.context.phase !== 'running') return;
    for (const lane of LANES) {
      if (prefers(this.#input.context, desk.partition, lane)) {
        this.#alarm.setEarlier(place(desk.partition, lane), at);
      }
    }
  }

  /** Looks at all partitions once in `sweepMs`, a few at a time. */
  #scheduleSweep(): void {
    const { sweepMs } = this.#input.context.options;
    const step = Math.max(MIN_SWEEP_STEP_MS, sweepMs / this.#desks.length);
    const count = Math.max(1, Math.round((this.#desks.length * step) / sweepMs));
    const pause = step * (0.5 + Math.random());
    this.#sweepTimer = setTimeout(() => {
      for (let i = 0; i < count; i++) {
        const desk = this.#desks[this.#sweepNext++ % this.#desks.length];
        if (desk === undefined) continue;
        desk.sweep = true;
        this.#claim(desk);
      }
      this.#scheduleSweep();
    }, pause);
  }
}

function place(partition: Partition, lane: Lane): number {
  return 2 * partition + LANES.indexOf(lane);
}

function backOff(firstMs: number, misses: number): Millis {
  return Math.min(2_000, firstMs * 2 ** Math.min(misses, 10));
}
