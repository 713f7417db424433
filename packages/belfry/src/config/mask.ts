import type { FieldInfo } from './field.ts';

/** A URL, or several with commas, without passwords: `redis://user:***@host:6379`. */
export function maskUrl(url: string): string {
  // Greedy up to the last @: a password with an @ or a / that should have been escaped is hidden too.
  return url.replace(/:\/\/([^:@/]*)(:.*)?@/, (_all, user: string, password?: string) =>
    password === undefined ? `://${user}@` : `://${user}:***@`,
  );
}

const HIDDEN = '***';

/** The value of a field as it may be shown. */
export function masked({ secret }: Pick<FieldInfo, 'secret'>, value: unknown): unknown {
  if (value === undefined || secret === undefined || secret === false) return value;
  if (secret === 'url' && typeof value === 'string') return maskUrl(value);
  if (secret === 'values' && typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).map((key) => [key, HIDDEN]));
  }
  return HIDDEN;
}
