/** Counts what jobs and nodes decide in this process. A turn that comes to be run twice is counted twice. */
export class FleetMeter {
  /** Attempts that jobs gave to nodes. */
  assigned = 0;
  /** Attempts that nodes gave up or lost, by why. */
  readonly lost: Map<string, number> = new Map();

  noteLost(reason: string, attempts: number): void {
    this.lost.set(reason, (this.lost.get(reason) ?? 0) + attempts);
  }
}
