import type { z } from 'zod';
import { didYouMean } from './closest.ts';
import { ALL_FIELDS, lookUp, type Step } from './walk-schema.ts';

/** `channel.namespaces[1].history_ttl` */
export function pathText(path: readonly Step[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

function valueAt(tree: unknown, path: readonly Step[]): unknown {
  let value = tree;
  for (const step of path) value = (value as Record<Step, unknown> | null | undefined)?.[step];
  return value;
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

const MOST_HINTS = 3;

/** Where a key at the top of the file belongs: `allowed_origins` under `client`, and what was flat before Centrifugo v6. */
function deeper(key: string): string {
  const found = ALL_FIELDS.map(({ path }) => path)
    .filter((path) => `_${path.replaceAll('.', '_')}`.endsWith(`_${key}`))
    .toSorted((a, b) => a.length - b.length)
    .slice(0, MOST_HINTS)
    .map((path) => `"${path}"`);
  return found.length === 0 ? '' : ` Did you mean ${found.join(' or ')}?`;
}

function unknownKey(path: readonly Step[], key: string, origin: string): string {
  const name = pathText([...path, key]);
  const siblings = lookUp(path).keys ?? [];
  const hint = (path.length === 0 && deeper(key)) || didYouMean(key, siblings);
  if (hint !== '') return `${name}: unknown key (${origin}).${hint}`;
  return `${name}: unknown key (${origin}). Known here: ${siblings.join(', ')}.`;
}

/** Puts one issue of the schema into words: which field, what it got and from where, what it must be. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  tree: unknown,
  originOf: (path: string) => string,
): string[] {
  const path = issue.path.filter((step): step is Step => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(path, key, originOf(pathText([...path, key]))));
  }
  const name = pathText(path) === '' ? 'the config' : pathText(path);
  const { info, keys, isField } = lookUp(path);
  const isGroup = keys !== undefined && !isField;
  const expects = isGroup ? `an object with ${keys.join(', ')}` : (info?.expects ?? issue.message);
  const value = valueAt(tree, path);
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const words = issue.values.map(String);
    const list = words.map((word) => `"${word}"`).join(', ');
    return [
      `${name}: got "${value}" (${originOf(pathText(path))}); it must be one of ${list}.${didYouMean(value, words)}`,
    ];
  }
  const origin = originOf(pathText(path));
  if (value === undefined) return [`${name}: is missing (${origin}); it must be ${expects}.`];
  const got =
    info?.secret === undefined
      ? `got ${show(value)}`
      : 'got a value that is not shown, for it may hold a secret';
  return [`${name}: ${got} (${origin}); it must be ${expects}.`];
}
