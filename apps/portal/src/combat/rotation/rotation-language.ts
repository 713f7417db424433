import { checkRotation, completionsAt, formatRotation, highlightsOf } from '@belfry/example-combat';
import type { Language } from './language.ts';

const KINDS = {
  statement: '',
  word: '',
  ability: '',
  place: 'to use',
  name: '',
  own: 'own name',
} as const;

/** The most that are offered at once. */
const MAX_OPTIONS = 50;

/** The rotation language of a class, as an editor wants it. */
export function rotationLanguage(classId: string): Language {
  return {
    looks: (text) =>
      highlightsOf(text, classId).map(({ from, to, kind }) => ({ from, to, look: kind })),
    problems: (text) =>
      checkRotation(text, classId).map(({ span, message, fix }) => ({
        from: span.from,
        to: span.to,
        line: span.line,
        column: span.column,
        message,
        fix,
      })),
    completions: (text, at) => {
      const { from, to, entries } = completionsAt(text, at, classId);
      const options = entries.slice(0, MAX_OPTIONS).map((entry) => ({
        text: entry.text,
        kind: KINDS[entry.kind] || entry.detail,
        detail: entry.description,
      }));
      return { from, to, options };
    },
    format: (text) => {
      const formatted = formatRotation(text);
      return formatted.problems.length > 0 ? null : formatted.text;
    },
  };
}
