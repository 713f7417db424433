import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../run/start-error.ts';

/** A server that listens. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** Where it is reached from this machine. */
  readonly url: string;
  /** Takes no more connections, lets requests under way end for up to `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

function hostOf({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return family === 'IPv6' ? `[${address}]` : address;
}

function explain(error: NodeJS.ErrnoException, address: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${address} is in use: is Belfry running already? Choose another with --port, or --port 0 for any free one.`;
    case 'EACCES':
      return `port ${port} may not be used by this user; choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `http_server.address: this machine has no address ${address}; use 127.0.0.1, or 0.0.0.0 for all.`;
    default:
      return `cannot listen on ${address}:${port}: ${error.message}`;
  }
}

/** Listens; throws a `StartError` that says why not. */
export async function listen(
  onRequest: RequestListener,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16_384,
    },
    onRequest,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartError(explain(error, address, port), { cause: error }));
    });
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    server,
    port: bound.port,
    url: `http://${hostOf(bound)}:${bound.port}`,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
