/** Words that begin a line, and what they do. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  cast: 'Uses an ability, if it is ready, can be paid, and the condition holds.',
  use: 'Uses an item: trinket1, trinket2 or main_hand.',
  wait: 'Does nothing until something changes; what stands below is not looked at.',
  let: 'Gives an expression a name.',
  if: 'What stands between { and } counts only when the condition holds.',
  else: 'Otherwise.',
};

/** The other words that mean something. */
export const WORDS: Readonly<Record<string, string>> = {
  on: 'cast … on any: the first target for which the condition holds.',
  any: 'cast … on any: the first target for which the condition holds.',
  and: 'Both hold.',
  or: 'One of them holds, or both.',
  not: 'It does not hold.',
  true: 'Always holds.',
  false: 'Never holds.',
  min: 'min(a, b): the lesser of them.',
  max: 'max(a, b): the greater of them.',
};

const RESERVED: ReadonlySet<string> = new Set([...Object.keys(STATEMENTS), ...Object.keys(WORDS)]);

export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}
