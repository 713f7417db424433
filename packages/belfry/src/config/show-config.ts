import { masked } from './mask.ts';
import type { EffectiveConfig } from './resolve-config.ts';
import { lookUp, type Step } from './walk-schema.ts';

/** A value as it may be shown: definitions by their kind, secrets hidden wherever they are. */
function plain(path: readonly Step[], value: unknown): unknown {
  const { info, isField } = lookUp(path);
  if (isField && info?.secret !== undefined) return masked(info, value);
  if (Array.isArray(value)) return value.map((item, i) => plain([...path, i], item));
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value && 'spec' in value) return `(kind ${String(value.kind)})`;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain([...path, key], item)]),
  );
}

/** One field of the effective config, with secrets masked. `value` is absent where nothing is set. */
export interface ShownValue {
  readonly path: string;
  readonly value?: unknown;
  readonly origin: string;
  /** What else there is. */
  readonly note?: string;
}

/** The effective config as it may be shown; put into a file it says the same again, but for the secrets. */
export function showConfig({ values, config }: EffectiveConfig): ShownValue[] {
  return values.map(({ field: { path }, value, origin }) => {
    const safe = value === '' ? value : plain(path.split('.'), value);
    const note =
      path === 'channel.namespaces' ? defaultsBeside(value, config.channel.namespaces) : '';
    return {
      path,
      ...(safe === undefined ? {} : { value: safe }),
      origin,
      ...(note === '' ? {} : { note }),
    };
  });
}

/** The namespaces that are there without being written. */
function defaultsBeside(given: unknown, all: readonly { readonly name: string }[]): string {
  const written = Array.isArray(given) ? (given as { readonly name: string }[]) : [];
  const names = new Set(written.map(({ name }) => name));
  const others = all.map(({ name }) => name).filter((name) => !names.has(name));
  return others.length === 0 ? '' : `and by default ${others.join(', ')}`;
}

/** The table that `belfry config print` prints. */
export function configTable(rows: readonly ShownValue[]): string {
  const width = Math.max(...rows.map(({ path }) => path.length));
  return rows
    .map(({ path, value, origin, note }) => {
      const text = value === undefined ? '(not set)' : JSON.stringify(value);
      const more = note === undefined ? '' : `; ${note}`;
      return `${path.padEnd(width)}  ${text}  # ${origin}${more}`;
    })
    .join('\n');
}
