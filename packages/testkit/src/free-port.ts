import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on at the moment. Somebody else may take it before the caller does: start what
 * uses it in a loop.
 */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
