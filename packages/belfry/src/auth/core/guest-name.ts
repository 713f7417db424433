/** The longest name of a guest, in characters as people count them (code points). */
export const MAX_NAME_LENGTH = 40;

// Controls, line and paragraph separators, and what turns the direction of the text around it.
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** A guest's name without the space around it, or what is wrong with it. */
export function checkGuestName(
  name: unknown,
): { readonly ok: true; readonly name: string } | { readonly ok: false; readonly problem: string } {
  if (typeof name !== 'string') {
    return {
      ok: false,
      problem: `name: ${name === undefined ? 'is missing' : 'is not a string'}; send {"name":"Ann"}.`,
    };
  }
  const trimmed = name.trim();
  const { length } = Array.from(trimmed);
  if (length === 0) {
    return { ok: false, problem: `name: is empty; give 1 to ${MAX_NAME_LENGTH} characters.` };
  }
  if (length > MAX_NAME_LENGTH) {
    return {
      ok: false,
      problem: `name: has ${length} characters; give at most ${MAX_NAME_LENGTH}.`,
    };
  }
  if (FORBIDDEN.test(trimmed)) {
    return { ok: false, problem: 'name: has control characters; remove them.' };
  }
  return { ok: true, name: trimmed };
}
