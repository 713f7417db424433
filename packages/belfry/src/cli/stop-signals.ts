/**
 * A terminal sends its Ctrl-C to every process of the group, and npm passes its own on as well: one press, two signals, milliseconds
 * apart. Nobody presses twice on purpose this fast.
 */
export const SAME_PRESS_MS = 1_000;

/** What a signal asks for: `stop`, with care; `now`, at once; `same`: nothing, it is the first one again. */
export type StopWish = 'stop' | 'now' | 'same';

/** Tells what each signal asks for. @returns a function of the time in ms, on any clock that does not go back */
export function stopWishes(): (now: number) => StopWish {
  let first: number | undefined;
  return (now) => {
    if (first === undefined) {
      first = now;
      return 'stop';
    }
    return now - first < SAME_PRESS_MS ? 'same' : 'now';
  };
}
