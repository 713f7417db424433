import type { RotationProblem, Span } from './problem.ts';

export type Unit = 's' | 'ms' | '%' | '';

export type Token =
  | { readonly type: 'name'; readonly text: string; readonly span: Span }
  | { readonly type: 'number'; readonly value: number; readonly unit: Unit; readonly span: Span }
  | { readonly type: 'mark'; readonly text: string; readonly span: Span }
  /** `text` is what follows the `#`. */
  | { readonly type: 'comment'; readonly text: string; readonly span: Span }
  | { readonly type: 'newline'; readonly span: Span }
  | { readonly type: 'end'; readonly span: Span };

export interface Tokens {
  /** The last one is the `end`. */
  readonly tokens: readonly Token[];
  readonly problems: readonly RotationProblem[];
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\.?/y;
const NUMBER = /(\d+(?:\.\d+)?)([A-Za-z%]*)/y;
const SPACE = /[ \t\r]+/y;
const COMMENT = /#[^\n]*/y;
const MARK = /<=|>=|==|!=|[<>+\-*/(){},=]/y;
const UNITS: readonly string[] = ['s', 'ms', '%', ''];
/** The first of these that a stray character is, and what to write instead. */
const HINTS: Readonly<Record<string, string>> = {
  '&': 'write "and"',
  '|': 'write "or"',
  '!': 'write "not", or "!=" for "is not"',
  ';': 'begin a new line instead',
  '"': 'names are written without quotes',
  "'": 'names are written without quotes',
  '≥': 'write ">="',
  '≤': 'write "<="',
  '≠': 'write "!="',
  '×': 'write "*"',
  '÷': 'write "/"',
};

/** Takes a text to pieces. What it cannot read it reports and leaves out. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  const problems: RotationProblem[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const spanOf = (length: number): Span => ({
    from: at,
    to: at + length,
    line,
    column: at - lineStart + 1,
  });
  const push = (token: Token, length: number): void => {
    tokens.push(token);
    at += length;
  };

  while (at < text.length) {
    const space = take(SPACE);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    if (text[at] === '\n') {
      tokens.push({ type: 'newline', span: spanOf(1) });
      at++;
      line++;
      lineStart = at;
      continue;
    }
    const comment = take(COMMENT)?.[0];
    if (comment !== undefined) {
      const said = comment.slice(1).trim();
      push({ type: 'comment', text: said, span: spanOf(comment.length) }, comment.length);
      continue;
    }
    const name = take(NAME)?.[0];
    if (name !== undefined) {
      push({ type: 'name', text: name, span: spanOf(name.length) }, name.length);
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      const [all, digits = '', unit = ''] = number;
      const span = spanOf(all.length);
      if (!UNITS.includes(unit)) {
        problems.push({
          span,
          message: `"${unit}" is no unit`,
          fix: `write ${digits}s, ${digits}ms, ${digits}% or ${digits}`,
        });
      }
      const known = UNITS.includes(unit) ? (unit as Unit) : '';
      push({ type: 'number', value: Number(digits), unit: known, span }, all.length);
      continue;
    }
    const mark = take(MARK)?.[0];
    if (mark !== undefined) {
      push({ type: 'mark', text: mark, span: spanOf(mark.length) }, mark.length);
      continue;
    }
    const odd = String.fromCodePoint(text.codePointAt(at) as number);
    problems.push({
      span: spanOf(odd.length),
      message: `${JSON.stringify(odd)} means nothing here`,
      fix: HINTS[odd] ?? 'remove it, or put a # before it to make it a comment',
    });
    // A run of the same is one mistake.
    while (text.startsWith(odd, at)) at += odd.length;
  }
  tokens.push({ type: 'end', span: spanOf(0) });
  return { tokens, problems };
}
