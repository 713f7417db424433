import { masked } from './mask.ts';
import type { EffectiveConfig } from './resolve-config.ts';

/** Definitions are shown by their kind. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && 'kind' in value && 'spec' in value) {
    return `(kind ${String(value.kind)})`;
  }
  return value;
}

/** One field of the effective config, with secrets masked. `value` is absent where nothing is set. */
export interface ShownValue {
  readonly path: string;
  readonly value?: unknown;
  readonly origin: string;
}

/** The effective config as it may be shown. The namespaces include the default ones. */
export function showConfig({ values, config }: EffectiveConfig): ShownValue[] {
  return values.map(({ field, value, origin }) => {
    const shown =
      field.path === 'channel.namespaces' ? namespacesOf(value, config.channel.namespaces) : value;
    const safe = plain(masked(field, shown));
    return { path: field.path, ...(safe === undefined ? {} : { value: safe }), origin };
  });
}

/** Those that were given as they were written; of the default ones only the name. */
function namespacesOf(given: unknown, all: readonly { readonly name: string }[]): unknown[] {
  const written = Array.isArray(given) ? (given as { readonly name: string }[]) : [];
  const names = new Set(written.map(({ name }) => name));
  return [
    ...written,
    ...all.filter(({ name }) => !names.has(name)).map(({ name }) => `(default ${name})`),
  ];
}

/** The table that `belfry config print` prints. */
export function configTable(rows: readonly ShownValue[]): string {
  const width = Math.max(...rows.map(({ path }) => path.length));
  return rows
    .map(({ path, value, origin }) => {
      const text = value === undefined ? '(not set)' : JSON.stringify(value);
      return `${path.padEnd(width)}  ${text}  # ${origin}`;
    })
    .join('\n');
}
