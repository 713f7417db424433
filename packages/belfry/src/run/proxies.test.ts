import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Centrifuge } from 'centrifuge';
import { expect, test } from 'vitest';
import { runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';

/** It comes with the system. */
const OPENSSL = 'openssl';

/** A certificate for this machine, signed by itself, in files. */
function makeCertificate(directory: string): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=backend', '-addext', 'subjectAltName=DNS:backend.example'];
  const files = ['-keyout', join(directory, 'b.key'), '-out', join(directory, 'b.crt')];
  execFileSync(OPENSSL, ['req', '-x509', ...curve, ...names, ...files], { stdio: 'ignore' });
}

test('a backend behind HTTPS decides on connections, is measured, and hears of all that end with the process', async () => {
  using directory = temporaryDirectory();
  makeCertificate(directory.path);
  const told: [string, Record<string, unknown>][] = [];
  const backend = createServer(
    {
      cert: readFileSync(join(directory.path, 'b.crt')),
      key: readFileSync(join(directory.path, 'b.key')),
    },
    (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        const { url = '' } = request;
        // Longer than an end takes that has nobody to tell.
        setTimeout(
          () => {
            if (response.destroyed) return;
            told.push([url, JSON.parse(body) as Record<string, unknown>]);
            response.end('{"result":{"user":"ann"}}');
          },
          url === '/disconnect' ? 3_000 : 0,
        );
      });
    },
  );
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const url = `https://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const tls = { enabled: true, server_ca_pem: 'b.crt', server_name: 'backend.example' };
  const proxy = (path: string): object => ({
    enabled: true,
    endpoint: `${url}/${path}`,
    timeout: '8s',
    http: { tls },
  });
  const config = {
    http_server: { port: 0 },
    client: { proxy: { connect: proxy('connect'), disconnect: proxy('disconnect') } },
  };
  writeFileSync(join(directory.path, 'belfry.config.json'), JSON.stringify(config));
  await using server = spawnBelfry(['start'], { cwd: directory.path });
  const at = await server.url();
  const client = new Centrifuge(`${at.replace('http', 'ws')}/connection/websocket`);
  client.connect();
  await client.ready(10_000);
  const metrics = await (await fetch(`${at}/metrics`)).text();
  expect(metrics).toContain('belfry_beacon_proxy_calls_total{use="connect",proxy="default"} 1');
  expect(metrics).toContain(
    'belfry_beacon_proxy_latency_seconds_count{use="connect",proxy="default"} 1',
  );
  server.signal('SIGTERM');
  await server.ended;
  client.disconnect();
  expect(told.map(([path, { user, code }]) => [path, user, code])).toEqual([
    ['/connect', undefined, undefined],
    ['/disconnect', 'ann', 3001],
  ]);
  backend.closeAllConnections();
  backend.close();
});

test.each([
  [{ status_code: 404 }],
  [{ status_code: 404, to_error: { code: 7 } }],
  [{ status_code: 404, to_disconnect: { code: 200 } }],
])('a transform of %j is refused by its name', async (transform) => {
  using directory = temporaryDirectory();
  const proxy = { endpoint: 'http://x', http: { status_to_code_transforms: [transform] } };
  writeFileSync(join(directory.path, 'belfry.config.json'), JSON.stringify({ rpc: { proxy } }));
  const { code, stderr } = await runBelfry(['config', 'check'], { cwd: directory.path });
  expect(code).not.toBe(0);
  expect(stderr).toContain('rpc.proxy.http.status_to_code_transforms');
});
