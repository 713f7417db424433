import { useEffect, useReducer, useRef } from 'preact/hooks';
import { NOTHING_SEEN, watched, type WatchLog } from '../model/watch-log.ts';
import type { AdminApi } from './admin-api.ts';
import { type AdminError, asAdminError } from './admin-error.ts';
import type { StreamEvent } from './admin-types.ts';

export type WatchState = 'opening' | 'live' | 'paused' | 'retrying' | 'refused';

export interface Watch {
  readonly state: WatchState;
  readonly log: WatchLog;
  /** Why it is being tried again, or was given up. */
  readonly error: AdminError | null;
  /** Stops listening: what comes meanwhile is not seen. */
  setPaused(paused: boolean): void;
  clear(): void;
}

interface Facts {
  readonly state: WatchState;
  readonly log: WatchLog;
  readonly error: AdminError | null;
}

type Told =
  | { readonly type: 'state'; readonly state: WatchState; readonly error?: AdminError }
  | { readonly type: 'events'; readonly events: readonly StreamEvent[] }
  | { readonly type: 'tick' }
  | { readonly type: 'clear' };

/** How often the page is drawn anew while much comes, in ms. */
const DRAW_MS = 200;
const RETRY_MS = 2_000;
/** The most events that wait to be drawn; what is kept in the end is not more. */
const MAX_WAITING = 5_000;

function reduce(facts: Facts, told: Told): Facts {
  switch (told.type) {
    case 'state':
      return { ...facts, state: told.state, error: told.error ?? null };
    case 'events':
      return { ...facts, log: watched(facts.log, told.events, Date.now()) };
    case 'tick':
      return { ...facts };
    case 'clear':
      return { ...facts, log: { ...NOTHING_SEEN, nextId: facts.log.nextId } };
  }
}

/** Listens to a channel while the component is there, the window is seen and it is not paused. */
export function useWatch(api: AdminApi, channel: string, enabled: boolean): Watch {
  const [facts, tell] = useReducer(reduce, { state: 'opening', log: NOTHING_SEEN, error: null });
  const paused = useRef(false);
  const update = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (!enabled) return undefined;
    let stop: AbortController | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let waiting: StreamEvent[] = [];
    let missed = false;

    const draw = (): void => {
      if (waiting.length === 0) return;
      const events = waiting;
      waiting = [];
      tell({ type: 'events', events });
    };
    const drawing = setInterval(draw, DRAW_MS);
    // The chart moves on when nothing comes.
    const ticking = setInterval(() => tell({ type: 'tick' }), 1_000);

    const listen = async (): Promise<void> => {
      const own = new AbortController();
      stop = own;
      tell({ type: 'state', state: missed ? 'retrying' : 'opening' });
      try {
        await api.stream(
          channel,
          (events) => {
            waiting.push(...events.slice(-MAX_WAITING));
            if (waiting.length > MAX_WAITING) waiting = waiting.slice(-MAX_WAITING);
          },
          {
            signal: own.signal,
            onOpen() {
              if (missed) waiting.push({ channel, interrupted: true });
              missed = false;
              tell({ type: 'state', state: 'live' });
            },
          },
        );
        failed(own, undefined);
      } catch (error) {
        failed(own, error);
      }
    };
    const failed = (own: AbortController, error: unknown): void => {
      if (own.signal.aborted || stop !== own) return;
      stop = null;
      missed = true;
      const told = error === undefined ? undefined : asNetwork(error);
      if (told !== undefined && (told.problem === 'refused' || told.problem === 'signed-out')) {
        tell({ type: 'state', state: 'refused', error: told });
        return;
      }
      tell({ type: 'state', state: 'retrying', ...(told === undefined ? {} : { error: told }) });
      retry = setTimeout(look, RETRY_MS);
    };
    const look = (): void => {
      clearTimeout(retry);
      const wanted = !paused.current && !document.hidden;
      if (wanted && stop === null) void listen();
      if (!wanted && stop !== null) {
        stop.abort();
        stop = null;
        missed = true;
        draw();
        tell({ type: 'state', state: 'paused' });
      }
    };
    update.current = look;
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      stop?.abort();
      stop = null;
      clearTimeout(retry);
      clearInterval(drawing);
      clearInterval(ticking);
      document.removeEventListener('visibilitychange', look);
    };
  }, [api, channel, enabled]);

  return {
    ...facts,
    setPaused(value) {
      paused.current = value;
      update.current();
    },
    clear: () => tell({ type: 'clear' }),
  };
}

/** A stream that breaks off fails with whatever the browser says of it. */
function asNetwork(error: unknown): AdminError | undefined {
  const told = asAdminError(error);
  return told.problem === 'failed' ? undefined : told;
}
