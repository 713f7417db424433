import { disconnects, replyErrors, type Command } from '@belfry/protocol';
import type { TokenGrant } from '@belfry/store';
import { Keyed, Meter, type Buckets } from './buckets.ts';
import type { Effect } from './effects.ts';
import type { Namespaces } from './namespaces.ts';
import type { Layer, Operation, RateRules } from './rate-rules.ts';
import type { Session } from './session.ts';
import { SharedBuckets } from './shared-rates.ts';
import { countOne, type Stats } from './stats.ts';

/** What becomes of an operation: it goes on, has been refused, or is to be tried again when `Session.tokensTaken` says so. */
export type Verdict = 'go' | 'refused' | 'wait';

/** An operation that someone wants to do. */
interface Wish {
  readonly operation: Operation | 'ping';
  /** The namespace of the channel, or the method. */
  readonly name: string;
  readonly isOnChannel: boolean;
  /** Counted, and never refused: refusing it would make more work than doing it. */
  readonly isAccounted: boolean;
}

const CONNECT: Wish = { operation: 'connect', name: '', isOnChannel: false, isAccounted: false };

/** One user's shared buckets, by operation. */
class SharedUser {
  readonly #all = new Map<Buckets, SharedBuckets>();

  of(user: string, buckets: Buckets): SharedBuckets {
    let shared = this.#all.get(buckets);
    if (shared === undefined) {
      shared = new SharedBuckets(`rate/${buckets.label}/${JSON.stringify(user)}`, buckets);
      this.#all.set(buckets, shared);
    }
    return shared;
  }

  isFull(now: number): boolean {
    return [...this.#all.values()].every((each) => each.isFull(now));
  }
}

/** A layer, and whom it counts. */
interface Count {
  readonly layer: Layer;
  readonly meter: Meter;
}

/** Limits how much connections, users and namespaces do. */
export class RateLimits {
  readonly #rules: RateRules;
  readonly #namespaces: Namespaces;
  readonly #stats: Stats;
  readonly #users = new Keyed(() => new Meter());
  readonly #shared = new Keyed(() => new SharedUser());
  readonly #byNamespace = new Keyed(() => new Meter());

  constructor(rules: RateRules, { namespaces, stats }: { namespaces: Namespaces; stats: Stats }) {
    this.#rules = rules;
    this.#namespaces = namespaces;
    this.#stats = stats;
  }

  /** A command of a connection. One that is refused has been answered. */
  admit(session: Session, command: Command): Verdict {
    const wish = this.#wishOf(command);
    if (wish === null) return 'go';
    const verdict = this.#decide(session, wish);
    if (verdict === 'refused') {
      // A message has no reply to say it in, and must not be lost in silence.
      if (command.type === 'send') session.close(disconnects.tooManyRequests);
      else if ('id' in command) session.fail(command.id, replyErrors.tooManyRequests);
    }
    return verdict;
  }

  /** Who has shown who they are connects. */
  connect(session: Session): Verdict {
    return this.#decide(session, CONNECT);
  }

  /** An error reply went to a client. */
  errored(session: Session, code: number): void {
    const { errors } = this.#rules;
    // An internal error is not the client's fault.
    if (errors === null || code === replyErrors.internal.code) return;
    const now = session.context.now();
    const meter = session.meter();
    if (meter.has(errors.buckets, now)) {
      meter.take(errors.buckets, now);
      return;
    }
    this.#over('client_error', errors.dryRun);
    if (!errors.dryRun) session.close(disconnects.tooManyErrors);
  }

  /** The answer to the effect `tokens`. */
  settle(shared: SharedBuckets, grant: TokenGrant | null, now: number): void {
    if (grant === null) this.#stats.rateLimitFailures++;
    for (const session of shared.settle(grant, now)) session.resumeCommands();
  }

  #wishOf(command: Command): Wish | null {
    switch (command.type) {
      case 'pong':
      case 'connect':
        return null;
      case 'ping':
      case 'send':
      case 'refresh':
        return { ...CONNECT, operation: command.type };
      case 'rpc':
        return { ...CONNECT, operation: 'rpc', name: command.request.method };
      case 'subscribe':
      case 'unsubscribe':
      case 'publish':
      case 'presence':
      case 'presence_stats':
      case 'history':
      case 'sub_refresh':
        return {
          operation: command.type,
          name: this.#namespaces.of(command.request.channel)?.name ?? '',
          isOnChannel: true,
          isAccounted: command.type === 'unsubscribe',
        };
    }
  }

  #decide(session: Session, wish: Wish): Verdict {
    const now = session.context.now();
    const shared = this.#sharedOf(session, wish, now);
    const there = shared === null ? 'yes' : this.#checkShared(session, shared, now);
    if (there === 'wait') return 'wait';
    for (const count of this.#counts(session, wish, now)) {
      if (this.#pass(count, wish, now)) continue;
      const { layer } = count;
      this.#over(layer.name, layer.dryRun);
      if (layer.dryRun) continue;
      if (!wish.isAccounted) return 'refused';
      if (layer === this.#rules.connection && this.#rules.disconnectOnAccounted) {
        session.close(disconnects.tooManyErrors);
        return 'refused';
      }
    }
    if (there === 'yes') {
      shared?.take(now);
      return 'go';
    }
    const dryRun = this.#rules.shared?.dryRun ?? false;
    this.#over('redis_user_command', dryRun);
    return dryRun ? 'go' : 'refused';
  }

  /** The layers that count in this process, in their order. */
  *#counts(session: Session, { name, operation, isOnChannel }: Wish, now: number): Iterable<Count> {
    const { connection, user, namespaces } = this.#rules;
    if (connection !== null && operation !== 'connect') {
      yield { layer: connection, meter: session.meter() };
    }
    if (user !== null && session.user !== '') {
      yield { layer: user, meter: this.#users.of(session.user, now) };
    }
    const namespace = isOnChannel ? namespaces.get(name) : undefined;
    if (namespace !== undefined) yield { layer: namespace, meter: this.#byNamespace.of(name, now) };
  }

  /** Takes the tokens of a layer, if they are there. What is never refused takes of `total` anyway. */
  #pass({ layer, meter }: Count, { operation, name, isAccounted }: Wish, now: number): boolean {
    const own = operation === 'ping' ? null : layer.find(operation, name);
    // Connecting is not among what a connection's commands add up to.
    const total = operation === 'connect' ? null : layer.total;
    const hasOwn = own === null || meter.has(own, now);
    const hasTotal = total === null || meter.has(total, now);
    const passes = hasOwn && hasTotal;
    if (own !== null && (passes || (isAccounted && hasOwn))) meter.take(own, now);
    if (total !== null && (passes || (isAccounted && hasTotal))) meter.take(total, now);
    return passes;
  }

  #sharedOf(
    session: Session,
    { operation, name, isAccounted }: Wish,
    now: number,
  ): SharedBuckets | null {
    const { shared: layer } = this.#rules;
    if (layer === null || session.user === '' || operation === 'ping' || isAccounted) return null;
    const buckets = layer.find(operation, name);
    return buckets === null ? null : this.#shared.of(session.user, now).of(session.user, buckets);
  }

  /** In a dry run nobody waits. */
  #checkShared(session: Session, shared: SharedBuckets, now: number): 'yes' | 'no' | 'wait' {
    const state = shared.check(now);
    if (state === 'yes' || state === 'no') return state;
    if (state === 'ask') {
      shared.asked();
      const effect: Effect = { type: 'tokens', shared };
      session.perform(effect);
      // It may have been answered at once.
      const after = shared.check(now);
      if (after === 'yes' || after === 'no') return after;
    }
    if (this.#rules.shared?.dryRun === true) return 'yes';
    shared.wait(session);
    return 'wait';
  }

  #over(layer: string, dryRun: boolean): void {
    countOne(dryRun ? this.#stats.rateDryRuns : this.#stats.rateLimited, layer);
  }
}
