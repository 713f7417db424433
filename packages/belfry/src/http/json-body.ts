import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

/** How long a body may take to arrive, in ms. */
const BODY_TIMEOUT_MS = 10_000;

/** Reads a body of at most `maxBytes` bytes. Rejects with an `HttpError` that says what is wrong. */
export function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      reject(new HttpError(408, 'timeout', 'the body did not arrive in time.'));
    }, BODY_TIMEOUT_MS);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest is read and thrown away: closing at once would lose the answer.
      if (size <= maxBytes) chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      if (size > maxBytes) {
        reject(new HttpError(413, 'too_large', `the body has more than ${maxBytes} bytes.`));
      } else {
        resolve(Buffer.concat(chunks));
      }
    });
    const failed = (): void => {
      clearTimeout(timer);
      reject(new HttpError(400, 'bad_request', 'the body was cut off.'));
    };
    request.on('error', failed);
    request.on('aborted', failed);
  });
}

/** The same as text, whatever type it says it has. */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  return (await readBytes(request, maxBytes)).toString('utf8');
}

/** Reads a JSON object of at most `maxBytes` bytes. Throws an `HttpError` that says what is wrong. */
export async function readJsonObject(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Record<string, unknown>> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new HttpError(
      415,
      'unsupported_media_type',
      `content-type: is ${type === undefined ? 'missing' : `"${type}"`}; send application/json.`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new HttpError(413, 'too_large', `the body has more than ${maxBytes} bytes.`);
  }
  const text = await readText(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, 'bad_json', `the body is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'bad_json', 'the body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}
