/** When something happens to an agent. */
export interface Moment {
  /** In ms, on a clock that never goes back. */
  readonly now: number;
  /** The number of the event: what was asked in one is answered with what was known then. */
  readonly event: number;
}
