/** One question to the server for its time. All in ms since the Unix epoch. */
export interface ClockSample {
  /** On our clock. */
  readonly sentAt: number;
  /** On our clock. */
  readonly receivedAt: number;
  /** On the server's. */
  readonly serverNow: number;
}

export interface ClockOffset {
  /** What to add to our clock to get the server's, in ms. */
  readonly offsetMs: number;
  /** How far off that may be at most, in ms, if neither clock was set meanwhile. */
  readonly uncertaintyMs: number;
}

/**
 * The offset by the sample with the shortest round trip: the server read its clock somewhere within it, so the middle is off by half
 * of it at most. `null` without samples. Samples that end before they begin (our clock was set back) are left out.
 */
export function bestOffset(samples: readonly ClockSample[]): ClockOffset | null {
  let best: ClockOffset | null = null;
  for (const { sentAt, receivedAt, serverNow } of samples) {
    const uncertaintyMs = (receivedAt - sentAt) / 2;
    if (uncertaintyMs < 0 || (best !== null && best.uncertaintyMs <= uncertaintyMs)) continue;
    best = { offsetMs: serverNow - (sentAt + receivedAt) / 2, uncertaintyMs };
  }
  return best;
}
