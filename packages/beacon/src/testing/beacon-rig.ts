import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Store } from '@belfry/store';
import { SignJWT } from 'jose';
import { attachBeacon, createBeacon, type Beacon, type BeaconOptions } from '../beacon.ts';
import type { BeaconConfig } from '../config.ts';
import type { BeaconEvent } from '../log.ts';

/** Signs the tokens of tests. */
export const SECRET = 'a-secret-for-tests-that-is-long-enough';

/** A connection token (or, with `channel`, a subscription token) for `user`. */
export function tokenFor(user: string, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ ...claims, sub: user })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}

/** A Beacon behind a real HTTP server on a port of its own. */
export interface BeaconRig extends AsyncDisposable {
  readonly beacon: Beacon;
  readonly url: string;
  readonly port: number;
  readonly log: BeaconEvent[];
  /** Cuts every connection, as a network does. */
  cut(): void;
}

/** Starts one on `store`, with the tests' secret. */
export async function startBeacon(
  store: Pick<Store, 'channels' | 'actors'> & Partial<Pick<Store, 'tokens'>>,
  config: BeaconConfig,
  options: Partial<BeaconOptions> = {},
): Promise<BeaconRig> {
  const log: BeaconEvent[] = [];
  const beacon = createBeacon({
    store,
    config: { ...config, client: { token: { hmac_secret_key: SECRET }, ...config.client } },
    log: (event) => log.push(event),
    ...options,
  });
  const server = createServer((request, response) => {
    if (!beacon.handleRequest(request, response)) response.writeHead(404).end();
  });
  attachBeacon(server, beacon);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  beacon.run();
  const { port } = server.address() as AddressInfo;
  return {
    beacon,
    port,
    url: `ws://127.0.0.1:${port}/connection/websocket`,
    log,
    cut() {
      server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      await beacon.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
