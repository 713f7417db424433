import type { ActorMessage } from '@belfry/protocol';
import type { ActorPublication, DeadLetterInput, InboxMessage, Millis } from '@belfry/store';
import type { AnyActorDefinition } from '../define-actor.ts';
import { describeError } from './describe-error.ts';
import { engineSpec, type EngineSpec } from './engine-spec.ts';
import { routeMessage, type Route } from './route-message.ts';
import { answer, answerNo, tellClient, type Refusal } from './tell-sender.ts';
import { adoptRate, dueTick, ticksPerTurn } from './tick-plan.ts';
import { Rejection } from './turn-context.ts';
import { decodeMeta, encodeMeta, type HeadFailure, type TurnMeta } from './turn-meta.ts';
import {
  noCounts,
  type TurnFailure,
  type TurnOptions,
  type TurnOutcome,
  type TurnSnapshot,
} from './turn.ts';
import { Workbench } from './workbench.ts';

const MAX_ERROR_LENGTH = 2_000;

export interface TurnInput {
  readonly definition: AnyActorDefinition;
  readonly snapshot: TurnSnapshot;
  readonly options: TurnOptions;
  /** Go on after something threw; else it throws through. */
  readonly careful: boolean;
}

/** One run of a turn, thrown away after it. */
export class Turn {
  readonly #snapshot: TurnSnapshot;
  readonly #options: TurnOptions;
  readonly #kind: string;
  readonly #spec: EngineSpec;
  readonly #now: Millis;
  readonly #life: number;
  readonly #careful: boolean;
  readonly #bench: Workbench;
  readonly #counts = noCounts();
  readonly #failures: TurnFailure[] = [];
  readonly #deadLetters: DeadLetterInput[] = [];
  #consumedThrough: number | null = null;
  #head: HeadFailure | null;
  #tickFailures: number;
  #tickError: string | null;
  #suspend: string | null = null;
  /** The turn has as many effects as it may: the rest waits for the next one. */
  #full = false;

  constructor({ definition, snapshot, options, careful }: TurnInput) {
    const meta = snapshot.notes ?? decodeMeta(snapshot.meta);
    const spec = engineSpec(definition);
    const { kind } = definition;
    this.#snapshot = snapshot;
    this.#options = options;
    this.#spec = spec;
    this.#kind = kind;
    this.#careful = careful;
    this.#now = Math.max(meta.now, snapshot.now);
    this.#life = meta.life ?? snapshot.fence;
    this.#head = meta.head;
    this.#tickFailures = meta.tickFailures;
    this.#tickError = meta.tickError;
    this.#bench = new Workbench({
      kind,
      spec,
      snapshot,
      meta,
      now: this.#now,
      life: this.#life,
      options,
      careful,
    });
  }

  run(): TurnOutcome {
    const { draft } = this.#bench;
    if (draft.exists) {
      // A deployment may have given the kind another rate, or its first.
      draft.plan = adoptRate(draft.plan, this.#spec.tick);
      if (!draft.rateKnown) this.#bench.startRate();
    }
    this.#runMessages();
    this.#runTicks();
    // In a careful turn it ran with each of them, and there is nothing left for it.
    if (!this.#careful) this.#bench.attempt(() => this.#bench.endTurn());
    return this.#outcome(this.#bench.finish());
  }

  #runMessages(): void {
    const { messages } = this.#snapshot;
    const first = messages[0];
    if (first === undefined) return;
    if (this.#head !== null && first.seq === this.#head.seq && this.#head.until > this.#now) return;
    for (const message of messages) {
      if (!this.#runMessage(message)) return;
    }
  }

  /** False: it and what follows stays in the inbox. */
  #runMessage(inbox: InboxMessage): boolean {
    const bench = this.#bench;
    const receiver = { kind: this.#kind, spec: this.#spec, exists: bench.draft.exists };
    const attempt = bench.attempt(() => {
      const route = routeMessage(inbox.body, receiver);
      if (route.type === 'handle') bench.call(route.call);
      return route;
    });
    if (attempt.type === 'full') {
      this.#full = true;
      return false;
    }
    if (attempt.type === 'done') {
      this.#settle(inbox, attempt.value);
    } else if (attempt.error instanceof Rejection) {
      this.#refuse(inbox, attempt.error);
    } else if (!this.#fail(inbox, attempt.error)) {
      return false;
    }
    this.#consumedThrough = inbox.seq;
    this.#head = null;
    this.#counts.messages++;
    return true;
  }

  #settle(inbox: InboxMessage, route: Route): void {
    if (route.type === 'invalid') {
      this.#die(inbox, route.problem, 1);
      this.#counts.invalid++;
      if (route.message === null) return;
      const refusal: Refusal = { ask: 'failed', code: 'invalid', message: route.problem };
      this.#tell(route.message, refusal);
      return;
    }
    const { message } = route;
    if (route.type === 'ignore') {
      this.#counts.ignored++;
      const text = route.code === 'exists' ? 'exists already' : 'does not exist';
      this.#add(
        answerNo(message, {
          ask: route.code,
          code: route.code,
          message: `${this.#snapshot.key} ${text}`,
        }),
      );
      return;
    }
    const reply = this.#bench.draft.reply ?? (message.type === 'create' ? 'null' : null);
    if (reply !== null) this.#add(answer(message, reply));
    else this.#add(answerNo(message, NO_REPLY));
  }

  #refuse(inbox: InboxMessage, rejection: Rejection): void {
    this.#counts.rejections++;
    const message = JSON.parse(inbox.body) as ActorMessage;
    this.#tell(message, { ask: 'rejected', code: rejection.code, message: rejection.message });
  }

  /** True: it failed for good and is consumed. */
  #fail(inbox: InboxMessage, error: unknown): boolean {
    const { seq } = inbox;
    const attempts = (this.#head?.seq === seq ? this.#head.attempts : 0) + 1;
    const final = attempts >= (this.#spec.maxAttempts ?? 5);
    this.#counts.failures++;
    this.#failures.push({ during: 'message', number: seq, error, attempts, final });
    if (final) {
      this.#die(inbox, describeError(error), attempts);
      this.#add(answerNo(JSON.parse(inbox.body) as ActorMessage, FAILED));
      return true;
    }
    const until = Math.ceil(this.#now) + backOff(attempts);
    this.#head = { seq, attempts, error: describeError(error), until };
    return false;
  }

  #die(inbox: InboxMessage, error: string, attempts: number): void {
    this.#counts.deadLetters++;
    this.#deadLetters.push({ seq: inbox.seq, error: error.slice(0, MAX_ERROR_LENGTH), attempts });
  }

  #tell(message: ActorMessage, refusal: Refusal): void {
    this.#add(answerNo(message, refusal));
    const notice = tellClient(this.#snapshot.key, message, refusal);
    if (notice === null) return;
    this.#add({ ...notice, history: this.#options.historyFor(notice.channel) });
  }

  /** The engine's own publications: at most two a message, so that no limit is needed. */
  #add(publication: ActorPublication | null): void {
    if (publication !== null) this.#bench.draft.publications.push(publication);
  }

  #runTicks(): void {
    const bench = this.#bench;
    const { draft } = bench;
    const late = this.#spec.tick?.late ?? 'skip';
    for (let left = ticksPerTurn(late); left > 0 && draft.exists && !this.#full; left--) {
      const due = dueTick(draft.plan, this.#now, { late, left });
      if (due === null) return;
      const before = draft.plan;
      draft.plan = due.after;
      const { tick } = due;
      const attempt = bench.attempt(() => bench.call({ type: 'tick', tick }));
      if (attempt.type === 'full') {
        draft.plan = before;
        return;
      }
      this.#counts.ticks++;
      this.#counts.ticksSkipped += tick.skipped;
      if (attempt.type === 'done') {
        this.#tickFailures = 0;
        this.#tickError = null;
      } else if (this.#failTick(tick.n, attempt.error)) {
        return;
      }
    }
  }

  /** True: the actor is suspended. */
  #failTick(n: number, error: unknown): boolean {
    const attempts = this.#tickFailures + 1;
    const final = attempts >= (this.#spec.maxTickFailures ?? 10);
    this.#counts.tickFailures++;
    this.#failures.push({ during: 'tick', number: n, error, attempts, final });
    this.#tickError = describeError(error);
    // Counted anew after a resume, or it would be suspended again at the first one.
    this.#tickFailures = final ? 0 : attempts;
    if (final) this.#suspend = `${attempts} ticks in a row threw, the last one: ${this.#tickError}`;
    return final;
  }

  #outcome(text: string | null): TurnOutcome {
    const { key, version, state: before } = this.#snapshot;
    const { draft } = this.#bench;
    const holdUntil = this.#holdUntil();
    const wakeAt = draft.exists ? draft.plan.at : null;
    this.#counts.created = draft.created;
    this.#counts.destroyed = draft.destroyed;
    const { ticks } = this.#counts;
    const notes = this.#notes();
    return {
      commit: {
        actor: key,
        version,
        state: this.#stateToCommit(text),
        meta: notes === null ? null : encodeMeta(notes),
        consumedThrough: this.#consumedThrough,
        deadLetters: this.#deadLetters,
        publications: draft.publications,
        sends: draft.sends,
        forget: draft.forget,
        wakeAt,
        holdUntil,
        suspend: this.#suspend,
      },
      state: text,
      notes,
      counts: this.#counts,
      failures: this.#failures,
      // Messages that are held back are no news, but the store has to hear that they are.
      idle:
        this.#snapshot.messages.length + ticks === 0 &&
        wakeAt === this.#snapshot.wakeAt &&
        text === before,
    };
  }

  /** What failed is tried again later, and an actor may want what comes after this turn to wait for more. */
  #holdUntil(): Millis | null {
    const { exists, gatherMs } = this.#bench.draft;
    const { maxMessages = Infinity } = this.#options;
    const waits = exists && gatherMs > 0 && this.#snapshot.messages.length < maxMessages;
    const gathered = waits ? Math.ceil(this.#now + gatherMs) : 0;
    const until = Math.max(this.#head?.until ?? 0, gathered);
    return until > this.#now ? until : null;
  }

  #stateToCommit(text: string | null): string | null | undefined {
    const unchanged = text === this.#snapshot.state;
    if (text !== null) return unchanged ? undefined : text;
    // Not yet an actor, but its first message was tried: that must be remembered.
    return unchanged && this.#head !== null ? undefined : null;
  }

  #notes(): TurnMeta | null {
    const { exists, plan, rateKnown, destroyed } = this.#bench.draft;
    if (!exists && this.#head === null) return null;
    return {
      now: this.#now,
      // A deleted actor's versions start over, so whoever comes next is to be another.
      life: exists || destroyed === 0 ? this.#life : null,
      plan,
      rateKnown,
      tickFailures: exists ? this.#tickFailures : 0,
      tickError: exists ? this.#tickError : null,
      head: this.#head,
    };
  }
}

const NO_REPLY: Refusal = {
  ask: 'no-reply',
  code: 'no-reply',
  message: 'the actor handled the message without a reply',
};

const FAILED: Refusal = {
  ask: 'failed',
  code: 'failed',
  message: 'the actor could not handle the message; it is among its dead letters',
};

/** 100 ms after the first attempt, doubling, at most 30 s. */
function backOff(attempts: number): Millis {
  return Math.min(30_000, 100 * 2 ** (attempts - 1));
}
