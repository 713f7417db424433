import type { HeartbeatRequest, NodeCall, NodePush, NodeTimes } from '@belfry/protocol';
import { Acks } from './acks.ts';
import type { AgentSettings, AgentSnapshot } from './agent-snapshot.ts';
import type {
  AgentEffect,
  AgentEnd,
  AgentEvent,
  AgentNotice,
  AgentState,
  CallReply,
  Pause,
  Settlement,
} from './agent-events.ts';
import { Calls, verdictOf } from './calls.ts';
import { Chunks } from './chunks.ts';
import { Delivery, type Kind } from './delivery.ts';
import { Drain } from './drain.ts';
import { Enrolment } from './enrolment.ts';
import type { Moment } from './moment.ts';
import { Pulse } from './pulse.ts';
import { readHoldsReply, readOutcomes, readRegisterReply } from './read-reply.ts';
import { Retry } from './retry.ts';
import { Teller } from './teller.ts';

const BATCH_MS = 5;
const POLL_MS = 5_000;
const RECONNECT = { baseMs: 1_000, capMs: 30_000 };
const TIMEOUT_MS = { register: 10_000, settle: 30_000, leave: 5_000 };
/** How much later than wanted an event may come before the process, or the machine, must have stood still. */
const STOOD_STILL_MS = 2_000;
const MOST_PROGRESS = 4_096;

/** A node of the fleet as a state machine: given events and their times, it says what is to be done. */
export class Agent {
  readonly #settings: AgentSettings;
  readonly #random: () => number;
  readonly #calls = new Calls();
  readonly #chunks: Chunks;
  readonly #delivery = new Delivery(BATCH_MS);
  readonly #pulse = new Pulse();
  readonly #enrolment: Enrolment;
  readonly #acks = new Acks();
  readonly #teller = new Teller();
  readonly #reconnect = new Retry(RECONNECT);
  readonly #counts = { delivered: 0, unwanted: 0, troubles: 0, malformed: 0 };
  #effects: AgentEffect[] = [];
  #at: Moment = { now: 0, event: 0 };
  /** When the next event is wanted at the latest. */
  #nextAt = Infinity;
  #life: 'new' | 'begun' | 'ended' = 'new';
  #told: AgentState = 'disconnected';
  #times: NodeTimes | null = null;
  #channel: 'none' | 'wanted' | 'connected' | 'refused' = 'none';
  #answeredAt = -Infinity;
  #pause: Pause | null = null;
  #load: number | undefined;
  /** The Sentinel, for somebody who asked for it, gives it nothing new. */
  #isDrained = false;
  #drain: Drain | null = null;
  /** It was told that it was removed; whoever does not know it then confirms that. */
  #isRemoved = false;

  /**
   * @param saved what had not reached the Sentinel when the last run ended
   * @param random in [0, 1)
   */
  constructor(settings: AgentSettings, saved: readonly Settlement[], random: () => number) {
    this.#settings = settings;
    this.#enrolment = new Enrolment(settings);
    this.#random = random;
    const { maxChunkMs, capabilities } = settings;
    this.#chunks = new Chunks(
      { slots: capabilities.slots, maxChunkMs },
      {
        effect: (effect) => void this.#effects.push(effect),
        settle: (settlement, keep) => {
          if (keep) this.#effects.push({ type: 'persist', settlement });
          this.#delivery.add(settlement, this.#at.now);
        },
      },
    );
    for (const settlement of saved) {
      this.#delivery.add(settlement, -BATCH_MS);
      this.#chunks.remember(settlement.attempt);
    }
  }

  /** When it wants to hear `time` at the latest. */
  get nextAt(): number {
    return this.#nextAt;
  }

  get snapshot(): AgentSnapshot {
    const { counts } = this.#chunks;
    return {
      state: this.#state(),
      node: this.#enrolment.node,
      pool: this.#enrolment.pool,
      code: this.#enrolment.code,
      online: this.#at.now - this.#answeredAt < (this.#times?.deadMs ?? 0),
      pushed: this.#channel === 'connected',
      slots: this.#settings.capabilities.slots,
      pause: this.#pause,
      load: this.#load ?? null,
      running: [...this.#chunks.all()]
        .filter(({ state }) => state === 'running')
        .map(({ attempt, blocks }) => ({ attempt, done: blocks })),
      waiting: this.#chunks.waiting,
      undelivered: { count: this.#delivery.count, bytes: this.#delivery.bytes },
      counts: { ...counts, ...this.#counts },
    };
  }

  /**
   * @param now in ms, on a clock that never goes back
   * @returns what is to be done, in this order
   */
  handle(event: AgentEvent, now: number): readonly AgentEffect[] {
    if (this.#hasEnded()) return [];
    this.#at = { now, event: this.#at.event + 1 };
    const late = now - this.#nextAt;
    if (late > STOOD_STILL_MS) this.#chunks.stoodStill(late);
    this.#on(event);
    if (!this.#hasEnded()) this.#advance();
    this.#tellState();
    this.#nextAt = this.#nextOf();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #on(event: AgentEvent): void {
    const { now } = this.#at;
    switch (event.type) {
      case 'start':
        if (this.#life === 'new') this.#life = 'begun';
        break;
      case 'time':
        break;
      case 'reply':
        this.#replied(event.id, event.reply);
        break;
      case 'push':
        this.#pushed(event.push);
        break;
      case 'malformed-push':
        this.#isMalformed('a push is not as the protocol has it');
        break;
      case 'channel':
        this.#channelIs(event.state);
        break;
      case 'begun':
        this.#chunks.begun(event.attempt, now);
        break;
      case 'progress':
        this.#progressed(event.attempt, event.blocks);
        break;
      case 'done':
        this.#chunks.done(event.attempt, event, this.#at);
        break;
      case 'failed':
        this.#chunks.failed(event.attempt, event, this.#at);
        break;
      case 'aborted':
        this.#chunks.aborted(event.attempt, this.#at);
        break;
      case 'conditions':
        this.#conditionsAre(event.pause, event.load);
        break;
      case 'drain':
        this.#drain ??= new Drain(now + event.limitMs, event.deliverMs);
        this.#pulse.beatSoon(now);
        break;
    }
  }

  /** Does all that is due. */
  #advance(): void {
    this.#chunks.watch(this.#times?.stallMs ?? Infinity, this.#at);
    if (this.#takesWork()) this.#chunks.fill(this.#at.now);
    else this.#chunks.giveBack(this.#whyNot(), false, this.#at);
    if (this.#drain !== null) this.#goOnDraining(this.#drain);
    if (this.#hasEnded()) return;
    if (this.#enrolment.status === 'member') this.#beMember();
    else if (!this.#calls.isOpen('register') && this.#at.now >= this.#enrolment.nextAt) {
      this.#call('register', this.#enrolment.request, TIMEOUT_MS.register);
    }
  }

  #nextOf(): number {
    if (this.#life !== 'begun') return Infinity;
    const next = Math.min(this.#drain?.nextAt ?? Infinity, this.#chunks.nextAt);
    if (this.#enrolment.status !== 'member') {
      return this.#calls.isOpen('register') ? next : Math.min(next, this.#enrolment.nextAt);
    }
    return Math.min(
      next,
      this.#calls.isOpen('holds', 'heartbeat') ? Infinity : this.#pulse.nextAt,
      this.#acks.nextAt,
      this.#delivery.nextAt,
      this.#channel === 'refused' ? this.#reconnect.at : Infinity,
    );
  }

  #beMember(): void {
    const { now } = this.#at;
    const { heartbeatMs = POLL_MS, ackMs = POLL_MS } = this.#times ?? {};
    // One of both at a time, so that what they say comes in order.
    if (!this.#calls.isOpen('holds', 'heartbeat') && now >= this.#pulse.nextAt) {
      const call = this.#pulse.take(now, heartbeatMs, this.#random());
      this.#call(call, call === 'holds' ? '{}' : JSON.stringify(this.#heartbeat), heartbeatMs);
    }
    if (now >= this.#acks.nextAt) this.#call('ack', JSON.stringify(this.#acks.take()), ackMs);
    for (const kind of ['complete', 'fail'] as const) {
      const body = this.#delivery.take(kind, now);
      if (body !== null) this.#call(kind, body, TIMEOUT_MS.settle);
    }
    if (this.#channel === 'refused' && now >= this.#reconnect.at) this.#connect();
  }

  get #heartbeat(): HeartbeatRequest {
    return {
      slots: this.#takesWork() ? this.#settings.capabilities.slots : 0,
      draining: this.#drain !== null,
      progress: [...this.#chunks.progress(), ...this.#delivery.progress()].slice(0, MOST_PROGRESS),
      ...(this.#load === undefined ? {} : { load: this.#load }),
    };
  }

  #replied(id: number, reply: CallReply): void {
    const made = this.#calls.take(id);
    if (made === undefined) return;
    const { call, sentWith } = made;
    if (!reply.ok) {
      this.#callFailed(call, reply);
      return;
    }
    switch (call) {
      case 'register':
        this.#registered(reply.body);
        break;
      case 'holds':
      case 'heartbeat':
        this.#toldTheTruth(call, reply.body, sentWith);
        break;
      case 'ack':
        this.#acks.answered();
        break;
      case 'complete':
      case 'fail':
        this.#delivered(call, reply.body);
        break;
      case 'leave':
        this.#end({ type: 'drained' });
        break;
      case 'token':
        break;
    }
  }

  #registered(body: unknown): void {
    const reply = readRegisterReply(body);
    const { now } = this.#at;
    if (reply === null) {
      this.#isMalformed('register: the answer is not as the protocol has it');
      this.#enrolment.failed(now, this.#random());
      return;
    }
    this.#answeredAt = now;
    this.#times = reply.times;
    const news = this.#enrolment.answered(reply, now, this.#random());
    if (news !== null) this.#tell(news);
    if (this.#enrolment.status !== 'member') return;
    this.#pulse.start(now);
    if (this.#channel === 'none') this.#connect();
  }

  #toldTheTruth(call: 'holds' | 'heartbeat', body: unknown, sentWith: number): void {
    const reply = readHoldsReply(body);
    if (reply === null) {
      this.#isMalformed(`${call}: the answer is not as the protocol has it`);
      this.#pulse.failed(call, this.#random(), this.#at);
      return;
    }
    this.#pulse.answered();
    this.#isRemoved = false;
    this.#enrolment.confirmed();
    this.#answeredAt = this.#at.now;
    this.#times = reply.times;
    if (reply.state === 'removed') {
      this.#removed();
      return;
    }
    this.#isDrained = reply.state === 'draining';
    this.#chunks.keepOnly(reply.attempts, sentWith, this.#at);
    this.#acks.keepOnly((attempt) => this.#chunks.get(attempt) !== undefined);
    this.#acks.add(this.#chunks.take(reply.attempts, sentWith, this.#at));
  }

  #delivered(kind: Kind, body: unknown): void {
    const outcomes = readOutcomes(body);
    if (outcomes.size === 0) this.#isMalformed(`${kind}: the answer has no outcomes`);
    const { received, unwanted } = this.#delivery.answered(
      kind,
      { outcomes, now: this.#at.now },
      this.#random,
    );
    this.#counts.delivered += received.length;
    this.#forget([...received, ...unwanted]);
    this.#areUnwanted(unwanted);
  }

  #callFailed(call: NodeCall, reply: Extract<CallReply, { ok: false }>): void {
    this.#counts.troubles += 1;
    this.#tell({ type: 'trouble', call, code: reply.code, message: reply.message });
    const verdict = verdictOf(reply);
    if (verdict === 'removed' || (verdict === 'register' && this.#isRemoved)) {
      this.#removed();
      return;
    }
    const isStranger = call === 'register' && this.#enrolment.node === null;
    if (verdict === 'end' || (verdict === 'refused' && isStranger)) {
      this.#end({ type: 'refused', code: reply.code, message: reply.message });
      return;
    }
    if (verdict === 'register') this.#enrolment.lost(this.#at.now, this.#random());
    this.#tryAgain(call, verdict === 'refused', reply.retryAfterMs);
  }

  #tryAgain(call: NodeCall, isRefused: boolean, atLeastMs = 0): void {
    const { now } = this.#at;
    const random = this.#random();
    switch (call) {
      case 'register':
        this.#enrolment.failed(now, random, atLeastMs);
        break;
      case 'holds':
      case 'heartbeat':
        this.#pulse.failed(call, random, { now, atLeastMs });
        break;
      case 'ack':
        this.#acks.failed(!isRefused, random, { now, atLeastMs });
        break;
      case 'complete':
      case 'fail':
        if (isRefused) {
          const unwanted = this.#delivery.refused(call, now);
          this.#forget(unwanted);
          this.#areUnwanted(unwanted);
        } else this.#delivery.failed(call, random, { now, atLeastMs });
        break;
      case 'leave':
        // It goes all the same; the Sentinel will notice.
        this.#end({ type: 'drained' });
        break;
      case 'token':
        break;
    }
  }

  #pushed(push: NodePush): void {
    switch (push.type) {
      case 'assigned':
        this.#acks.add(this.#chunks.take(push.attempts, null, this.#at));
        break;
      case 'cancel':
        this.#chunks.cancel(push.attempts, this.#at);
        break;
      case 'drain':
      case 'removed':
        // Hints: the answer says whether it is so.
        this.#isRemoved ||= push.type === 'removed';
        this.#pulse.ask();
        break;
    }
  }

  #channelIs(state: 'connected' | 'lost' | 'refused'): void {
    if (state === 'connected') {
      this.#channel = 'connected';
      this.#reconnect.succeeded();
      this.#pulse.ask();
      return;
    }
    this.#channel = state === 'lost' ? 'wanted' : 'refused';
    if (state === 'refused') this.#reconnect.failed(this.#at.now, this.#random());
  }

  #connect(): void {
    const { node } = this.#enrolment;
    if (node === null) return;
    this.#channel = 'wanted';
    this.#effects.push({ type: 'connect', node });
  }

  #conditionsAre(pause: Pause | null, load: number | undefined): void {
    const before = this.#pause;
    this.#pause = pause;
    this.#load = load;
    if (before?.reason === pause?.reason && before?.abort === pause?.abort) return;
    this.#tell({ type: 'pause', pause });
    if (pause?.abort === true) this.#chunks.giveBack(this.#whyNot(), true, this.#at);
    this.#pulse.beatSoon(this.#at.now);
  }

  #takesWork(): boolean {
    return (
      this.#pause === null &&
      this.#drain === null &&
      !this.#isDrained &&
      this.#delivery.bytes < this.#settings.maxUndeliveredBytes
    );
  }

  #whyNot(): string {
    if (this.#drain !== null || this.#isDrained) return 'the node is draining';
    if (this.#pause !== null) return `the node pauses (${this.#pause.reason})`;
    return 'too many results wait to be delivered';
  }

  #goOnDraining(drain: Drain): void {
    const step = drain.step(this.#at.now, {
      running: this.#chunks.running,
      undelivered: this.#delivery.count,
      isMember: this.#enrolment.status === 'member',
    });
    if (step === 'abort') {
      this.#chunks.giveBack('the node ends', true, this.#at);
      this.#goOnDraining(drain);
    } else if (step === 'leave') this.#call('leave', '{"reason":"drained"}', TIMEOUT_MS.leave);
    else if (step === 'end') this.#end({ type: 'drained' });
  }

  #removed(): void {
    this.#forget([...this.#delivery.all()]);
    this.#end({ type: 'removed' });
  }

  #end(end: AgentEnd): void {
    this.#chunks.dropAll(this.#at);
    this.#life = 'ended';
    this.#effects.push({ type: 'disconnect' });
    this.#tellState();
    this.#effects.push({ type: 'end', end });
  }

  #hasEnded(): boolean {
    return this.#life === 'ended';
  }

  #progressed(attempt: string, blocks: number): void {
    const { now } = this.#at;
    const held = this.#chunks.progressed(attempt, blocks, now);
    const { node } = this.#enrolment;
    if (held === undefined || node === null || this.#channel !== 'connected') return;
    const said = this.#teller.tell(node, held, now);
    if (said !== null) this.#effects.push(said);
  }

  #call(call: NodeCall, body: string, timeoutMs: number): void {
    this.#effects.push(this.#calls.make(call, body, { timeoutMs, sentWith: this.#at.event }));
  }

  #forget(settlements: readonly Settlement[]): void {
    if (settlements.length === 0) return;
    this.#effects.push({ type: 'forget', attempts: settlements.map(({ attempt }) => attempt) });
  }

  #areUnwanted(settlements: readonly Settlement[]): void {
    this.#counts.unwanted += settlements.length;
    for (const { attempt, job } of settlements) this.#tell({ type: 'unwanted', attempt, job });
  }

  #isMalformed(message: string): void {
    this.#counts.malformed += 1;
    this.#tell({ type: 'malformed', message });
  }

  #tell(notice: AgentNotice): void {
    this.#effects.push({ type: 'tell', notice });
  }

  #state(): AgentState {
    if (this.#life !== 'begun') return this.#life === 'new' ? 'disconnected' : 'ended';
    switch (this.#enrolment.status) {
      case 'outside':
        return this.#calls.isOpen('register') ? 'registering' : 'disconnected';
      case 'unclaimed':
        return 'unclaimed';
      case 'member':
        if (this.#drain !== null || this.#isDrained) return 'draining';
        return this.#chunks.running > 0 ? 'processing' : 'connected';
    }
  }

  #tellState(): void {
    const state = this.#state();
    if (state === this.#told) return;
    this.#told = state;
    this.#tell({ type: 'state', state });
  }
}
