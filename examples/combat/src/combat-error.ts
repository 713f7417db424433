/** What is wrong with an input: the field, as a path (`gear.ring1`), what is wrong with it, and what to do about it. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
  readonly fix: string;
}

/** An input that cannot be simulated. Its message tells all problems. */
export class CombatError extends Error {
  override readonly name = 'CombatError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ field, problem, fix }) => `${field}: ${problem}; ${fix}`).join('\n'));
    this.problems = problems;
  }
}
