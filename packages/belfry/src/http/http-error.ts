/** An answer other than success: `{"error":{"code":…,"message":…}}`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** Stable; for programs. */
  readonly code: string;
  readonly headers: Record<string, string> = {};

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The same error with a header. */
  with(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }
}
