/** What is known of a token, by which it can be revoked. */
export interface TokenMark {
  /** The claim `jti`; `''`: it has none. */
  readonly id: string;
  /** The claim `iat`, in Unix seconds; 0: it has none, and counts as issued before anything. */
  readonly issuedAt: number;
}

/** What is not let in. */
export type Revoked =
  | { readonly type: 'user'; readonly user: string }
  /** One token, for a connection or a subscription. */
  | { readonly type: 'token'; readonly id: string }
  /** Connection tokens of a user, or subscription tokens for one channel, that were issued before a time (Unix seconds). */
  | {
      readonly type: 'issued';
      readonly user: string;
      readonly channel: string | null;
      readonly before: number;
    };

export interface Revocation {
  readonly revoked: Revoked;
  /** Milliseconds since the Unix epoch; `null`: it does not end by itself. */
  readonly until: number | null;
}

/** Two that have the same key are about the same. */
export function revocationKey(revoked: Revoked): string {
  switch (revoked.type) {
    case 'user':
      return JSON.stringify(['user', revoked.user]);
    case 'token':
      return JSON.stringify(['token', revoked.id]);
    case 'issued':
      return JSON.stringify(['issued', revoked.user, revoked.channel]);
  }
}

/** Blocked users and revoked tokens, as far as this process knows. Every look-up is one in a map, and none while it is empty. */
export class Revocations {
  #byKey = new Map<string, Revocation>();

  get size(): number {
    return this.#byKey.size;
  }

  add(revocation: Revocation): void {
    this.#byKey.set(revocationKey(revocation.revoked), revocation);
  }

  remove(revoked: Revoked): void {
    this.#byKey.delete(revocationKey(revoked));
  }

  /** From now on these and no others. */
  replace(all: Iterable<Revocation>): void {
    this.#byKey = new Map();
    for (const each of all) this.add(each);
  }

  /** Forgets those that have ended. */
  sweep(now: number): void {
    for (const [key, { until }] of this.#byKey) {
      if (until !== null && until <= now) this.#byKey.delete(key);
    }
  }

  #find(revoked: Revoked, now: number): Revocation | undefined {
    if (this.#byKey.size === 0) return undefined;
    const found = this.#byKey.get(revocationKey(revoked));
    return found === undefined || (found.until !== null && found.until <= now) ? undefined : found;
  }

  isBlocked(user: string, now: number): boolean {
    return user !== '' && this.#find({ type: 'user', user }, now) !== undefined;
  }

  /**
   * Whether a token is not valid any more.
   *
   * @param of whose it is, and for which channel; `null`: for a connection
   */
  isRevoked(
    token: TokenMark,
    of: { readonly user: string; readonly channel: string | null },
    now: number,
  ): boolean {
    if (this.#byKey.size === 0) return false;
    if (token.id !== '' && this.#find({ type: 'token', id: token.id }, now) !== undefined) {
      return true;
    }
    const issued = this.#find({ type: 'issued', ...of, before: 0 }, now)?.revoked;
    return issued?.type === 'issued' && token.issuedAt < issued.before;
  }
}
