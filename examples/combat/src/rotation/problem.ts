/** A stretch of a rotation's text. Offsets count UTF-16 code units from 0; `line` and `column` (of its beginning) count from 1. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a rotation, where, and what to do about it. */
export interface RotationProblem {
  readonly span: Span;
  /** What is wrong: `there is no ability "ember_drat"`. */
  readonly message: string;
  /** What would be right: `did you mean "ember_dart"?`. */
  readonly fix: string;
}

/** `line 3, column 6: there is no ability "ember_drat"; did you mean "ember_dart"?` */
export function describeProblem({ span, message, fix }: RotationProblem): string {
  return `line ${span.line}, column ${span.column}: ${message}; ${fix}`;
}
