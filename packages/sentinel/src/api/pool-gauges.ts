import type { PoolView } from '@belfry/protocol';
import type { ActorStore } from '@belfry/store';
import type { ActorCalls } from './actor-calls.ts';

/** What is older is asked for anew, in ms. */
const FRESH_MS = 5_000;
/** The most pools that are asked. */
const MAX_POOLS = 100;

export interface PoolGaugesOptions {
  readonly actors: Pick<ActorCalls, 'fleet'>;
  readonly store: Pick<ActorStore, 'list'>;
  /** Milliseconds of any clock that goes forward. */
  readonly now: () => number;
}

const NOTHING = {
  pools: 0,
  nodes: 0,
  nodes_online: 0,
  slots: 0,
  slots_busy: 0,
  jobs: 0,
  slots_wanted: 0,
};

/** How all pools together are. Whoever reads it gets what was known last, and has it asked for anew. */
export class PoolGauges {
  readonly #options: PoolGaugesOptions;
  #known: Readonly<Record<keyof typeof NOTHING, number>> = NOTHING;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PoolGaugesOptions) {
    this.#options = options;
  }

  read(): Readonly<Record<string, number>> {
    const now = this.#options.now();
    if (now - this.#askedAt >= FRESH_MS) {
      this.#askedAt = now;
      // A store that is away has told so elsewhere.
      this.#ask().catch(() => {});
    }
    return this.#known;
  }

  async #ask(): Promise<void> {
    const { actors, store } = this.#options;
    const page = await store.list({ kind: 'fleet', limit: MAX_POOLS });
    const views = await Promise.all(
      page.actors.map((actor) => actors.fleet(actor.slice('fleet/'.length), { type: 'view' })),
    );
    const sum = (of: (view: PoolView) => number): number =>
      views.reduce((total, view) => total + of(view), 0);
    this.#known = {
      pools: views.length,
      nodes: sum(({ nodes }) => nodes),
      nodes_online: sum(({ online }) => online),
      slots: sum(({ slots }) => slots),
      slots_busy: sum(({ busy }) => busy),
      jobs: sum(({ jobs }) => jobs.length),
      slots_wanted: sum(({ jobs }) => jobs.reduce((total, { wanted }) => total + wanted, 0)),
    };
  }
}
