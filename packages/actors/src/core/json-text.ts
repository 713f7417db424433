/** How deep a value may nest before it is taken for one that refers to itself. */
const MAX_DEPTH = 200;

/**
 * The JSON text of a value, or a TypeError that names where it is not plain JSON data and what to do instead. Properties that are
 * `undefined` are left out, as JSON does; `undefined` elsewhere, numbers that are not finite, functions, symbols, bigints, class
 * instances (Date, Map, …) and values that refer to themselves are refused, for each of them would come back as something else.
 *
 * @param what names the value in the error: `the state`, `publish()`, …
 */
export function jsonText(value: unknown, what: string): string {
  const problem = findProblem(value, 0);
  if (problem !== null) {
    throw new TypeError(`${what}${problem.path} is ${problem.found}: keep it plain JSON data`);
  }
  return JSON.stringify(value);
}

interface Problem {
  path: string;
  readonly found: string;
}

function findProblem(value: unknown, depth: number): Problem | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : { path: '', found: String(value) };
    case 'object':
      return value === null ? null : findInObject(value, depth);
    case 'undefined':
      return { path: '', found: 'undefined' };
    default:
      return { path: '', found: `a ${typeof value}` };
  }
}

function findInObject(value: object, depth: number): Problem | null {
  if (depth >= MAX_DEPTH) {
    return { path: '', found: `nested more than ${MAX_DEPTH} deep, or refers to itself` };
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = findProblem(value[i], depth + 1);
      if (problem !== null) return within(problem, `[${i}]`, depth);
    }
    return null;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return { path: '', found: `an instance of ${value.constructor.name}` };
  }
  if ('toJSON' in value) return { path: '.toJSON', found: 'a method that changes the data' };
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const item = record[key];
    if (item === undefined) continue;
    const problem = findProblem(item, depth + 1);
    if (problem !== null) return within(problem, `.${key}`, depth);
  }
  return null;
}

/** Far down only the first steps of the path tell anything. */
function within(problem: Problem, step: string, depth: number): Problem {
  problem.path = depth < 12 ? step + problem.path : step;
  return problem;
}
