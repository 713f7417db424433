import { didYouMean } from './closest.ts';
import { ALL_FIELDS, type Field } from './walk-schema.ts';

/** One value that the environment or a flag gives. */
export interface Assignment {
  readonly path: string;
  readonly value: unknown;
  /** What people call the place it came from: `BELFRY_REDIS_URL`, `--redis`. */
  readonly origin: string;
}

const TRUE = new Set(['true', '1', 'on', 'yes']);
const FALSE = new Set(['false', '0', 'off', 'no']);

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Reads a text as the field wants it. What cannot be read stays text, and the schema says what is wrong with it. */
export function readText(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'string':
      return text;
    case 'number':
      return /^[-+]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case 'boolean': {
      const word = text.trim().toLowerCase();
      if (TRUE.has(word)) return true;
      return FALSE.has(word) ? false : text;
    }
    case 'list':
      if (text.trimStart().startsWith('[')) return json(text);
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'json':
      return json(text);
  }
}

/** Variables that Kubernetes makes up for a service called `belfry`, and ours that are not part of the config: commands read them. */
const NOT_CONFIG =
  /^BELFRY_(CONFIG|PROCESS|TOKEN|CLAIM|SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\d+_.+)$/;

/** What the environment gives, in ascending precedence. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): {
  assignments: Assignment[];
  problems: string[];
  warnings: string[];
} {
  const assignments: Assignment[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  const take = (field: Field | undefined, variable: string): void => {
    const text = env[variable];
    if (field === undefined || text === undefined || text === '') return;
    assignments.push({ path: field.path, value: readText(field, text), origin: variable });
  };

  if (env['NODE_ENV'] === 'production') {
    assignments.push({ path: 'environment', value: 'production', origin: 'NODE_ENV' });
  }
  for (const field of ALL_FIELDS) if (field.env !== undefined) take(field, field.env);
  const byVariable = new Map(ALL_FIELDS.map((field) => [field.variable, field]));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('BELFRY_')) continue;
    if (byVariable.has(variable)) {
      take(byVariable.get(variable), variable);
    } else if (variable === 'BELFRY_PORT') {
      if (/^\d+$/.test(env[variable] ?? '')) {
        problems.push(
          'BELFRY_PORT: unknown environment variable; use PORT or BELFRY_HTTP_SERVER_PORT.',
        );
      }
    } else if (!NOT_CONFIG.test(variable)) {
      // A near miss is a typing error; anything else may be somebody else's variable.
      const hint = didYouMean(variable, [...byVariable.keys()]);
      if (hint === '') warnings.push(`${variable}: no such setting; it is ignored.`);
      else problems.push(`${variable}: unknown environment variable.${hint}`);
    }
  }
  const foreign = Object.keys(env).filter((name) => name.startsWith('CENTRIFUGO_'));
  if (foreign.length > 0) {
    warnings.push(
      `${foreign.sort().join(', ')}: variables of Centrifugo are not read; each setting has a BELFRY_ variable.`,
    );
  }
  return { assignments, problems, warnings };
}

/** Puts a value at `a.b.c` of a tree, making the objects on the way. A value in the way is left for the schema to refuse. */
export function assign(tree: Record<string, unknown>, { path, value }: Assignment): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let node = tree;
  for (const key of keys) {
    const child = node[key];
    if (child === undefined) node = node[key] = {} as Record<string, unknown>;
    else if (typeof child === 'object' && child !== null) node = child as Record<string, unknown>;
    else return;
  }
  node[last] = value;
}
