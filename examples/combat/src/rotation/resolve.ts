import { isReserved } from './keywords.ts';
import type { KnownName, ValueType, Vocabulary } from './names.ts';
import type { RotationProblem, Span } from './problem.ts';
import { suggestion } from './suggest.ts';
import type { Arithmetic, Comparison, Expression, Name } from './syntax.ts';

/** An expression whose names are known and whose types fit. */
export type Resolved =
  | { readonly is: 'constant'; readonly type: ValueType; readonly value: number }
  | { readonly is: 'value'; readonly type: ValueType; readonly name: KnownName }
  | {
      readonly is: 'calculate';
      readonly type: ValueType;
      readonly operator: Arithmetic | 'min' | 'max';
      readonly left: Resolved;
      readonly right: Resolved;
    }
  | {
      readonly is: 'compare';
      readonly type: 'truth';
      readonly operator: Comparison;
      readonly left: Resolved;
      readonly right: Resolved;
    }
  | {
      readonly is: 'and' | 'or';
      readonly type: 'truth';
      readonly left: Resolved;
      readonly right: Resolved;
    }
  | { readonly is: 'not'; readonly type: 'truth'; readonly of: Resolved };

const MS_PER_SECOND = 1000;

const CALLED: Readonly<Record<ValueType, string>> = {
  truth: 'a condition',
  number: 'a number',
  time: 'a time',
  percent: 'a percentage',
};

const EXAMPLES: Readonly<Record<ValueType, string>> = {
  truth: 'moving',
  number: '30',
  time: '4s',
  percent: '20%',
};

export function constant(value: number, type: ValueType = 'number'): Resolved {
  return { is: 'constant', type, value };
}

/** What a calculation gives; nothing divided by nothing is nothing, as in the engine. */
export function calculate(operator: Arithmetic | 'min' | 'max', a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? 0 : a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
  }
}

/** Resolves the expressions of a text from top to bottom; what does not fit is a problem, and its expression undefined. */
export class Resolver {
  readonly problems: RotationProblem[] = [];
  readonly #vocabulary: Vocabulary;
  /** What `let` has named, by block, the innermost last; undefined: its expression was wrong. */
  readonly #scopes = [new Map<string, Resolved | undefined>()];

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  openBlock(): void {
    this.#scopes.push(new Map());
  }

  closeBlock(): void {
    this.#scopes.pop();
  }

  /** The names that are known, those of `let` first. */
  knownNames(): string[] {
    return [
      ...this.#scopes.flatMap((scope) => [...scope.keys()]),
      ...this.#vocabulary.names.keys(),
    ];
  }

  define({ text, span }: Name, value: Expression): void {
    const resolved = this.resolve(value);
    const taken = this.#vocabulary.names.has(text) || this.#scopes.some((scope) => scope.has(text));
    if (taken || isReserved(text)) {
      this.report(span, `"${text}" is already a name`, 'choose another');
    } else if (text.includes('.')) {
      this.report(span, 'a new name has no "."', `write "${text.replaceAll('.', '_')}"`);
    } else {
      this.#scopes.at(-1)?.set(text, resolved);
    }
  }

  condition(expression: Expression): Resolved | undefined {
    const resolved = this.resolve(expression);
    if (resolved === undefined || resolved.type === 'truth') return resolved;
    const fix = `compare it with something: … > ${EXAMPLES[resolved.type]}`;
    this.report(expression.span, `a condition is needed, this is ${CALLED[resolved.type]}`, fix);
    return undefined;
  }

  report(span: Span, message: string, fix: string): void {
    this.problems.push({ span, message, fix });
  }

  resolve(expression: Expression): Resolved | undefined {
    switch (expression.type) {
      case 'number':
        return literal(expression.value, expression.unit);
      case 'truth':
        return constant(expression.value ? 1 : 0, 'truth');
      case 'name':
        return this.#name(expression.name, expression.span);
      case 'not': {
        const of = this.condition(expression.of);
        return of === undefined ? undefined : { is: 'not', type: 'truth', of };
      }
      case 'negative': {
        const of = this.#quantity(expression.of);
        return of === undefined ? undefined : combine('-', constant(0, of.type), of);
      }
      case 'and':
      case 'or': {
        const left = this.condition(expression.left);
        const right = this.condition(expression.right);
        if (left === undefined || right === undefined) return undefined;
        return { is: expression.type, type: 'truth', left, right };
      }
      case 'compare':
        return this.#compare(expression);
      case 'calculate':
        return this.#calculate(expression);
      case 'call':
        return this.#call(expression);
    }
  }

  #name(name: string, span: Span): Resolved | undefined {
    for (const scope of this.#scopes.toReversed()) {
      if (scope.has(name)) return scope.get(name);
    }
    const known = this.#vocabulary.names.get(name);
    if (known !== undefined) return { is: 'value', type: known.type, name: known };
    const fix = suggestion(name, this.knownNames(), 'see the list of names');
    this.report(span, `there is nothing called "${name}"`, fix);
    return undefined;
  }

  /** Anything but a condition. */
  #quantity(expression: Expression): Resolved | undefined {
    const resolved = this.resolve(expression);
    if (resolved === undefined || resolved.type !== 'truth') return resolved;
    const message = 'a number, a time or a percentage is needed, this is a condition';
    this.report(expression.span, message, 'join conditions with "and", "or" and "not"');
    return undefined;
  }

  #same(left: Resolved, right: Resolved, of: Extract<Expression, { left: Expression }>): boolean {
    if (left.type === right.type) return true;
    const wrong = left.is === 'constant' ? of.left : of.right;
    const [is, wanted] = left.is === 'constant' ? [left, right.type] : [right, left.type];
    const digits = is.is === 'constant' ? shown(is) : undefined;
    const fix = digits === undefined ? 'both must be of a kind' : `write ${inUnit(digits, wanted)}`;
    this.report(wrong.span, `${CALLED[wanted]} is needed here, this is ${CALLED[is.type]}`, fix);
    return false;
  }

  #compare(expression: Extract<Expression, { type: 'compare' }>): Resolved | undefined {
    const left = this.#quantity(expression.left);
    const right = this.#quantity(expression.right);
    if (left === undefined || right === undefined) return undefined;
    if (!this.#same(left, right, expression)) return undefined;
    return { is: 'compare', type: 'truth', operator: expression.operator, left, right };
  }

  #calculate(expression: Extract<Expression, { type: 'calculate' }>): Resolved | undefined {
    const { operator } = expression;
    const left = this.#quantity(expression.left);
    const right = this.#quantity(expression.right);
    if (left === undefined || right === undefined) return undefined;
    if (operator === '+' || operator === '-') {
      return this.#same(left, right, expression) ? combine(operator, left, right) : undefined;
    }
    if (right.type === 'number') return combine(operator, left, right);
    if (operator === '*' && left.type === 'number') return combine('*', left, right, right.type);
    if (operator === '/' && left.type === right.type) return combine('/', left, right, 'number');
    const message =
      operator === '*'
        ? `${CALLED[left.type]} cannot be multiplied by ${CALLED[right.type]}`
        : `${CALLED[left.type]} cannot be divided by ${CALLED[right.type]}`;
    this.report(expression.span, message, 'one of them must be a plain number, such as 0.2');
    return undefined;
  }

  #call(expression: Extract<Expression, { type: 'call' }>): Resolved | undefined {
    const [first, ...others] = expression.arguments;
    let result = first === undefined ? undefined : this.#quantity(first);
    for (const other of others) {
      const resolved = this.#quantity(other);
      if (result === undefined || resolved === undefined) {
        result = undefined;
      } else if (result.type === resolved.type) {
        result = combine(expression.name, result, resolved);
      } else {
        const message = `${CALLED[result.type]} is needed here, this is ${CALLED[resolved.type]}`;
        this.report(other.span, message, 'all must be of a kind');
        result = undefined;
      }
    }
    return result;
  }
}

function literal(value: number, unit: string): Resolved {
  if (unit === 's') return constant(Math.round(value * MS_PER_SECOND), 'time');
  if (unit === 'ms') return constant(Math.round(value), 'time');
  return constant(value, unit === '%' ? 'percent' : 'number');
}

function combine(
  operator: Arithmetic | 'min' | 'max',
  left: Resolved,
  ...rest: readonly [right: Resolved, type?: ValueType]
): Resolved {
  const [right, type = left.type] = rest;
  if (left.is === 'constant' && right.is === 'constant') {
    return constant(calculate(operator, left.value, right.value), type);
  }
  return { is: 'calculate', type, operator, left, right };
}

function shown({ value, type }: Extract<Resolved, { is: 'constant' }>): number {
  return type === 'time' ? value / MS_PER_SECOND : value;
}

function inUnit(value: number, type: ValueType): string {
  if (type === 'time') return `${value}s`;
  return type === 'percent' ? `${value}%` : `${value}`;
}
