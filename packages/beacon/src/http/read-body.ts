import type { IncomingMessage } from 'node:http';

/** A request whose body could not be had. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** What to answer: 408, 413; 0: nobody is there to be answered. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Limits {
  /** The most bytes. */
  readonly maxSize: number;
  readonly timeoutMs: number;
}

/**
 * Reads the body of a request.
 *
 * @throws BodyError when it is too large, does not come in time, or ends early
 */
export function readBody(
  request: IncomingMessage,
  { maxSize, timeoutMs }: Limits,
): Promise<Buffer> {
  const told = Number(request.headers['content-length'] ?? 0);
  const tooLarge = new BodyError(413, `the body has more than ${maxSize} bytes`);
  if (told > maxSize) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (error: BodyError | null): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (error === null) resolve(Buffer.concat(chunks, size));
      else reject(error);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxSize) done(tooLarge);
      else chunks.push(chunk);
    };
    const onEnd = (): void => done(null);
    const onClose = (): void => done(new BodyError(0, 'the client hung up'));
    const timer = setTimeout(() => {
      done(new BodyError(408, `the body did not come within ${timeoutMs} ms`));
    }, timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.on('error', ignore);
  });
}

/** `close` follows. */
function ignore(): void {}
