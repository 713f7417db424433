/** A node that only seems to compute: it speaks the whole protocol, and its blocks take as long as they are said to. */
import type {
  Attempt,
  HeartbeatRequest,
  HoldsReply,
  NodePush,
  RegisterReply,
  RegisterRequest,
  SettleReply,
  TokenReply,
} from '@belfry/protocol';
import type { RawTarget } from '../../load/raw-websocket.ts';
import type { FleetHttp } from './fleet-http.ts';
import { listenToPushes } from './node-push.ts';
import { NodeSigner } from './node-signer.ts';
import type { NodesTally } from './nodes-tally.ts';

export interface LeanNodeOptions {
  readonly name: string;
  readonly claim: string;
  readonly slots: number;
  /** How long a block takes, in ms; 0: nothing, and what comes is answered at once. */
  readonly blockMs: number;
  /** What it says that a block takes, in ms. */
  readonly saidMs: number;
  /** How long results wait for others to go with them, in ms. */
  readonly batchMs: number;
  readonly http: FleetHttp;
  /** `null`: it hears of its chunks with its heartbeats. */
  readonly beacon: RawTarget | null;
  readonly tally: NodesTally;
}

interface Held {
  readonly attempt: Attempt;
  /** When its slot began; `null`: it waits for one. */
  startedAt: number | null;
  timer: NodeJS.Timeout | undefined;
}

/** The most results of one call. */
const MOST = 1_000;
/** So many attempts that are over are remembered: a heartbeat's answer may still have them. */
const MEMORY = 20_000;

export class LeanNode {
  readonly #options: LeanNodeOptions;
  readonly #signer = NodeSigner.create();
  readonly #held = new Map<string, Held>();
  readonly #over = new Set<string>();
  #outbox: string[] = [];
  #acks: { attempt: string; job: string }[] = [];
  #isSending = false;
  #flush: NodeJS.Timeout | undefined;
  #ack: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #heartbeatMs = 0;
  #running = 0;
  #hasEnded = false;
  #link: { close(): void } | undefined;

  constructor(options: LeanNodeOptions) {
    this.#options = options;
  }

  /** Makes itself known; resolves when it can be given work. */
  async join(): Promise<void> {
    const { http, name, claim, slots, beacon } = this.#options;
    const request: RegisterRequest = {
      publicKey: this.#signer.publicKey,
      name,
      claim,
      capabilities: { slots, runtime: 'bench', platform: 'bench', version: '0' },
    };
    const { times } = await this.#call<RegisterReply>('register', request);
    this.#heartbeatMs = times.heartbeatMs;
    if (beacon !== null) {
      const { token } = await http.signed<TokenReply>(this.#signer, 'token', '{}');
      const { tally } = this.#options;
      this.#link = await listenToPushes(
        beacon,
        { node: this.#signer.node, token },
        {
          onPush: (push) => this.#pushed(push),
          onLost: (why) => tally.fault(why),
        },
      );
    }
  }

  /** Says every few seconds that it lives, for the first time after `firstMs`. */
  beat(firstMs = Math.random() * this.#heartbeatMs): void {
    const next = (): void => {
      this.#beat = setTimeout(next, this.#heartbeatMs);
      void this.#heartbeat();
    };
    this.#beat = setTimeout(next, firstMs);
  }

  /** Ends without a word. */
  end(): void {
    this.#hasEnded = true;
    for (const timer of [this.#beat, this.#flush, this.#ack]) clearTimeout(timer);
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#link?.close();
  }

  async #call<Reply>(call: Parameters<FleetHttp['signed']>[1], body: object): Promise<Reply> {
    return this.#options.http.signed<Reply>(this.#signer, call, JSON.stringify(body));
  }

  async #heartbeat(): Promise<void> {
    const { slots, tally, blockMs } = this.#options;
    const now = performance.now();
    const before = [...this.#held.values()];
    const request: HeartbeatRequest = {
      slots,
      draining: false,
      progress: before.map(({ attempt, startedAt }) => ({
        attempt: attempt.attempt,
        job: attempt.job,
        blocks: startedAt === null ? 0 : Math.floor((now - startedAt) / blockMs),
      })),
    };
    try {
      const { attempts } = await this.#call<HoldsReply>('heartbeat', request);
      tally.beaten(performance.now() - now);
      if (this.#hasEnded) return;
      const wanted = new Set(attempts.map(({ attempt }) => attempt));
      for (const held of before) if (!wanted.has(held.attempt.attempt)) this.#drop(held);
      this.#take(attempts);
    } catch (error) {
      tally.fault(`heartbeat: ${String(error)}`);
    }
  }

  #pushed(push: NodePush): void {
    if (push.type === 'assigned') this.#take(push.attempts);
    else if (push.type === 'cancel') {
      for (const attempt of push.attempts) this.#drop(this.#held.get(attempt));
    }
  }

  #take(attempts: readonly Attempt[]): void {
    const { blockMs, tally } = this.#options;
    for (const attempt of attempts) {
      if (this.#held.has(attempt.attempt) || this.#over.has(attempt.attempt)) continue;
      tally.given(this.#signer.node, attempt);
      const held: Held = { attempt, startedAt: null, timer: undefined };
      this.#held.set(attempt.attempt, held);
      if (blockMs === 0) this.#finish(held);
      else this.#acks.push({ attempt: attempt.attempt, job: attempt.job });
    }
    this.#startNext();
    // What is answered at once needs no acknowledgement.
    if (this.#acks.length > 0) this.#ack ??= setTimeout(() => void this.#sendAcks(), 20);
  }

  #startNext(): void {
    const { slots, blockMs, tally } = this.#options;
    if (this.#running >= slots) return;
    for (const held of this.#held.values()) {
      if (this.#running >= slots) return;
      if (held.startedAt !== null) continue;
      held.startedAt = performance.now();
      this.#running++;
      tally.began();
      held.timer = setTimeout(() => this.#finish(held), held.attempt.blocks * blockMs);
    }
  }

  #finish(held: Held): void {
    const { attempt } = held;
    const { saidMs, tally } = this.#options;
    this.#forget(held);
    const { from, blocks } = attempt;
    const sum = from * blocks + (blocks * (blocks - 1)) / 2;
    tally.finished(blocks);
    this.#outbox.push(
      `{"attempt":"${attempt.attempt}","job":"${attempt.job}","ms":${saidMs * blocks},"result":{"blocks":${blocks},"sum":${sum}}}`,
    );
    this.#flush ??= setTimeout(() => void this.#deliver(), this.#options.batchMs);
    this.#startNext();
  }

  #drop(held: Held | undefined): void {
    if (held === undefined || !this.#held.has(held.attempt.attempt)) return;
    clearTimeout(held.timer);
    this.#forget(held);
    this.#startNext();
  }

  #forget({ attempt, startedAt }: Held): void {
    this.#held.delete(attempt.attempt);
    this.#over.add(attempt.attempt);
    if (this.#over.size > MEMORY) this.#over.delete(this.#over.values().next().value ?? '');
    if (startedAt === null) return;
    this.#running--;
    this.#options.tally.ended();
  }

  /** One call at a time; what comes meanwhile goes with the next one. */
  async #deliver(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    const { tally, http } = this.#options;
    while (this.#outbox.length > 0 && !this.#hasEnded) {
      const batch = this.#outbox.splice(0, MOST);
      tally.sends(this.#signer.node);
      try {
        const body = `{"results":[${batch.join(',')}]}`;
        const { outcomes } = await http.signed<SettleReply>(this.#signer, 'complete', body);
        // Outcomes are in order.
        const busy = batch.filter((_, i) => outcomes[i]?.outcome === 'busy');
        tally.settled(batch.length - busy.length);
        if (busy.length > 0) await this.#later(busy);
      } catch (error) {
        tally.fault(`complete: ${String(error)}`);
        await this.#later(batch);
      }
    }
    this.#isSending = false;
    this.#flush = undefined;
  }

  async #later(batch: readonly string[]): Promise<void> {
    this.#outbox.unshift(...batch);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  async #sendAcks(): Promise<void> {
    const attempts = this.#acks;
    this.#acks = [];
    this.#ack = undefined;
    try {
      await this.#call('ack', { attempts });
    } catch (error) {
      // The next heartbeat says it too.
      this.#options.tally.fault(`ack: ${String(error)}`);
    }
  }
}
