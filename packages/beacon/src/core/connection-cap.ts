/** What another Beacon says of itself. */
export interface OtherClaim {
  readonly uid: string;
  /** How many connections it may come to have before it says so again; what it has, where it says nothing else. */
  readonly claim: number;
}

/**
 * A limit on the connections of all Beacons together. Each claims what it has and an equal share of the room that is left, says so with
 * its announcements, and takes no connection beyond its claim. Claims that two Beacons make without having heard of each other's still
 * fit together, for each takes a share only; so the limit holds as long as announcements arrive. The last few places (fewer than there
 * are Beacons) may stay empty.
 */
export class ConnectionCap {
  readonly #limit: number;
  readonly #uid: string;
  #claim = 0;

  constructor(limit: number, uid: string) {
    this.#limit = limit;
    this.#uid = uid;
  }

  /** What this Beacon may come to have. */
  get claim(): number {
    return this.#claim;
  }

  /** Claims anew: to be called when the claim is announced, and only then. */
  renew(connections: number, others: readonly OtherClaim[]): void {
    const claimed = others.reduce((sum, each) => sum + each.claim, 0);
    const room = Math.max(0, this.#limit - connections - claimed);
    const nodes = others.length + 1;
    const rank = others.filter((each) => each.uid < this.#uid).length;
    const share = Math.floor(room / nodes) + (rank < room % nodes ? 1 : 0);
    this.#claim = connections + share;
  }

  admits(connections: number): boolean {
    return connections < this.#claim;
  }
}
