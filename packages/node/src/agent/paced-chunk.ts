import { type AnySimulation, type ChunkWork, runBlocks } from '@belfry/protocol';

export interface Pace {
  /** The share of the time that blocks may run, above 0 and at most 1. */
  readonly cpu: number;
  /** Hears how many blocks are done: 0 at first, then seldom. */
  readonly tell: (done: number) => void;
  /** In ms. */
  readonly now: () => number;
}

/** What a thread that ran a chunk says in the end. Errors are data: what a simulation throws need not survive a clone. */
export type ChunkOutcome =
  | { readonly ok: true; readonly json: string; readonly ms: number }
  | { readonly ok: false; readonly reason: 'error' | 'version'; readonly message: string };

/** Progress is told so often at most, in ms. */
const TELL_MS = 100;
/** The longest pause after a block, in ms. */
const MOST_PAUSE_MS = 5_000;

/** Runs a chunk in a thread; yields how long to pause, in ms, before going on. */
export function* pacedChunk(
  simulation: AnySimulation,
  work: ChunkWork,
  { cpu, tell, now }: Pace,
): Generator<number, ChunkOutcome, void> {
  tell(0);
  const startedAt = now();
  let toldAt = startedAt;
  let blockAt = startedAt;
  try {
    const blocks = runBlocks(simulation, work);
    for (;;) {
      const { done, value } = blocks.next();
      if (done === true) return { ok: true, json: value, ms: now() - startedAt };
      const doneAt = now();
      if (doneAt - toldAt >= TELL_MS) {
        toldAt = doneAt;
        tell(value);
      }
      if (cpu < 1) yield Math.min(MOST_PAUSE_MS, (doneAt - blockAt) * (1 / cpu - 1));
      blockAt = now();
    }
  } catch (error) {
    return { ok: false, reason: 'error', message: errorText(error) };
  }
}

/** The simulation that a bundle has; throws when it has none. */
export function simulationOf(module: { readonly default?: AnySimulation }): AnySimulation {
  const simulation = module.default;
  if (typeof simulation?.run !== 'function' || typeof simulation.merge !== 'function') {
    throw new TypeError('its default export is no simulation');
  }
  return simulation;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
