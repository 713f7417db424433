/** The portal as it is now, in a real Chromium, on one server or on two over Redis, with clients of a public SDK. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, startRedis } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { createTokenSigner } from '../auth/token-signer.ts';
import type { BelfryConfig } from '../config/schema.ts';
import { startBelfry } from '../run/start-belfry.ts';

const PORTAL = fileURLToPath(new URL('../../../../apps/portal', import.meta.url));

const TOKEN_SECRET = 'a-secret-of-connection-tokens-for-tests';
export const ADMIN_SECRET = 'an-admin-secret-for-the-page-in-tests';
export const ADMIN_PASSWORD = 'tower-bell-rope-42';

async function temporary(): Promise<{ readonly dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-portal-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** Builds the portal, or another page, into a directory of its own. */
export async function buildPortal(
  root: string = PORTAL,
): Promise<{ readonly dir: string } & AsyncDisposable> {
  const directory = await temporary();
  const outDir = directory.dir;
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return directory;
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(await findChromium(process.env['PATH'] ?? ''));
}

/** A deployment with a page for operators. */
export interface PageLab extends AsyncDisposable {
  /** Where operators come in. */
  readonly url: string;
  /** A Beacon for clients: the same, or another one over Redis. */
  readonly clientsAt: string;
  readonly beacons: number;
  /** A client of a public SDK, connected. */
  client(user: string, channels?: readonly string[]): Promise<Centrifuge & Disposable>;
}

const NAMESPACES = [
  {
    name: 'news',
    presence: true,
    join_leave: true,
    force_push_join_leave: true,
    history_size: 100,
    history_ttl: '300s',
    allow_subscribe_for_client: true,
    allow_publish_for_client: true,
  },
  { name: 'plain', allow_subscribe_for_client: true, allow_publish_for_client: true },
] as const;

/** @param stores `redis`: two Beacons */
export async function startPageLab(
  stores: 'embedded' | 'redis',
  portal: string,
  more: BelfryConfig = {},
): Promise<PageLab> {
  await using parts = new AsyncDisposableStack();
  const start = async (redis?: string): Promise<string> => {
    const directory = parts.use(await temporary());
    const belfry = await startBelfry({
      environment: 'development',
      data_dir: directory.dir,
      http_server: { port: 0 },
      log: { level: 'error' },
      portal: { dir: portal },
      client: { token: { hmac_secret_key: TOKEN_SECRET } },
      channel: { namespaces: [...NAMESPACES] },
      ...(redis === undefined ? {} : { redis: { url: redis } }),
      ...more,
      admin: { enabled: true, password: ADMIN_PASSWORD, secret: ADMIN_SECRET, ...more.admin },
    });
    parts.defer(() => belfry.stop());
    return belfry.url ?? '';
  };
  const redis = stores === 'redis' ? parts.use(await startRedis()).url : undefined;
  const url = await start(redis);
  const clientsAt = redis === undefined ? url : await start(redis);
  const signer = createTokenSigner(TOKEN_SECRET, {});
  const owned = parts.move();
  return {
    url,
    clientsAt,
    beacons: redis === undefined ? 1 : 2,
    async client(user, channels = []) {
      const token = await signer.sign({ user, info: { name: user } }, Date.now());
      const client = new Centrifuge(`${clientsAt.replace('http', 'ws')}/connection/websocket`, {
        token,
      });
      for (const channel of channels) client.newSubscription(channel).subscribe();
      client.connect();
      await client.ready(10_000);
      const close = (): void => client.disconnect();
      owned.defer(close);
      return Object.assign(client, { [Symbol.dispose]: close });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
