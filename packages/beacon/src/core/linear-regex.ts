/**
 * A regular expression that others than its author give texts to. Where its syntax allows, it is one that V8 can also match without
 * going back (see runtime/bounded-regexes.ts), which it cannot with the flag `u`: without it characters beyond U+FFFF count as two.
 *
 * @throws SyntaxError
 */
export function linearRegex(source: string): RegExp {
  const strict = new RegExp(source, 'u');
  // These mean something else without the flag.
  return /\\[pP]\{|\\u\{/.test(source) ? strict : new RegExp(source);
}
