import type { Schema } from '../define-actor.ts';

export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * What a schema makes of `value`, or a sentence with its first three issues. Throws a TypeError when the schema answers
 * asynchronously, which a turn cannot wait for.
 *
 * @param what names the schema in errors: `actor match, control`
 */
export function checkSchema(schema: Schema, value: unknown, what: string): Checked {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // Nobody waits for it, so nobody may hear of its failure either.
    result.catch(() => {});
    throw new TypeError(
      `${what}: the schema validates asynchronously; use one that answers at once`,
    );
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  const issues = result.issues.slice(0, 3).map((issue) => {
    const path = (issue.path ?? [])
      .map((step) => String(typeof step === 'object' ? step.key : step))
      .join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return { ok: false, problem: `${what}: ${issues.join('; ')}` };
}
