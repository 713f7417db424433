import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on at the moment. Somebody else may take it before the caller does: start what
 * uses it in a loop.
 */
export function freePort(): Promise<number> {
  return tryPort(0);
}

const LOWEST = 10_000;
const ATTEMPTS = 50;

/**
 * A free TCP port that the system gives to nobody by itself, neither to a listener nor to an outgoing connection: for a server that is stopped and
 * started on it again while others make many connections.
 */
export async function lastingPort(): Promise<number> {
  const width = firstEphemeralPort() - LOWEST;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryPort(LOWEST + Math.floor(Math.random() * width));
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function firstEphemeralPort(): number {
  try {
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/);
    const port = Number(first);
    if (port > LOWEST) return port;
  } catch {
    // Not Linux.
  }
  // Others begin higher.
  return 32_768;
}

/** Listens for a moment; 0: on any port. */
function tryPort(wanted: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(wanted, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
