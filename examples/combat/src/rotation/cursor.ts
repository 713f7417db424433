import type { RotationProblem, Span } from './problem.ts';
import type { Token } from './tokens.ts';

/** Ends the reading of a statement: what is wrong with it has been said. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** How a message calls a token. */
function nameOf(token: Token): string {
  switch (token.type) {
    case 'name':
    case 'mark':
      return `"${token.text}"`;
    case 'number':
      return `${token.value}${token.unit}`;
    case 'comment':
    case 'newline':
      return 'the end of the line';
    case 'end':
      return 'the end of the text';
  }
}

/** Where a parser is in the tokens of a text. */
export class Cursor {
  readonly problems: RotationProblem[];
  /** Comments that stood inside of an expression, to be put before its statement. */
  strayComments: Extract<Token, { type: 'comment' }>[] = [];
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[], problems: readonly RotationProblem[]) {
    this.#tokens = tokens;
    this.problems = [...problems];
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** The stretch from the beginning of `from` to the end of the last token that was taken. */
  spanFrom(from: Span): Span {
    const last = this.#tokens[Math.max(0, this.#at - 1)] as Token;
    return { ...from, to: Math.max(from.to, last.span.to) };
  }

  next(): Token {
    const token = this.token;
    if (token.type !== 'end') this.#at++;
    return token;
  }

  isMark(text: string): boolean {
    return this.token.type === 'mark' && this.token.text === text;
  }

  isWord(text: string): boolean {
    return this.token.type === 'name' && this.token.text === text;
  }

  takeMark(text: string): boolean {
    const is = this.isMark(text);
    if (is) this.next();
    return is;
  }

  takeWord(text: string): boolean {
    const is = this.isWord(text);
    if (is) this.next();
    return is;
  }

  /** Goes over line ends, in the middle of an expression. */
  skipLines(): void {
    for (;;) {
      const { token } = this;
      if (token.type === 'comment') this.strayComments.push(token);
      else if (token.type !== 'newline') return;
      this.next();
    }
  }

  report(span: Span, message: string, fix: string): void {
    this.problems.push({ span, message, fix });
  }

  /** Reports that something else was expected here, and gives up the statement. */
  expected(what: string, fix: string): never {
    this.report(this.token.span, `expected ${what}, found ${nameOf(this.token)}`, fix);
    throw new Abandoned();
  }

  /** Goes to the end of the line, or to the brace that opens or closes a block on it. */
  skipRest(): void {
    for (;;) {
      const { token } = this;
      if (token.type === 'newline' || token.type === 'end' || token.type === 'comment') return;
      if (this.isMark('{') || this.isMark('}')) return;
      this.next();
    }
  }
}
