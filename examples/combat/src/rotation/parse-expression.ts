import type { Cursor } from './cursor.ts';
import { isReserved } from './keywords.ts';
import type { Arithmetic, Comparison, Expression } from './syntax.ts';

/** Expressions may be this deep in parentheses and the like. */
const MAX_DEPTH = 40;

const COMPARISONS: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];

/** Reads `or`, which binds least, and all that binds more. */
export function parseExpression(cursor: Cursor, depth = 0): Expression {
  if (depth > MAX_DEPTH) {
    cursor.expected(
      'something simpler',
      `give parts of it names with "let": at most ${MAX_DEPTH} deep`,
    );
  }
  let left = parseAnd(cursor, depth);
  while (cursor.takeWord('or')) {
    cursor.skipLines();
    const right = parseAnd(cursor, depth);
    left = { type: 'or', left, right, span: cursor.spanFrom(left.span) };
  }
  return left;
}

function parseAnd(cursor: Cursor, depth: number): Expression {
  let left = parseNot(cursor, depth);
  while (cursor.takeWord('and')) {
    cursor.skipLines();
    const right = parseNot(cursor, depth);
    left = { type: 'and', left, right, span: cursor.spanFrom(left.span) };
  }
  return left;
}

function parseNot(cursor: Cursor, depth: number): Expression {
  const { span } = cursor.token;
  if (!cursor.takeWord('not')) return parseComparison(cursor, depth);
  if (depth > MAX_DEPTH) cursor.expected('something simpler', 'remove "not not"');
  const of = parseNot(cursor, depth + 1);
  return { type: 'not', of, span: cursor.spanFrom(span) };
}

function comparisonHere(cursor: Cursor): Comparison | undefined {
  const { token } = cursor;
  if (token.type !== 'mark') return undefined;
  if (token.text === '=') cursor.expected('"=="', 'write "==" to ask whether two are equal');
  return COMPARISONS.includes(token.text) ? (token.text as Comparison) : undefined;
}

function parseComparison(cursor: Cursor, depth: number): Expression {
  const left = parseSum(cursor, depth);
  const operator = comparisonHere(cursor);
  if (operator === undefined) return left;
  cursor.next();
  cursor.skipLines();
  const right = parseSum(cursor, depth);
  if (comparisonHere(cursor) !== undefined) {
    cursor.expected('"and" or "or"', 'compare two at a time: a > 1 and a < 3');
  }
  return { type: 'compare', operator, left, right, span: cursor.spanFrom(left.span) };
}

function operatorHere(cursor: Cursor, operators: readonly string[]): Arithmetic | undefined {
  const { token } = cursor;
  if (token.type !== 'mark' || !operators.includes(token.text)) return undefined;
  cursor.next();
  cursor.skipLines();
  return token.text as Arithmetic;
}

function parseSum(cursor: Cursor, depth: number): Expression {
  let left = parseProduct(cursor, depth);
  for (;;) {
    const operator = operatorHere(cursor, ['+', '-']);
    if (operator === undefined) return left;
    const right = parseProduct(cursor, depth);
    left = { type: 'calculate', operator, left, right, span: cursor.spanFrom(left.span) };
  }
}

function parseProduct(cursor: Cursor, depth: number): Expression {
  let left = parseSign(cursor, depth);
  for (;;) {
    const operator = operatorHere(cursor, ['*', '/']);
    if (operator === undefined) return left;
    const right = parseSign(cursor, depth);
    left = { type: 'calculate', operator, left, right, span: cursor.spanFrom(left.span) };
  }
}

function parseSign(cursor: Cursor, depth: number): Expression {
  const { span } = cursor.token;
  if (!cursor.takeMark('-')) return parsePrimary(cursor, depth);
  if (depth > MAX_DEPTH) cursor.expected('a number', 'remove "- -"');
  const of = parseSign(cursor, depth + 1);
  return { type: 'negative', of, span: cursor.spanFrom(span) };
}

function parsePrimary(cursor: Cursor, depth: number): Expression {
  const { token } = cursor;
  const { span } = token;
  if (token.type === 'number') {
    cursor.next();
    return { type: 'number', value: token.value, unit: token.unit, span };
  }
  if (cursor.takeMark('(')) {
    cursor.skipLines();
    const inner = parseExpression(cursor, depth + 1);
    cursor.skipLines();
    if (!cursor.takeMark(')')) cursor.expected('")"', 'close what was opened with "("');
    return { ...inner, span: cursor.spanFrom(span) };
  }
  if (token.type === 'name') {
    if (token.text === 'true' || token.text === 'false') {
      cursor.next();
      return { type: 'truth', value: token.text === 'true', span };
    }
    if (token.text === 'min' || token.text === 'max') return parseCall(cursor, token.text, depth);
    if (!isReserved(token.text)) {
      cursor.next();
      if (cursor.isMark('(')) {
        cursor.report(span, `"${token.text}" is no function`, 'there are min(…) and max(…)');
      }
      return { type: 'name', name: token.text, span };
    }
  }
  return cursor.expected(
    'a number, a name or "("',
    'write something like 30, 4s, 20%, time or (a + b)',
  );
}

function parseCall(cursor: Cursor, name: 'min' | 'max', depth: number): Expression {
  const { span } = cursor.token;
  cursor.next();
  if (!cursor.takeMark('(')) cursor.expected('"("', `write ${name}(a, b)`);
  const given: Expression[] = [];
  do {
    cursor.skipLines();
    given.push(parseExpression(cursor, depth + 1));
    cursor.skipLines();
  } while (cursor.takeMark(','));
  if (!cursor.takeMark(')')) cursor.expected('"," or ")"', `write ${name}(a, b)`);
  if (given.length < 2) {
    cursor.report(cursor.spanFrom(span), `${name} needs two at least`, `write ${name}(a, b)`);
  }
  return { type: 'call', name, arguments: given, span: cursor.spanFrom(span) };
}
