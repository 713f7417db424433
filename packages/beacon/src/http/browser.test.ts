import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { encodePublication } from '@belfry/protocol';
import { openEmbeddedStore } from '@belfry/store';
import { findChromium, waitFor } from '@belfry/testkit';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';

/** How long anything in a browser may take, in ms, on a busy machine. */
const PATIENCE = { timeoutMs: 15_000 };

const built = dirname(createRequire(import.meta.url).resolve('centrifuge'));
const SDKS: Readonly<Record<string, string>> = {
  json: join(built, '..', 'dist', 'centrifuge.js'),
  protobuf: join(built, '..', 'dist', 'centrifuge.protobuf.js'),
};

const PAGE = `<!doctype html><title>test</title><script src="/sdk.js"></script><script>
  const { transport, endpoint, emulationEndpoint, token, protocol } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  window.got = [];
  window.states = [];
  const client = new Centrifuge([{ transport, endpoint }], { emulationEndpoint, token, minReconnectDelay: 10, maxReconnectDelay: 100 });
  client.on('state', ({ newState }) => states.push(newState));
  client.on('connected', ({ transport }) => states.push('over ' + transport));
  const text = (data) => (data instanceof Uint8Array ? new TextDecoder().decode(data) : JSON.stringify(data));
  window.subscription = client.newSubscription('chat:x');
  subscription.on('publication', ({ data }) => got.push(JSON.parse(text(data))));
  window.say = (value) => subscription.publish(protocol === 'protobuf' ? new TextEncoder().encode(JSON.stringify(value)) : value);
  subscription.subscribe();
  client.connect();
</script>`;

/** Serves the page from an origin of its own. */
async function servePage(protocol: string): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((request, response) => {
    const isSdk = request.url === '/sdk.js';
    response.writeHead(200, { 'content-type': isSdk ? 'text/javascript' : 'text/html' });
    response.end(isSdk ? readFileSync(SDKS[protocol] ?? '') : PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function urlOf(
  origin: string,
  rig: BeaconRig,
  options: { readonly transport: string; readonly protocol: string },
): Promise<string> {
  const beacon = `http://127.0.0.1:${rig.port}`;
  const settings = {
    ...options,
    endpoint: `${beacon}/connection/${options.transport}`,
    emulationEndpoint: `${beacon}/emulation`,
    token: await tokenFor('ann'),
  };
  return `${origin}/#${encodeURIComponent(JSON.stringify(settings))}`;
}

describe('a page in Chromium, of another origin', () => {
  it.each([
    { transport: 'sse', protocol: 'json' },
    { transport: 'http_stream', protocol: 'json' },
    { transport: 'http_stream', protocol: 'protobuf' },
  ])('plays its part with %j', async (options) => {
    await using page = await servePage(options.protocol);
    const store = await openEmbeddedStore({ dataDir: ':memory:' });
    await using _ = { [Symbol.asyncDispose]: () => store.close() };
    await using rig = await startBeacon(store, {
      sse: { enabled: true },
      http_stream: { enabled: true },
      client: { allowed_origins: [page.origin] },
      channel: {
        namespaces: [
          {
            name: 'chat',
            allow_subscribe_for_client: true,
            allow_publish_for_subscriber: true,
            history_size: 100,
            history_ttl: '300s',
            force_recovery: true,
          },
        ],
      },
    });
    const browser = await chromium.launch(await findChromium(process.env['PATH'] ?? ''));
    await using __ = { [Symbol.asyncDispose]: () => browser.close() };
    const tab = await browser.newPage();
    await tab.goto(await urlOf(page.origin, rig, options));
    const got = (): Promise<unknown[]> => tab.evaluate('window.got');

    await waitFor(async () => rig.beacon.snapshot().gauges.subscriptions === 1, PATIENCE);
    await tab.evaluate('subscription.ready()');
    expect(await tab.evaluate('window.states')).toContain(`over ${options.transport}`);
    await tab.evaluate('say({ hello: "é😀" })');
    await waitFor(async () => (await got()).length === 1, PATIENCE);
    for (let n = 1; n <= 2; n++) {
      rig.cut();
      await store.channels.publish({
        channel: 'chat:x',
        body: encodePublication(` {"n":\r\n${n}}`),
        origin: '',
        history: { size: 100, ttlMs: 60_000, metaTtlMs: 60_000 },
      });
      const all = n + 1;
      await waitFor(async () => (await got()).length === all, PATIENCE);
    }
    expect(await got()).toEqual([{ hello: 'é😀' }, { n: 1 }, { n: 2 }]);
    await tab.close();
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0, PATIENCE);
  });
});
