import type { Millis } from '@belfry/store';
import { NO_TICKS, type TickGrid, type TickPlan } from './tick-plan.ts';

/** What the engine knows of an actor besides its state. Stored as JSON text; people see it when they peek. */
export interface TurnMeta {
  /** The time of the last turn; 0 before the first. */
  readonly now: Millis;
  /** Tells this life of the actor from others of the same key: the fence of its first commit; `null` before that. */
  readonly life: number | null;
  readonly plan: TickPlan;
  /** The rate was started or stopped before; false: an actor from before its kind had a rate. */
  readonly rateKnown: boolean;
  /** Ticks in a row that threw, and the last one's error. */
  readonly tickFailures: number;
  readonly tickError: string | null;
  /** The message at the head of the inbox, if it was tried before and threw. */
  readonly head: HeadFailure | null;
}

export interface HeadFailure {
  readonly seq: number;
  readonly attempts: number;
  readonly error: string;
  /** It is tried again from then on. */
  readonly until: Millis;
}

export const NEW_META: TurnMeta = {
  now: 0,
  life: null,
  plan: NO_TICKS,
  rateKnown: false,
  tickFailures: 0,
  tickError: null,
  head: null,
};

/** The stored form: what is usual is left out, so that it stays short. */
interface StoredMeta {
  readonly now: Millis;
  readonly life?: number;
  readonly n?: number;
  readonly at?: Millis;
  readonly once?: true;
  readonly skipped?: number;
  readonly grid?: TickGrid | null;
  readonly tickFailures?: number;
  readonly tickError?: string;
  readonly head?: HeadFailure;
}

/** Written by hand: every turn does it. */
export function encodeMeta(meta: TurnMeta): string {
  const { plan, life, tickFailures, tickError, head } = meta;
  let text = `{"now":${meta.now}`;
  if (life !== null) text += `,"life":${life}`;
  if (plan.n > 0) text += `,"n":${plan.n}`;
  if (plan.at !== null) text += `,"at":${plan.at}`;
  if (plan.once) text += ',"once":true';
  if (plan.skipped > 0) text += `,"skipped":${plan.skipped}`;
  if (meta.rateKnown) text += `,"grid":${gridText(plan.grid)}`;
  if (tickFailures > 0) text += `,"tickFailures":${tickFailures}`;
  if (tickError !== null) text += `,"tickError":${JSON.stringify(tickError)}`;
  if (head !== null) text += `,"head":${JSON.stringify(head)}`;
  return `${text}}`;
}

function gridText(grid: TickGrid | null): string {
  return grid === null ? 'null' : `{"t0":${grid.t0},"k":${grid.k},"hz":${grid.hz}}`;
}

export function decodeMeta(text: string | null): TurnMeta {
  if (text === null) return NEW_META;
  const stored = JSON.parse(text) as StoredMeta;
  return {
    now: stored.now,
    life: stored.life ?? null,
    plan: {
      n: stored.n ?? 0,
      grid: stored.grid ?? null,
      at: stored.at ?? null,
      once: stored.once ?? false,
      skipped: stored.skipped ?? 0,
    },
    rateKnown: stored.grid !== undefined,
    tickFailures: stored.tickFailures ?? 0,
    tickError: stored.tickError ?? null,
    head: stored.head ?? null,
  };
}
