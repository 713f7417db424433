/** A config that cannot be used. Each problem names the field, what is wrong and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  /** All of it comes from flags: it is how the program was called that is wrong. */
  readonly isUsage: boolean;

  constructor(
    problems: readonly string[],
    options?: ErrorOptions & { readonly isUsage?: boolean },
  ) {
    super(
      problems.length === 1
        ? problems[0]
        : `the config has ${problems.length} problems:\n${problems.map((p) => `  ${p}`).join('\n')}`,
      options,
    );
    this.problems = problems;
    this.isUsage = options?.isUsage ?? false;
  }
}
