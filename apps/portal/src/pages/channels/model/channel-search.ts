/** Whether a text has a sign of patterns in it. */
const PATTERN = /[*?[{\\]/;

/** What somebody types to find channels, as a pattern: a text without wildcards may be anywhere in the name. */
export function patternFor(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || PATTERN.test(trimmed) ? trimmed : `*${trimmed}*`;
}
