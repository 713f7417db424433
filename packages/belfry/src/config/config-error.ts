/** A config that cannot be used. Each problem names the field, what is wrong and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      problems.length === 1
        ? problems[0]
        : `the config has ${problems.length} problems:\n${problems.map((p) => `  ${p}`).join('\n')}`,
      options,
    );
    this.problems = problems;
  }
}
