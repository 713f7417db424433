import type { FieldInfo } from './field.ts';

/** A URL, or several with commas, without passwords: `redis://user:***@host:6379`. */
export function maskUrl(url: string): string {
  // Greedy up to the last @: a password with an @ or a / that should have been escaped is hidden too.
  return url.replace(/:\/\/([^:@/]*)(:.*)?@/, (_all, user: string, password?: string) =>
    password === undefined ? `://${user}@` : `://${user}:***@`,
  );
}

/** The value of a field as it may be shown. */
export function masked(info: FieldInfo, value: unknown): unknown {
  if (value === undefined || info.secret === undefined || info.secret === false) return value;
  return info.secret === 'url' && typeof value === 'string' ? maskUrl(value) : '***';
}
