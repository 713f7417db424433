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

/** The shortest pause between two steps of the sweep, in ms: with many partitions each step takes several. */
const MIN_SWEEP_STEP_MS = 20;

export interface ClaimerInput {
  readonly context: RunnerContext;
  /** How many more actors of a partition may be taken now. */
  readonly room: (partition: Partition) => number;
  /** Takes what was claimed. */
  readonly onClaimed: (reply: ClaimReply) => void;
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
  /** Something came due while a claim was on its way: it may have come too late for that one. */
  again: boolean;
  /** The next claim is the sweep's: it takes what is overdue in lanes that prefer others. */
  sweep: boolean;
  /** Claims in a row that failed, or gave nothing though something was due. */
  misses: number;
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
      again: false,
      sweep: false,
      misses: 0,
    }));
    this.#alarm = new Alarm(input.context.clock, (place) => this.#claim(this.#desks[place >> 1]));
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
      if (LANES.some((lane) => gained[lane].has(partition))) this.#claim(desk);
    }
  }

  /** Something in this lane is due at `at`. */
  due(partition: Partition, lane: Lane, at: Millis): void {
    const { context } = this.#input;
    if (context.phase !== 'running' || !prefers(context, partition, lane)) return;
    if (at > context.clock.now()) this.#alarm.setEarlier(place(partition, lane), at);
    else this.#claim(this.#desks[partition]);
  }

  /** Actors were finished: claims that waited for room may go on. */
  roomAgain(): void {
    for (const desk of this.#waiting) {
      if (!this.#mayClaim()) return;
      if (this.#input.room(desk.partition) <= 0) continue;
      this.#waiting.delete(desk);
      this.#claim(desk);
    }
  }

  #mayClaim(): boolean {
    return this.#quickClaims < this.#input.context.options.maxClaims;
  }

  #claim(desk: Desk | undefined): void {
    if (desk === undefined || this.#input.context.phase !== 'running') return;
    if (desk.claiming) {
      desk.again = true;
      return;
    }
    if (!this.#mayClaim() || this.#input.room(desk.partition) <= 0) {
      this.#waiting.add(desk);
      this.#watchWaiting();
      return;
    }
    desk.claiming = true;
    desk.again = false;
    desk.since = this.#input.context.clock.local();
    desk.counts = !desk.slow;
    this.#claims++;
    if (desk.counts) this.#quickClaims++;
    void this.#ask(desk).finally(() => {
      desk.claiming = false;
      this.#claims--;
      if (desk.counts) this.#quickClaims--;
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
        desk.counts = false;
        this.#quickClaims--;
      }
      this.roomAgain();
      if (this.#waiting.size > 0) this.#watchWaiting();
    }, patience.checkMs);
  }

  async #ask(desk: Desk): Promise<void> {
    const { context, room, onClaimed } = this.#input;
    const { options, clock, metrics } = context;
    const { partition } = desk;
    const others = desk.sweep ? options.sweepOverdueMs : null;
    desk.sweep = false;
    const overdueMs = {
      message: prefers(context, partition, 'message') ? 0 : others,
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
        limit: Math.max(1, Math.min(options.claimLimit, room(partition))),
        leaseMs: options.leaseMs,
        maxMessages: options.maxMessages,
      });
      clock.heard(reply.now, sentAt);
      context.patience.answered(sentAt, clock.local());
      desk.slow = false;
      this.#settle(desk, reply);
      onClaimed(reply);
    } catch (error) {
      context.storeFailed('claim', error);
      this.#retry(desk, clock.now() + backOff(100, desk.misses++));
    }
  }

  #settle(desk: Desk, reply: ClaimReply): void {
    const { context } = this.#input;
    const { counters } = context.metrics;
    counters.claimed_actors += reply.claimed.length;
    if (reply.claimed.length === 0) counters.empty_claims++;
    if (context.phase !== 'running') return;
    const dueNow = LANES.some((lane) => {
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
