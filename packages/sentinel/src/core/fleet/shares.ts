/** A job that wants slots. */
export interface ShareJob {
  readonly user: string;
  readonly priority: number;
  readonly wanted: number;
  /** Kinds of nodes that it may use, and how many slots of each at most; in the order in which it takes them. */
  readonly kinds: ReadonlyMap<number, number>;
  /** Slots that it has now, by kind. */
  readonly has: ReadonlyMap<number, number>;
}

/** By kind: how many slots a job is to have. */
export type Share = Map<number, number>;

interface Taker {
  readonly job: ShareJob;
  readonly share: Share;
  taken: number;
  /** What it has now in all: of two that have taken the same, who has more takes first, so that little moves. */
  readonly has: number;
  readonly index: number;
}

interface User {
  readonly takers: Taker[];
  readonly name: string;
}

/**
 * Shares slots out: higher priorities first; within a priority as evenly between users as what they want and may use allows, then between the
 * jobs of each; nobody gets more than `userSlots`. No slot is left over that somebody could use.
 */
export function shareOut(
  jobs: readonly ShareJob[],
  capacity: ReadonlyMap<number, number>,
  userSlots: number,
): Share[] {
  const left = new Map(capacity);
  const taken = new Map<string, number>();
  const takers = jobs.map((job, index): Taker => {
    const has = job.has.values().reduce((sum, slots) => sum + slots, 0);
    return { job, share: new Map(), taken: 0, has, index };
  });
  const priorities = [...new Set(jobs.map(({ priority }) => priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    const level = takers.filter(({ job }) => job.priority === priority);
    sharePriority(level, { left, taken, userSlots });
  }
  return takers.map(({ share }) => share);
}

interface Pot {
  readonly left: Map<number, number>;
  /** By user. */
  readonly taken: Map<string, number>;
  readonly userSlots: number;
}

function sharePriority(takers: readonly Taker[], pot: Pot): void {
  const byUser = Map.groupBy(takers, ({ job }) => job.user);
  const users = new Heap<User>((a, b) => userOrder(a, b, pot));
  for (const [name, own] of byUser) {
    users.push({ name, takers: own.sort((a, b) => b.has - a.has || a.index - b.index) });
  }
  let active = takers.length;
  let rest = pot.left.values().reduce((sum, slots) => sum + slots, 0);
  for (let user = users.pop(); user !== undefined; user = users.pop()) {
    const taker = least(user.takers);
    const own = pot.taken.get(user.name) ?? 0;
    const most = Math.min(taker.job.wanted - taker.taken, pot.userSlots - own);
    // Much at once while there is much, and one by one in the end.
    const want = Math.min(most, Math.max(1, Math.floor(rest / (4 * active))));
    const got = take(taker, want, pot.left);
    if (got > 0) {
      rest -= got;
      taker.taken += got;
      pot.taken.set(user.name, own + got);
    } else {
      user.takers.splice(user.takers.indexOf(taker), 1);
      active -= 1;
    }
    if (user.takers.length > 0) users.push(user);
  }
}

function userOrder(a: User, b: User, { taken }: Pot): number {
  const more = (taken.get(a.name) ?? 0) - (taken.get(b.name) ?? 0);
  if (more !== 0) return more;
  const [first, second] = [a.takers[0] as Taker, b.takers[0] as Taker];
  return second.has - first.has || first.index - second.index;
}

function least(takers: readonly Taker[]): Taker {
  return takers.reduce((best, taker) => (taker.taken < best.taken ? taker : best));
}

/** Takes up to `want` slots, of kinds that it has already first where none is more its own than another. */
function take({ job, share }: Taker, want: number, left: Map<number, number>): number {
  let got = 0;
  for (const keep of [true, false]) {
    for (const [kind, limit] of job.kinds) {
      if (got >= want) return got;
      const mine = share.get(kind) ?? 0;
      const most = keep ? Math.min(limit, job.has.get(kind) ?? 0) : limit;
      const slots = Math.min(want - got, most - mine, left.get(kind) ?? 0);
      if (slots <= 0) continue;
      share.set(kind, mine + slots);
      left.set(kind, (left.get(kind) ?? 0) - slots);
      got += slots;
    }
  }
  return got;
}

/** A binary heap: the least first. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #order: (a: T, b: T) => number;

  constructor(order: (a: T, b: T) => number) {
    this.#order = order;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >>> 1;
      if (this.#order(items[up] as T, item) <= 0) break;
      items[at] = items[up] as T;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && this.#order(items[down + 1] as T, items[down] as T) < 0)
        down++;
      if (this.#order(last, items[down] as T) <= 0) break;
      items[at] = items[down] as T;
      at = down;
    }
    items[at] = last;
    return top;
  }
}
