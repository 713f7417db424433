/** What a spec may have, by what it must be. Servers run TypeScript with its types stripped, so nobody else has checked. */
const KEYS = {
  control: 'schema',
  server: 'schema',
  user: 'schema',
  internal: 'schema',
  creation: 'creation',
  initial: 'handler',
  onCreate: 'handler',
  onMessage: 'handler',
  onInternal: 'handler',
  onPresence: 'handler',
  onTick: 'handler',
  onTurnEnd: 'handler',
  tick: 'tick',
  inboxLimit: 'count',
  maxAttempts: 'count',
  maxTickFailures: 'count',
  maxStateLength: 'count',
} as const;

const TICK_KEYS = ['hz', 'late', 'autostart'] as const;

const MOST: Readonly<Record<string, number>> = { maxAttempts: 100, maxStateLength: 67_108_864 };
const MOST_ELSE = 1_000_000;
const MOST_CAUGHT_UP = 1_000;

/** Letters to change, add or drop to make `b` of `a`; case does not count. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const kept = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(kept, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

export function unknownKey(key: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, far: distance(key, name) }))
    .filter(({ name, far }) => far <= Math.min(3, Math.floor(name.length / 3)))
    .sort((a, b) => a.far - b.far);
  const hint =
    nearest === undefined ? `; there are ${known.join(', ')}` : `. Did you mean ${nearest.name}?`;
  return `${key}: unknown key${hint}`;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (isTree(value)) return 'an object';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  // A number that is none stays visible.
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

export function schemaProblem(value: unknown): string | undefined {
  const standard: unknown = (value as { readonly '~standard'?: unknown } | null)?.['~standard'];
  if (isTree(standard) && typeof standard['validate'] === 'function') return undefined;
  return `is ${show(value)}; it must be a schema of a library that speaks Standard Schema (zod, valibot, arktype), e.g. z.object({ … })`;
}

function handlerProblem(value: unknown): string | undefined {
  if (typeof value !== 'function') return `is ${show(value)}; it must be a function`;
  const [, sort] = /^\[object (Async|Generator|AsyncGenerator)/.exec(toTag(value)) ?? [];
  if (sort === undefined) return undefined;
  return sort === 'Generator'
    ? 'is a generator; it must be a plain function'
    : 'is asynchronous; a turn cannot wait, so do outside work elsewhere and send its result as a message';
}

function toTag(value: unknown): string {
  return Object.prototype.toString.call(value);
}

function countProblem(value: unknown, max: number): string | undefined {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max) return undefined;
  return `is ${show(value)}; it must be a whole number from 1 to ${max}`;
}

function tickProblems(tick: unknown): string[] {
  if (!isTree(tick)) return [`tick is ${show(tick)}; it must be an object such as { hz: 10 }`];
  const problems: string[] = [];
  for (const key of Object.keys(tick)) {
    if (!TICK_KEYS.some((known) => known === key)) {
      problems.push(`tick.${unknownKey(key, TICK_KEYS)}`);
    }
  }
  const { hz, late, autostart } = tick;
  if (!(typeof hz === 'number' && hz > 0 && hz <= 250)) {
    problems.push(`tick.hz is ${show(hz)}; it must be above 0 and at most 250`);
  }
  if (isTree(late)) {
    const problem = countProblem(late['catchUp'], MOST_CAUGHT_UP);
    if (problem !== undefined) problems.push(`tick.late.catchUp ${problem}`);
  } else if (late !== undefined && late !== 'skip' && late !== 'stretch') {
    problems.push(
      `tick.late is ${show(late)}; it must be 'skip', 'stretch' or { catchUp: <number> }`,
    );
  }
  if (autostart !== undefined && typeof autostart !== 'boolean') {
    problems.push(`tick.autostart is ${show(autostart)}; it must be true or false`);
  }
  return problems;
}

function problemsOf(key: string, value: unknown): readonly string[] {
  const named = (problem: string | undefined): readonly string[] =>
    problem === undefined ? [] : [`${key} ${problem}`];
  if (!Object.hasOwn(KEYS, key)) return [unknownKey(key, Object.keys(KEYS))];
  if (value === undefined) return [];
  switch (KEYS[key as keyof typeof KEYS]) {
    case 'schema':
      return named(schemaProblem(value));
    case 'handler':
      return named(handlerProblem(value));
    case 'count':
      return named(countProblem(value, MOST[key] ?? MOST_ELSE));
    case 'tick':
      return tickProblems(value);
    case 'creation':
      return value === 'on-demand' || value === 'explicit'
        ? []
        : [`creation is ${show(value)}; it must be 'on-demand' or 'explicit'`];
  }
}

/** Throws a TypeError that names everything in the spec of `kind` that cannot be right. */
export function checkSpec(kind: string, spec: unknown): void {
  if (!isTree(spec)) {
    throw new TypeError(`actor ${kind}: the spec is ${show(spec)}; it must be an object`);
  }
  const problems = Object.entries(spec).flatMap(([key, value]) => problemsOf(key, value));
  if (spec['initial'] === undefined) {
    problems.unshift(
      'initial is missing; give the state of a new actor, e.g. initial: () => ({ count: 0 })',
    );
  }
  if (problems.length > 0) throw new TypeError(`actor ${kind}: ${problems.join('; ')}`);
}
