import type { TokenGrant } from '@belfry/store';
import { Meter, type Buckets } from './buckets.ts';
import type { Session } from './session.ts';

/** For how long a store that failed is not asked for tokens. */
const AWAY_MS = 1_000;
/** So much of a bucket is fetched at once: a store call for every so many operations of a busy user. */
const CHUNK = 10;

/** What this process holds of the buckets of one user for one operation. */
export class SharedBuckets {
  /** Names it in the store. */
  readonly key: string;
  readonly buckets: Buckets;
  #credit = 0;
  /** Until when the credit is good: what is not used goes back by the bucket's filling up. */
  #creditUntil = 0;
  #deniedUntil = 0;
  #awayUntil = 0;
  /** Counts while the store does not. */
  #own: Meter | null = null;
  #asking = false;
  readonly #waiting = new Set<Session>();

  constructor(key: string, buckets: Buckets) {
    this.key = key;
    this.buckets = buckets;
  }

  /** How many tokens to ask for. */
  get want(): number {
    return Math.ceil(Math.min(...this.buckets.list.map(({ rate }) => rate)) / CHUNK);
  }

  /** Whether there is a token; `ask`: the store must be asked, `wait`: it is being asked. */
  check(now: number): 'yes' | 'no' | 'ask' | 'wait' {
    if (now < this.#awayUntil)
      return (this.#own ??= new Meter()).has(this.buckets, now) ? 'yes' : 'no';
    if (this.#credit > 0 && now < this.#creditUntil) return 'yes';
    if (now < this.#deniedUntil) return 'no';
    return this.#asking ? 'wait' : 'ask';
  }

  take(now: number): void {
    if (now < this.#awayUntil) (this.#own ??= new Meter()).take(this.buckets, now);
    else if (this.#credit > 0) this.#credit--;
  }

  /** A session waits for the answer. */
  wait(session: Session): void {
    this.#waiting.add(session);
  }

  asked(): void {
    this.#asking = true;
  }

  /** The store's answer; `null`: it could not give one. Returns who waited for it. */
  settle(grant: TokenGrant | null, now: number): Session[] {
    this.#asking = false;
    if (grant === null) {
      this.#awayUntil = now + AWAY_MS;
    } else if (grant.granted === 0) {
      this.#deniedUntil = now + Math.max(grant.retryMs, 1);
    } else {
      if (now >= this.#creditUntil) this.#credit = 0;
      this.#credit += grant.granted;
      this.#creditUntil = now + Math.min(...this.buckets.list.map((each) => each.intervalMs));
    }
    const waited = [...this.#waiting];
    this.#waiting.clear();
    return waited;
  }

  isFull(now: number): boolean {
    if (this.#asking || this.#waiting.size > 0) return false;
    return now >= this.#creditUntil && now >= this.#deniedUntil && (this.#own?.isFull(now) ?? true);
  }
}
