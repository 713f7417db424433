import type { JobAttempt, JobNodeState, JobTurn } from './job-state.ts';

/** What a node holds of a job, in the order it was given. */
export interface Holding {
  readonly node: string;
  readonly known: JobNodeState;
  readonly attempts: JobAttempt[];
}

/** How things stand in a turn, before anything is given out. */
export interface Outlook {
  readonly holdings: ReadonlyMap<string, Holding>;
  /** Iterations per ms of all slots that the job may use; 0: unknown. */
  readonly totalRate: number;
  /** The mean of one slot; 0: unknown. */
  readonly meanRate: number;
  /** The rate of a node whose speed is 1; 0: unknown. */
  readonly usualRate: number;
  /** Attempts that nodes hold. */
  readonly live: number;
}

/** Goes through nodes and attempts once; what waits at a node is taken for begun where a slot is free for it. */
export function lookOver({ state, now }: JobTurn): Outlook {
  const holdings = new Map<string, Holding>();
  let measured = 0;
  let slots = 0;
  let sum = 0;
  let usual = 0;
  let hinted = 0;
  let live = 0;
  for (const [node, known] of Object.entries(state.nodes)) {
    holdings.set(node, { node, known, attempts: [] });
    live += known.held;
    if (known.slots > 0) slots += known.slots;
    if (known.rate === 0) continue;
    const weight = Math.max(1, known.slots);
    measured += weight;
    sum += known.rate * weight;
    if (known.speed === null) continue;
    usual += known.rate / known.speed;
    hinted += 1;
  }
  for (const attempt of Object.values(state.attempts)) {
    holdings.get(attempt.node)?.attempts.push(attempt);
  }
  for (const holding of holdings.values()) begin(holding, now);
  const meanRate = measured === 0 ? 0 : sum / measured;
  return {
    holdings,
    meanRate,
    totalRate: meanRate * slots,
    usualRate: hinted > 0 ? usual / hinted : meanRate,
    live,
  };
}

function begin({ known, attempts }: Holding, now: number): void {
  let running = 0;
  for (const { run } of attempts) if (run > 0) running++;
  const width = Math.max(1, known.slots);
  for (const attempt of attempts) {
    if (running >= width) return;
    if (attempt.run > 0) continue;
    attempt.run = now;
    running++;
  }
}

/** The rate of a node, as measured or as guessed from how fast it was elsewhere; 0: nobody knows. */
export function rateOf({ rate, speed }: JobNodeState, { usualRate }: Outlook): number {
  return rate > 0 || speed === null ? rate : usualRate * speed;
}

/** How long a node works at an attempt, in ms; `Infinity`: unknown. */
export function msOf({ state: { round } }: JobTurn, { from }: JobAttempt, rate: number): number {
  const blocks = round.chunks[from]?.blocks ?? 1;
  return rate === 0 ? Infinity : (blocks * round.count) / rate;
}

/** How long it will still be, in ms. `extra`: what it may take beyond the work. */
export function msLeft(
  turn: JobTurn,
  attempt: JobAttempt,
  { rate, extra }: { readonly rate: number; readonly extra: number },
): number {
  const whole = msOf(turn, attempt, rate) + extra;
  if (attempt.run === 0) return whole;
  const passed = turn.now - attempt.run;
  // What takes longer than it should may take as long again.
  return passed < whole ? whole - passed : Math.max(whole / 4, passed - whole);
}
