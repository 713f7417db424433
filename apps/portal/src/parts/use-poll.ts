import { useEffect, useRef, useState } from 'preact/hooks';
import { asPageError, type PageError } from './page-error.ts';

/** What asking again and again has brought. */
export interface Polled<T> {
  /** The latest answer; `null`: there was none yet. It stays while later ones fail. */
  readonly data: T | null;
  /** Why the last question was not answered; `null`: it was. */
  readonly error: PageError | null;
  /** When the latest answer came, in ms since the Unix epoch; 0: never. */
  readonly at: number;
  /** Asks at once. */
  again(): void;
}

interface State<T> {
  readonly data: T | null;
  readonly error: PageError | null;
  readonly at: number;
}

const MAX_BACKOFF = 5;

/**
 * Asks now and then, one question at a time, and not while nobody sees the window. After failures it asks less often. With another `key`
 * it begins anew.
 */
export function usePoll<T>(
  key: string,
  everyMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Polled<T> {
  const [state, setState] = useState<State<T> & { readonly key: string }>({
    key,
    data: null,
    error: null,
    at: 0,
  });
  const latest = useRef(ask);
  latest.current = ask;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let failures = 0;
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      if (asking || document.hidden || stop.signal.aborted) return;
      asking = true;
      try {
        const data = await latest.current(stop.signal);
        failures = 0;
        if (!stop.signal.aborted) setState({ key, data, error: null, at: Date.now() });
      } catch (error) {
        if (stop.signal.aborted) return;
        failures = Math.min(failures + 1, MAX_BACKOFF);
        const told = asPageError(error);
        setState((was) =>
          was.key === key ? { ...was, error: told } : { key, data: null, error: told, at: 0 },
        );
      } finally {
        asking = false;
        if (!stop.signal.aborted) {
          timer = setTimeout(() => void look(), everyMs * (1 + failures));
        }
      }
    };
    again.current = () => void look();
    document.addEventListener('visibilitychange', again.current);
    const listener = again.current;
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', listener);
    };
  }, [key, everyMs]);

  // What was asked under another key is not the answer to this one.
  const { data, error, at } = state.key === key ? state : { data: null, error: null, at: 0 };
  return { data, error, at, again: () => again.current() };
}
