import { schemaProblem, show, unknownKey } from './check-spec.ts';

/** Numbers that a spec may have: the least and the most. */
const NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  batch: [1, 10_000],
  concurrency: [1, 1_000],
  timeoutMs: [10, 3_600_000],
  maxAttempts: [1, 1_000],
  firstPauseMs: [1, 3_600_000],
  longestPauseMs: [1, 3_600_000],
  inboxLimit: [1, 1_000_000_000],
};

const KEYS = ['schema', 'handle', ...Object.keys(NUMBERS)];

function numberProblem(key: string, value: unknown): string | undefined {
  const [min, max] = NUMBERS[key] ?? [0, 0];
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return undefined;
  if (key === 'maxAttempts' && value === Infinity) return undefined;
  const or = key === 'maxAttempts' ? ', or Infinity' : '';
  return `${key} is ${show(value)}; it must be a whole number from ${min} to ${max}${or}`;
}

function problemOf(key: string, value: unknown): string | undefined {
  if (!KEYS.includes(key)) return unknownKey(key, KEYS);
  if (key === 'schema') {
    const problem = schemaProblem(value);
    return problem && `schema ${problem}`;
  }
  if (key === 'handle') {
    return typeof value === 'function'
      ? undefined
      : `handle is ${show(value)}; it must be an async function (batch, ctx) => …`;
  }
  return value === undefined ? undefined : numberProblem(key, value);
}

/** Throws a TypeError that names everything in the spec of the consumers of `kind` that cannot be right. */
export function checkConsumer(kind: string, spec: unknown): void {
  if (typeof spec !== 'object' || spec === null) {
    throw new TypeError(`consumer ${kind}: the spec is ${show(spec)}; it must be an object`);
  }
  const all: Readonly<Record<string, unknown>> = { schema: undefined, handle: undefined, ...spec };
  const problems = Object.entries(all)
    .map(([key, value]) => problemOf(key, value))
    .filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new TypeError(`consumer ${kind}: ${problems.join('; ')}`);
}
