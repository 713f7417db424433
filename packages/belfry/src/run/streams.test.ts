import { Centrifuge, type TransportName } from 'centrifuge';
import { describe, expect, test } from 'vitest';
import { waitFor } from '@belfry/testkit';
import { spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIG = {
  http_server: { port: 0 },
  portal: { enabled: true },
  client: { allow_anonymous_connect_without_token: true },
  http_stream: { enabled: true },
  uni_sse: { enabled: true, handler_prefix: '/live' },
  uni_websocket: { enabled: true },
};

describe('belfry start with streams', () => {
  test('serves them beside the rest, and says goodbye to their clients when it stops', async () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'belfry.config.json'), JSON.stringify(CONFIG));
    await using server = spawnBelfry(['start'], { cwd: directory.path });
    const url = await server.url();

    const transport: TransportName = 'http_stream';
    const client = new Centrifuge([{ transport, endpoint: `${url}/connection/http_stream` }], {
      emulationEndpoint: `${url}/emulation`,
    });
    using _ = { [Symbol.dispose]: () => client.disconnect() };
    const reasons: string[] = [];
    client.on('connecting', ({ code, reason }) => reasons.push(`${code} ${reason}`));
    client.connect();
    await client.ready(10_000);
    expect(await client.rpc('time', {})).toHaveProperty('data.now');

    const live = await fetch(`${url}/live?cf_connect=%7B%7D`, {
      signal: AbortSignal.timeout(20_000),
    });
    expect([live.status, live.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(live.headers.get('x-content-type-options')).toBe('nosniff');
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/belfry_beacon_connections 2\n/);
    expect(metrics).toMatch(/belfry_beacon_emulation_requests_total [1-9]/);

    // What is off is not there, and an address of a WebSocket says what it is for.
    expect((await fetch(`${url}/connection/sse?cf_connect=%7B%7D`)).status).toBe(404);
    expect((await fetch(`${url}/connection/uni_websocket`)).status).toBe(426);

    server.signal('SIGTERM');
    expect(await live.text()).toContain(
      '{"disconnect":{"code":3001,"reason":"shutdown","reconnect":true}}',
    );
    await waitFor(() => reasons.includes('3001 shutdown'));
    expect((await server.ended).code).toBe(0);
  });
});
