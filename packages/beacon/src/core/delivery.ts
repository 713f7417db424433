import type { LivePublication } from './subscription.ts';
import type { TagsFilter } from './tags-filter.ts';

/** A filter that all subscriptions with the same one share, so that each publication is judged once for all of them. */
export class SharedFilter {
  readonly filter: TagsFilter;
  /** How many subscriptions have it. */
  users = 0;
  /** The serial number of the publication that was judged last. */
  judged = 0;
  passed = false;

  constructor(filter: TagsFilter) {
    this.filter = filter;
  }
}

/** The filters of all subscriptions of a process. */
export class SharedFilters {
  readonly #byText = new Map<string, SharedFilter>();

  get size(): number {
    return this.#byText.size;
  }

  /** The one to use for this filter. Give it back with `release`. */
  share(filter: TagsFilter): SharedFilter {
    let shared = this.#byText.get(filter.text);
    if (shared === undefined) {
      shared = new SharedFilter(filter);
      this.#byText.set(filter.text, shared);
    }
    shared.users++;
    return shared;
  }

  release(shared: SharedFilter): void {
    shared.users--;
    if (shared.users === 0) this.#byText.delete(shared.filter.text);
  }
}

/** What a subscription gets otherwise than as it is published. Ordinary subscriptions have none of it. */
export class Delivery {
  /** It negotiated Fossil deltas. */
  readonly delta: boolean;
  /** What it wants; `null`: everything. */
  readonly filter: SharedFilter | null;
  /** While its connection is slow it gets the latest publication only. */
  readonly conflate: boolean;
  /** With `delta`: the offset of the last publication that it got, which a patch can build on; 0: none. */
  base = 0;
  /** With `conflate`: what it gets as soon as its connection is not slow any more. */
  held: LivePublication | null = null;

  constructor(
    options: Partial<{
      readonly delta: boolean;
      readonly filter: SharedFilter | null;
      readonly conflate: boolean;
    }>,
  ) {
    this.delta = options.delta ?? false;
    this.filter = options.filter ?? null;
    this.conflate = options.conflate ?? false;
  }
}
