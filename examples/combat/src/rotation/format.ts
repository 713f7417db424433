import { parse } from './parse.ts';
import type { RotationProblem } from './problem.ts';
import type { Expression, Statement } from './syntax.ts';

const INDENT = '  ';
/** Longer conditions go on in the next line, after an "and" or "or". */
const MAX_WIDTH = 100;

/** How strongly each binds: what binds less needs parentheses inside of what binds more. */
const STRENGTH: Readonly<Record<Expression['type'], number>> = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  calculate: 5,
  negative: 7,
  number: 8,
  truth: 8,
  name: 8,
  call: 8,
};

function strength(expression: Expression): number {
  const isProduct =
    expression.type === 'calculate' && (expression.operator === '*' || expression.operator === '/');
  return isProduct ? 6 : STRENGTH[expression.type];
}

/** The text of an expression, in parentheses when it binds less than `least`. */
function write(expression: Expression, least = 0): string {
  const text = writeBare(expression);
  return strength(expression) < least ? `(${text})` : text;
}

function writeBare(expression: Expression): string {
  const own = strength(expression);
  switch (expression.type) {
    case 'number':
      return `${plain(expression.value)}${expression.unit}`;
    case 'truth':
      return `${expression.value}`;
    case 'name':
      return expression.name;
    case 'not':
      return `not ${write(expression.of, own)}`;
    case 'negative':
      return `-${write(expression.of, own)}`;
    case 'and':
    case 'or':
      return `${write(expression.left, own)} ${expression.type} ${write(expression.right, own + 1)}`;
    case 'compare':
      return `${write(expression.left, own + 1)} ${expression.operator} ${write(expression.right, own + 1)}`;
    case 'calculate':
      return `${write(expression.left, own)} ${expression.operator} ${write(expression.right, own + 1)}`;
    case 'call':
      return `${expression.name}(${expression.arguments.map((each) => write(each)).join(', ')})`;
  }
}

/** The digits of a number, never with an exponent, which the language does not have. */
function plain(value: number): string {
  const digits = `${value}`;
  if (!digits.includes('e')) return digits;
  return value >= 1 ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '') || '0';
}

/** The parts of a chain of "and" or of "or", from left to right. */
function chain(expression: Expression, type: 'and' | 'or'): Expression[] {
  if (expression.type !== type) return [expression];
  return [...chain(expression.left, type), expression.right];
}

/** `head`, then the condition, over several lines when it is long. */
function writeLong(head: string, condition: Expression, indent: string): string {
  const one = `${head} ${write(condition)}`;
  const { type } = condition;
  if (indent.length + one.length <= MAX_WIDTH || (type !== 'and' && type !== 'or')) return one;
  const parts = chain(condition, type).map((part, index) =>
    write(part, strength(condition) + (index === 0 ? 0 : 1)),
  );
  return `${head} ${parts.join(` ${type}\n${indent}${INDENT}${INDENT}`)}`;
}

function writeWhen(head: string, when: Expression | null, indent: string): string {
  return when === null ? head : writeLong(`${head} if`, when, indent);
}

function writeComment(text: string): string {
  return text === '' ? '#' : `# ${text}`;
}

function writeStatement(statement: Statement, indent: string): string {
  switch (statement.type) {
    case 'gap':
      return '';
    case 'comment':
      return writeComment(statement.text);
    case 'cast': {
      const head = `cast ${statement.ability.text}${statement.onAny ? ' on any' : ''}`;
      return writeWhen(head, statement.when, indent);
    }
    case 'use':
      return writeWhen(`use ${statement.place.text}`, statement.when, indent);
    case 'wait':
      return writeWhen('wait', statement.when, indent);
    case 'let':
      return writeLong(`let ${statement.name.text} =`, statement.value, indent);
    case 'if': {
      const branches = statement.branches.map(
        ({ when, body }) => `${writeLong('if', when, indent)} ${writeBody(body, indent)}`,
      );
      const all = branches.join(' else ');
      const { otherwise } = statement;
      return otherwise === null ? all : `${all} else ${writeBody(otherwise, indent)}`;
    }
  }
}

function writeBody(body: readonly Statement[], indent: string): string {
  if (body.length === 0) return `{\n${indent}}`;
  return `{\n${writeBlock(body, indent + INDENT)}${indent}}`;
}

function writeBlock(statements: readonly Statement[], indent: string): string {
  const kept = statements.filter(
    ({ type }, index) => type !== 'gap' || (index > 0 && index < statements.length - 1),
  );
  return kept
    .map((statement) => {
      const text = writeStatement(statement, indent);
      const comment = 'comment' in statement ? statement.comment : null;
      const line = comment === null ? text : `${text} ${writeComment(comment)}`;
      return line === '' ? '\n' : `${indent}${line}\n`;
    })
    .join('');
}

/**
 * A rotation in one style: two spaces for each block, one around operators, one empty line at most. Comments stay. A text that cannot be read
 * stays as it is, and its problems are told.
 */
export function format(text: string): {
  readonly text: string;
  readonly problems: readonly RotationProblem[];
} {
  const { statements, problems } = parse(text);
  return problems.length > 0 ? { text, problems } : { text: writeBlock(statements, ''), problems };
}
