const MAX_ERROR_LENGTH = 2_000;

/** What was thrown, as a dead letter or an operator is told. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, MAX_ERROR_LENGTH);
}
