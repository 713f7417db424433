import type { ActorKey } from '@belfry/protocol';
import type { Millis } from '@belfry/store';

/** What was seen longer ago, another process may have seen change. */
const FRESH_MS = 60_000;
/** The most consumers to remember. */
const MAX_KNOWN = 10_000;

interface Seen {
  readonly kind: string;
  readonly waiting: number;
  readonly at: Millis;
}

/** How many messages wait for consumers, as this process saw when it last had them. */
export class Backlogs {
  readonly #seen = new Map<ActorKey, Seen>();

  see({ actor, ...seen }: Seen & { readonly actor: ActorKey }): void {
    if (seen.waiting === 0) this.#seen.delete(actor);
    else if (this.#seen.has(actor) || this.#seen.size < MAX_KNOWN) this.#seen.set(actor, seen);
  }

  byKind(now: Millis): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const [actor, { kind, waiting, at }] of this.#seen) {
      if (now - at > FRESH_MS) this.#seen.delete(actor);
      else sums.set(kind, (sums.get(kind) ?? 0) + waiting);
    }
    return sums;
  }
}
