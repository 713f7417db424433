import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BrokenSocket, type HttpAnswer, type HttpExchange } from '../agent/ports.ts';

const MAX_ANSWER_BYTES = 128 * 1_048_576;
const FREE_SOCKETS = 64;

/** Asks over connections that are kept open and shared by all nodes of the process. */
export function createHttpExchange(): HttpExchange {
  const options = { keepAlive: true, maxFreeSockets: FREE_SOCKETS, scheduling: 'lifo' as const };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);

  return ({ method, url, headers, body, timeoutMs, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const isTls = url.startsWith('https:');
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method,
      agent: isTls ? https : http,
      headers: {
        ...headers,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      const isBroken =
        request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      reject(isBroken ? new BrokenSocket('the connection was closed', { cause: error }) : error);
    };
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('close', () => {
        if (!response.complete) fail(new Error('the answer was cut off'));
      });
      response.on('end', () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          date: response.headers.date ?? null,
          retryAfter: response.headers['retry-after'] ?? null,
        });
      });
    });
    request.end(body);
    return promise;
  };
}

let shared: HttpExchange | undefined;

/** The exchange of this process. */
export function sharedHttpExchange(): HttpExchange {
  shared ??= createHttpExchange();
  return shared;
}
