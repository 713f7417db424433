import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type BelfryProcess,
  runBelfry,
  spawnBelfry,
  temporaryDirectory,
} from '../testing/belfry-process.ts';

const COIN = fileURLToPath(new URL('../testing/coin.ts', import.meta.url));

/** It comes with the system. */
const OPENSSL = 'openssl';

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for this machine, signed by itself, and its key, in files. */
function makePair(directory: string, name: string): Pair {
  const cert = join(directory, `${name}.crt`);
  const key = join(directory, `${name}.key`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync(OPENSSL, ['req', '-x509', ...curve, '-nodes', '-days', '2', ...names, ...files], {
    stdio: 'ignore',
  });
  return { cert, key };
}

function use(directory: string, { cert, key }: Pair): void {
  copyFileSync(cert, join(directory, 'server.crt'));
  copyFileSync(key, join(directory, 'server.key'));
}

function configure(directory: string, tls: object, rest: object = {}): void {
  const config = { http_server: { port: 0, tls: { enabled: true, ...tls } }, ...rest };
  writeFileSync(join(directory, 'belfry.config.json'), JSON.stringify(config));
}

const FILES = { cert_pem: 'server.crt', key_pem: 'server.key' };

/** Waits for it, but not so long that the test is given up and its server stays. */
async function written(server: BelfryProcess, pattern: RegExp): Promise<void> {
  await Promise.race([
    server.written(pattern),
    sleep(10_000, undefined, { ref: false }).then(() => {
      throw new Error(
        `it has not written ${String(pattern)}:\n${server.stdout()}${server.stderr()}`,
      );
    }),
  ]);
}

/** For whom the certificate is that a new connection sees. */
async function seen(url: string): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    rejectUnauthorized: false,
  });
  try {
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    const name: unknown = socket.getPeerCertificate().subject.CN;
    return String(name);
  } finally {
    socket.destroy();
  }
}

/** GETs over HTTPS, verifying against `ca`. */
function get(url: string, ca: Buffer, own: { cert?: Buffer; key?: Buffer } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { ca, ...own, agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

/** A client that verifies the server's certificate. */
function clientOf(url: string, certificate: string): Centrifuge & Disposable {
  const ca = readFileSync(certificate);
  class Verifying extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { ca });
    }
  }
  const client = new Centrifuge(`${url.replace('https', 'wss')}/connection/websocket`, {
    websocket: Verifying,
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

const ANYBODY = { client: { allow_anonymous_connect_without_token: true } };

describe('TLS', () => {
  test('serves HTTPS and WSS, and SIGHUP changes the certificate while a client stays', async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const first = makePair(path, 'first');
    const second = makePair(path, 'second');
    use(path, first);
    configure(path, FILES, ANYBODY);
    await using server = spawnBelfry(['start'], { cwd: path });
    const url = await server.url();
    expect(url).toMatch(/^https:/);
    expect(await seen(url)).toBe('first');
    expect(await get(`${url}/health`, readFileSync(first.cert))).toBe(200);
    await expect(get(`${url}/health`, readFileSync(second.cert))).rejects.toThrow(/self-signed/);

    using staying = clientOf(url, first.cert);
    staying.connect();
    await staying.ready(10_000);
    const lost: string[] = [];
    staying.on('connecting', ({ reason }) => lost.push(reason));

    use(path, second);
    expect(await seen(url)).toBe('first');
    server.signal('SIGHUP');
    await written(server, /certificates reloaded/);
    expect(await seen(url)).toBe('second');
    expect(await get(`${url}/health`, readFileSync(second.cert))).toBe(200);
    using late = clientOf(url, second.cert);
    late.connect();
    await late.ready(10_000);
    // The one that was there goes on as it was.
    expect(await staying.rpc('time', {})).toHaveProperty('data.now');
    expect(lost).toEqual([]);

    // The CLI finds the server although the certificate is none of its business.
    const { stdout, code } = await runBelfry(['actors', 'ls'], { cwd: path });
    expect([code, stdout]).toEqual([0, expect.any(String)]);

    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  test('SIGHUP changes it in each of several processes', async () => {
    await using redis = await startRedis();
    using directory = temporaryDirectory();
    const { path } = directory;
    use(path, makePair(path, 'first'));
    configure(path, FILES, { roles: ['beacon'], redis: { url: redis.url } });
    await using server = spawnBelfry(['start', '--processes', '2'], { cwd: path });
    const url = await server.url();
    const shown = (): Promise<string[]> => Promise.all(Array.from({ length: 16 }, () => seen(url)));
    expect(new Set(await shown())).toEqual(new Set(['first']));
    use(path, makePair(path, 'second'));
    server.signal('SIGHUP');
    await written(server, /certificates reloaded.*certificates reloaded/s);
    expect(new Set(await shown())).toEqual(new Set(['second']));
    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  test('keeps the old certificate when the new is of no use, and says why', async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const good = makePair(path, 'good');
    const other = makePair(path, 'other');
    use(path, good);
    configure(path, { cert_pem_file: 'server.crt', key_pem_file: 'server.key' }, ANYBODY);
    await using server = spawnBelfry(['start'], { cwd: path });
    const url = await server.url();

    copyFileSync(other.cert, join(path, 'server.crt'));
    server.signal('SIGHUP');
    await written(server, /key_pem: it is not the key of the certificate.*stay in use/s);
    expect(await seen(url)).toBe('good');

    writeFileSync(join(path, 'server.crt'), 'nonsense');
    server.signal('SIGHUP');
    await written(server, /does not hold PEM/);
    expect(await seen(url)).toBe('good');

    use(path, other);
    server.signal('SIGHUP');
    await written(server, /certificates reloaded/);
    expect(await seen(url)).toBe('other');
  });

  test('asks clients for a certificate when it is told who signs those', async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const own = makePair(path, 'own');
    const clients = makePair(path, 'clients');
    use(path, own);
    configure(path, { ...FILES, client_ca_pem: readFileSync(clients.cert, 'utf8') });
    await using server = spawnBelfry(['start'], { cwd: path });
    const url = `${await server.url()}/health`;
    const ca = readFileSync(own.cert);
    await expect(get(url, ca)).rejects.toThrow();
    const shown = { cert: readFileSync(clients.cert), key: readFileSync(clients.key) };
    expect(await get(url, ca, shown)).toBe(200);
  });

  test('a built-in node does the jobs of a server whose certificate it could not check', async () => {
    using directory = temporaryDirectory();
    const { path: cwd } = directory;
    const own = makePair(cwd, 'own');
    use(cwd, own);
    configure(cwd, FILES, {
      fleet: { enabled: true, simulations: [COIN], builtin_node: { enabled: true, slots: 1 } },
    });
    await using server = spawnBelfry(['start'], { cwd });
    await written(server, /the built-in node is ready/);
    const env = { NODE_EXTRA_CA_CERTS: own.cert };
    const input = '{"blocks":3,"throws":7}';
    const submitted = await runBelfry(
      ['jobs', 'submit', 'coin', input, '--url', await server.url()],
      { cwd, env },
    );
    expect(submitted.stderr).toMatch(/100% {2}done after /);
    expect(JSON.parse(submitted.stdout)).toMatchObject({ throws: 21 });
  });

  test.each([
    [{}, /http_server\.tls\.cert_pem: it must be given/],
    [{ cert_pem: 'gone.crt', key_pem: 'server.key' }, /http_server\.tls\.cert_pem: .*gone\.crt/],
    [{ cert_pem: 'server.crt', key_pem: 'other.key' }, /key_pem: it is not the key/],
  ])('does not start with %j', async (tls, problem) => {
    using directory = temporaryDirectory();
    const { path } = directory;
    use(path, makePair(path, 'own'));
    makePair(path, 'other');
    configure(path, tls);
    const { code, stderr } = await runBelfry(['start'], { cwd: path });
    expect(code).toBe(1);
    expect(stderr).toMatch(problem);
  });
});
