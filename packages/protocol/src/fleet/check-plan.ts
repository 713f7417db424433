import type { RoundPlan } from './simulation.ts';

/** The most blocks of a round and iterations of a block. */
const MOST = 2 ** 30;

function problemOf(field: string, value: unknown): string | null {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST)
    return null;
  return `plan: ${field} is ${JSON.stringify(value)}; it must be a whole number from 1 to 2^30`;
}

/** What is wrong with a plan that a simulation made, for whoever wrote it; `null`: nothing. */
export function planProblem(plan: RoundPlan): string | null {
  if (typeof plan !== 'object' || plan === null) return 'plan: it must return an object or null';
  return (
    problemOf('blocks', plan.blocks) ??
    problemOf('blockIterations', plan.blockIterations) ??
    (plan.blocks * plan.blockIterations > Number.MAX_SAFE_INTEGER
      ? 'plan: blocks × blockIterations is above 2^53'
      : null)
  );
}
