import type { Millis } from '@belfry/store';
import type { LatePolicy, Tick, TickRate } from '../define-actor.ts';

/**
 * The absolute grid of a running rate: its points are `t0 + k·1000/hz`, each rounded up to a whole ms on its own, so that rounding
 * never adds up. Point 0 is when the rate started.
 */
export interface TickGrid {
  readonly t0: Millis;
  /** The last point that is behind us: it was run or left out. */
  readonly k: number;
  /** The rate it was made for; another one in the definition (a new deployment) moves the grid. */
  readonly hz: number;
}

/** When an actor ticks. Never changed in place, so that going back is keeping the old one. */
export interface TickPlan {
  /** The last number that was given out; 0 before the first tick. */
  readonly n: number;
  /** `null`: no rate runs. */
  readonly grid: TickGrid | null;
  /** The one pending tick. */
  readonly at: Millis | null;
  /** `at` was set by `scheduleTick`, not by the grid. */
  readonly once: boolean;
  /** Grid points left out since the last tick that ran. */
  readonly skipped: number;
}

export const NO_TICKS: TickPlan = { n: 0, grid: null, at: null, once: false, skipped: 0 };

/** A tick that is to run now, and the plan in which it is behind us. */
export interface DueTick {
  readonly tick: Tick;
  readonly after: TickPlan;
}

/** Point `k` of the grid. */
export function gridPoint(grid: TickGrid, k: number): Millis {
  return grid.t0 + Math.ceil((k * 1000) / grid.hz);
}

/** The last point at or before `now`; below 0 when `now` lies before the start. */
export function lastPointBy(grid: TickGrid, now: Millis): number {
  let k = Math.floor(((now - grid.t0) * grid.hz) / 1000);
  while (gridPoint(grid, k) > now) k--;
  while (gridPoint(grid, k + 1) <= now) k++;
  return k;
}

/** Starts (or restarts) the rate: its first tick comes a period after `now`. */
export function startTicks(plan: TickPlan, hz: number, now: Millis): TickPlan {
  return onGrid(plan, { t0: Math.ceil(now), k: 0, hz });
}

/** Leaves no tick pending and no rate running. */
export function cancelTicks(plan: TickPlan): TickPlan {
  return { ...plan, grid: null, at: null, once: false, skipped: 0 };
}

/** Replaces the pending tick by one at `at`; a running rate goes on from its next point after that tick. */
export function scheduleOnce(plan: TickPlan, at: Millis): TickPlan {
  return { ...plan, at: Math.ceil(at), once: true };
}

/** Moves the grid where the definition's rate is not the one the grid was made for; the pending tick stays where it is. */
export function adoptRate(plan: TickPlan, rate: TickRate | undefined): TickPlan {
  const { grid, at, once } = plan;
  if (grid === null || grid.hz === rate?.hz) return plan;
  if (rate === undefined) return once ? { ...plan, grid: null } : cancelTicks(plan);
  const next = at === null || once ? gridPoint(grid, grid.k + 1) : at;
  const moved = { t0: next - Math.ceil(1000 / rate.hz), k: 0, hz: rate.hz };
  return once ? { ...plan, grid: moved } : onGrid(plan, moved);
}

/**
 * The tick to run at `now`, if one is due. `left` is how many more ticks may run in this turn, this one included: a `catchUp` turn
 * starts with its maximum and leaves out what is still late when one is left.
 */
export function dueTick(
  plan: TickPlan,
  now: Millis,
  options: { readonly late: LatePolicy; readonly left: number },
): DueTick | null {
  const { at, grid } = plan;
  if (at === null || at > now) return null;
  if (plan.once || grid === null) return dueOnce(plan, at, now);

  const pending = grid.k + 1;
  const last = lastPointBy(grid, now);
  const missed = Math.max(0, last - pending);
  if (missed === 0 || options.late === 'stretch') {
    const next = missed === 0 ? { ...grid, k: pending } : { ...grid, t0: Math.ceil(now), k: 0 };
    return run(plan, { at, now, leftOut: 0 }, next);
  }
  if (options.late === 'skip') {
    return run(plan, { at: gridPoint(grid, last), now, leftOut: missed }, { ...grid, k: last });
  }
  const due = run(plan, { at, now, leftOut: 0 }, { ...grid, k: pending });
  if (options.left > 1) return due;
  return { tick: due.tick, after: { ...onGrid(due.after, { ...grid, k: last }), skipped: missed } };
}

/** Ticks that count towards a turn: `catchUp` allows more than one. */
export function ticksPerTurn(late: LatePolicy): number {
  return typeof late === 'object' ? Math.max(1, Math.floor(late.catchUp)) : 1;
}

function dueOnce(plan: TickPlan, at: Millis, now: Millis): DueTick {
  const tick: Tick = {
    n: plan.n + 1 + plan.skipped,
    scheduledAt: at,
    lateMs: now - at,
    skipped: plan.skipped,
  };
  const done: TickPlan = { ...plan, n: tick.n, at: null, once: false, skipped: 0 };
  if (plan.grid === null) return { tick, after: done };
  // The points that passed meanwhile were replaced, not missed: they are not counted as skipped.
  const k = Math.max(plan.grid.k, lastPointBy(plan.grid, now));
  return { tick, after: onGrid(done, { ...plan.grid, k }) };
}

function run(
  plan: TickPlan,
  tick: { readonly at: Millis; readonly now: Millis; readonly leftOut: number },
  grid: TickGrid,
): DueTick {
  const skipped = plan.skipped + tick.leftOut;
  const n = plan.n + 1 + skipped;
  return {
    tick: { n, scheduledAt: tick.at, lateMs: tick.now - tick.at, skipped },
    after: onGrid({ ...plan, n, skipped: 0 }, grid),
  };
}

function onGrid(plan: TickPlan, grid: TickGrid): TickPlan {
  return { ...plan, grid, at: gridPoint(grid, grid.k + 1), once: false };
}
