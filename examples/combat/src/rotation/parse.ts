import { Abandoned, Cursor } from './cursor.ts';
import { isReserved, STATEMENTS } from './keywords.ts';
import { parseExpression } from './parse-expression.ts';
import type { RotationProblem } from './problem.ts';
import { suggestion } from './suggest.ts';
import type { Branch, Expression, Name, Statement } from './syntax.ts';
import { tokenize } from './tokens.ts';

/** A rotation is not longer than this, in UTF-16 code units. */
export const MAX_TEXT = 20_000;
/** So many problems are told of one text. */
const MAX_PROBLEMS = 50;
/** Blocks may be this deep. */
const MAX_BLOCKS = 16;

export interface Parsed {
  readonly statements: readonly Statement[];
  /** None: the text is in order, as far as its grammar goes. In the order of the text. */
  readonly problems: readonly RotationProblem[];
}

/** Reads the text of a rotation. Never throws; what cannot be read is a problem, and the lines after it are read on. */
export function parse(text: string): Parsed {
  if (text.length > MAX_TEXT) {
    const span = { from: MAX_TEXT, to: text.length, ...placeOf(text, MAX_TEXT) };
    const message = `the text is ${text.length} characters long`;
    return { statements: [], problems: [{ span, message, fix: `the limit is ${MAX_TEXT}` }] };
  }
  const { tokens, problems } = tokenize(text);
  const cursor = new Cursor(tokens, problems);
  const statements = parseBlock(cursor, 0);
  const found = cursor.problems.toSorted((a, b) => a.span.from - b.span.from);
  return { statements, problems: found.slice(0, MAX_PROBLEMS) };
}

/** Line and column, from 1, of an offset. */
function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** Reads statements up to the `}` that closes the block, or, at depth 0, to the end of the text. */
function parseBlock(cursor: Cursor, depth: number): Statement[] {
  const statements: Statement[] = [];
  let newlines = 0;
  for (;;) {
    const { token } = cursor;
    if (token.type === 'end') break;
    if (token.type === 'newline') {
      cursor.next();
      newlines++;
      continue;
    }
    if (cursor.isMark('}')) {
      if (depth > 0) break;
      cursor.report(token.span, '"}" closes nothing', 'remove it');
      cursor.next();
      continue;
    }
    if (newlines > 1 && statements.length > 0) statements.push({ type: 'gap', span: token.span });
    newlines = 0;
    if (token.type === 'comment') {
      cursor.next();
      statements.push({ type: 'comment', text: token.text, span: token.span });
      continue;
    }
    const read = parseStatement(cursor, depth);
    for (const { text, span } of cursor.strayComments)
      statements.push({ type: 'comment', text, span });
    cursor.strayComments = [];
    statements.push(...read);
  }
  return statements;
}

/** One statement; of one that was given up, those in the block that it opens, so that their mistakes are told too. */
function parseStatement(cursor: Cursor, depth: number): Statement[] {
  try {
    return [parseOne(cursor, depth)];
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    return recover(cursor, depth);
  }
}

function parseOne(cursor: Cursor, depth: number): Statement {
  const { token } = cursor;
  if (token.type === 'name') {
    switch (token.text) {
      case 'cast':
        return parseCast(cursor);
      case 'use':
        return parseUse(cursor);
      case 'wait':
        return parseWait(cursor);
      case 'let':
        return parseLet(cursor);
      case 'if':
        return parseIf(cursor, depth);
      case 'else':
        cursor.report(token.span, '"else" without "if"', 'write it behind the "}" of an "if"');
        throw new Abandoned();
      default: {
        const known = Object.keys(STATEMENTS);
        const fix = suggestion(token.text, known, `write "cast ${token.text}"?`);
        cursor.report(token.span, `a line cannot begin with "${token.text}"`, fix);
        throw new Abandoned();
      }
    }
  }
  return cursor.expected('cast, use, wait, let or if', 'begin the line with one of these');
}

/** Goes on at the next line; when the line opens a block, behind that block. */
function recover(cursor: Cursor, depth: number): Statement[] {
  cursor.skipRest();
  if (!cursor.takeMark('{') || depth >= MAX_BLOCKS) return [];
  const inside = parseBlock(cursor, depth + 1);
  cursor.takeMark('}');
  return inside;
}

function endLine(cursor: Cursor): string | null {
  const { token } = cursor;
  if (token.type === 'comment') {
    cursor.next();
    return token.text;
  }
  if (token.type !== 'newline' && token.type !== 'end' && !cursor.isMark('}')) {
    cursor.expected(
      'the end of the line',
      'begin a new line, or join conditions with "and" or "or"',
    );
  }
  return null;
}

function parseName(cursor: Cursor, what: string, example: string): Name {
  const { token } = cursor;
  if (token.type !== 'name' || isReserved(token.text)) {
    return cursor.expected(what, `write something like "${example}"`);
  }
  cursor.next();
  return { text: token.text, span: token.span };
}

function parseCondition(cursor: Cursor): Expression | null {
  return cursor.takeWord('if') ? parseExpression(cursor) : null;
}

function parseCast(cursor: Cursor): Statement {
  const { span } = cursor.next();
  const ability = parseName(cursor, 'the name of an ability', 'cast quick_cut');
  let onAny = false;
  if (cursor.takeWord('on')) {
    if (!cursor.takeWord('any')) cursor.expected('"any"', 'write "on any", or leave "on" out');
    onAny = true;
  }
  const when = parseCondition(cursor);
  const whole = cursor.spanFrom(span);
  return { type: 'cast', ability, onAny, when, span: whole, comment: endLine(cursor) };
}

function parseUse(cursor: Cursor): Statement {
  const { span } = cursor.next();
  const place = parseName(cursor, 'what to use', 'use trinket1');
  const when = parseCondition(cursor);
  return { type: 'use', place, when, span: cursor.spanFrom(span), comment: endLine(cursor) };
}

function parseWait(cursor: Cursor): Statement {
  const { span } = cursor.next();
  const when = parseCondition(cursor);
  return { type: 'wait', when, span: cursor.spanFrom(span), comment: endLine(cursor) };
}

function parseLet(cursor: Cursor): Statement {
  const { span } = cursor.next();
  const name = parseName(cursor, 'a new name', 'let ready = vigor >= 50');
  if (!cursor.takeMark('=')) cursor.expected('"="', 'write let name = expression');
  cursor.skipLines();
  const value = parseExpression(cursor);
  return { type: 'let', name, value, span: cursor.spanFrom(span), comment: endLine(cursor) };
}

function parseBody(cursor: Cursor, depth: number): Statement[] {
  if (!cursor.isMark('{')) cursor.expected('"{"', 'write if condition { … }');
  if (depth >= MAX_BLOCKS) {
    cursor.expected('fewer blocks', `they may be ${MAX_BLOCKS} deep: join conditions with "and"`);
  }
  const { span } = cursor.next();
  const body = parseBlock(cursor, depth + 1);
  if (!cursor.takeMark('}')) {
    cursor.report(
      cursor.token.span,
      `the block that begins in line ${span.line} has no end`,
      'write "}"',
    );
  }
  return body;
}

function parseIf(cursor: Cursor, depth: number): Statement {
  const { span } = cursor.next();
  const branches: Branch[] = [];
  let otherwise: Statement[] | null = null;
  branches.push({ when: parseExpression(cursor), body: parseBody(cursor, depth) });
  while (cursor.takeWord('else')) {
    if (cursor.takeWord('if')) {
      branches.push({ when: parseExpression(cursor), body: parseBody(cursor, depth) });
    } else {
      otherwise = parseBody(cursor, depth);
      break;
    }
  }
  return { type: 'if', branches, otherwise, span: cursor.spanFrom(span) };
}
