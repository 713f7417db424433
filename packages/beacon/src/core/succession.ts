/**
 * Times at which connections began, in an order that all Beacons agree on: whatever begins after a Beacon has heard of a time is later
 * than that, also when clocks differ.
 */
export class Succession {
  #latest = 0;

  /** The time of what begins at `now`, in ms: later than all that were given and heard. */
  next(now: number): number {
    this.#latest = Math.max(now, this.#latest + 1);
    return this.#latest;
  }

  /** Another Beacon has given this one. */
  heard(time: number): void {
    this.#latest = Math.max(this.#latest, time);
  }
}
