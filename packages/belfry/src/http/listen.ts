import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { StartError } from '../run/start-error.ts';
import type { ServerTls, TlsMaterial } from './server-tls.ts';

/** A server that listens. */
export interface Listening {
  readonly server: Server | SecureServer;
  readonly port: number;
  /** Where it is reached from this machine. */
  readonly url: string;
  /** Reads the certificates again; connections that are there keep theirs. Throws, and keeps the old ones, when the new are of no use. What was read; `undefined`: there are none. */
  reload(): TlsMaterial | undefined;
  /** Takes no more connections; those that are there stay. */
  refuse(): void;
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
    case 'ENOTSUP':
    case 'EINVAL':
      return `this system cannot share port ${port} between processes; start each with --processes 1 and a port of its own, behind a proxy.`;
    default:
      return `cannot listen on ${address}:${port}: ${error.message}`;
  }
}

/** How many connections the system may hold ready: after a failover of another process all of its clients come at once. */
const BACKLOG = 4_096;

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
};

/** How long a client may take for the TLS handshake, in ms. */
const HANDSHAKE_MS = 10_000;

interface Where {
  readonly address: string;
  readonly port: number;
  /** Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Whether other processes listen there too, and the system spreads connections over all. Default false. */
  readonly shared?: boolean;
}

/** Listens; throws a `StartError` that says why not, and a `ConfigError` when the certificates are of no use. */
export async function listen(
  onRequest: RequestListener,
  { address, port, tls, shared = false }: Where,
): Promise<Listening> {
  const secure =
    tls === undefined
      ? undefined
      : createSecureServer({ ...LIMITS, handshakeTimeout: HANDSHAKE_MS, ...tls.load() }, onRequest);
  const server = secure ?? createServer(LIMITS, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartError(explain(error, address, port), { cause: error }));
    });
    server.listen({ port, host: address, backlog: BACKLOG, reusePort: shared }, resolve);
  });
  const bound = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const refuse = (): void => {
    closed ??= new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  };
  return {
    server,
    port: bound.port,
    url: `${secure === undefined ? 'http' : 'https'}://${hostOf(bound)}:${bound.port}`,
    reload() {
      const material = tls?.load();
      if (material !== undefined) secure?.setSecureContext(material);
      return material;
    },
    refuse,
    async close(graceMs) {
      refuse();
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
