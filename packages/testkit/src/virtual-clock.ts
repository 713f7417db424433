/** A clock that moves only when a test moves it. */
export interface VirtualClock {
  /** Milliseconds since the Unix epoch. Give it to `StoreOptions.now`. */
  readonly now: () => number;
  /** Moves it; a negative step moves it back. */
  advance(ms: number): void;
  set(ms: number): void;
}

/** Makes a clock that stands at `start`; default 2025-01-01T00:00:00Z. */
export function virtualClock(start: number = Date.UTC(2025, 0, 1)): VirtualClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    set: (ms) => {
      now = ms;
    },
  };
}
