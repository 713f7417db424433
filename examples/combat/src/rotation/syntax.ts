import type { Unit } from './tokens.ts';
import type { Span } from './problem.ts';

/** What a rotation's text says, as a tree. */

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type Arithmetic = '+' | '-' | '*' | '/';

export type Expression =
  | { readonly type: 'number'; readonly value: number; readonly unit: Unit; readonly span: Span }
  | { readonly type: 'truth'; readonly value: boolean; readonly span: Span }
  | { readonly type: 'name'; readonly name: string; readonly span: Span }
  | { readonly type: 'not'; readonly of: Expression; readonly span: Span }
  | { readonly type: 'negative'; readonly of: Expression; readonly span: Span }
  | {
      readonly type: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly type: 'compare';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly type: 'calculate';
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly type: 'call';
      readonly name: 'min' | 'max';
      readonly arguments: readonly Expression[];
      readonly span: Span;
    };

export interface Name {
  readonly text: string;
  readonly span: Span;
}

interface Line {
  readonly span: Span;
  /** The comment that stands behind it on its line. */
  readonly comment: string | null;
}

export type Statement =
  | (Line & {
      readonly type: 'cast';
      readonly ability: Name;
      /** `on any`: on the first target for which the condition holds. */
      readonly onAny: boolean;
      readonly when: Expression | null;
    })
  | (Line & { readonly type: 'use'; readonly place: Name; readonly when: Expression | null })
  | (Line & { readonly type: 'wait'; readonly when: Expression | null })
  | (Line & { readonly type: 'let'; readonly name: Name; readonly value: Expression })
  | {
      readonly type: 'if';
      readonly branches: readonly Branch[];
      readonly otherwise: readonly Statement[] | null;
      readonly span: Span;
    }
  | { readonly type: 'comment'; readonly text: string; readonly span: Span }
  /** An empty line, or several. */
  | { readonly type: 'gap'; readonly span: Span };

export interface Branch {
  readonly when: Expression;
  readonly body: readonly Statement[];
}
