import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { generatedSecrets } from '../secrets/secrets-file.ts';
import { main } from './main.ts';
import { COUNTER, runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const START = ['start', '--port', '0', '--actors', COUNTER];

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('belfry start', () => {
  test('serves health, metrics and guests, keeps its secrets to itself, and SIGTERM ends it with 0 in time', async () => {
    using directory = temporaryDirectory();
    const caches = join(directory.path, 'caches');
    // Else it lies where that of the tests does.
    const env = { XDG_CACHE_HOME: caches, NODE_COMPILE_CACHE: '' };
    await using server = spawnBelfry([...START, '--guests'], { cwd: directory.path, env });
    const url = await server.url();

    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(200);
    expect(health.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await health.json()).toMatchObject({
      status: 'ok',
      roles: ['beacon', 'worker', 'ticker'],
      store: { ok: true },
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const name of [
      'process_cpu_seconds_total',
      'belfry_store_commits_total',
      'belfry_runner_turns_total',
      'belfry_runner_commit_ms_bucket',
      'belfry_beacon_connections',
    ]) {
      expect(metrics).toContain(name);
    }
    const guest = await post(`${url}/auth/guest`, { name: 'Ann' });
    expect(guest.status).toBe(200);
    const { token, user } = (await guest.json()) as { token: string; user: string };
    expect(user).toMatch(/^guest-/);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const plain = await fetch(`${url}/connection/websocket`);
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    expect(await plain.text()).toContain('is for WebSocket clients');
    expect((await post(`${url}/health`, {})).status).toBe(405);

    // What it has compiled is there for the next start.
    expect(readdirSync(join(caches, 'belfry', 'compiled')).length).toBeGreaterThan(0);
    const secretsFile = join(directory.path, '.belfry', 'secrets.json');
    expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
    const secrets = Object.values(JSON.parse(readFileSync(secretsFile, 'utf8')) as object);
    const before = performance.now();
    server.signal('SIGTERM');
    const { code, stdout, stderr } = await server.ended;
    expect(code).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_000);
    for (const secret of [...secrets, token]) expect(stdout + stderr).not.toContain(secret);
    expect(existsSync(join(directory.path, '.belfry', 'server.json'))).toBe(false);
  });

  test('guests are off unless they are asked for', async () => {
    using directory = temporaryDirectory();
    await using server = spawnBelfry(START, { cwd: directory.path });
    const answer = await post(`${await server.url()}/auth/guest`, { name: 'Ann' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'guests_disabled' } });
  });

  test('a second process on the same data directory is told so', async () => {
    using directory = temporaryDirectory();
    await using first = spawnBelfry(START, { cwd: directory.path });
    await first.url();
    const second = await runBelfry(START, { cwd: directory.path });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/another process has .*\.belfry open/);
  });

  test('a server that was killed leaves nothing that keeps the next one from starting', async () => {
    using directory = temporaryDirectory();
    await using first = spawnBelfry(START, { cwd: directory.path });
    await first.url();
    first.signal('SIGKILL');
    await first.ended;
    await using second = spawnBelfry(START, { cwd: directory.path });
    await second.url();
  });

  test('a port in use is told', async () => {
    using directory = temporaryDirectory();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runBelfry(['start', '--port', String(port)], {
      cwd: directory.path,
    });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  });

  test.each([
    ['a role without Redis', ['start', '--role', 'worker'], {}, /--redis/],
    [
      'production on Redis without secrets',
      ['start', '--redis', 'redis://127.0.0.1:1'],
      { NODE_ENV: 'production' },
      /client\.token\.hmac_secret_key: is missing.*openssl rand/,
    ],
    [
      'a Redis that is not there',
      [
        'start',
        '--redis',
        'redis://ann:hunter2@127.0.0.1:1',
        '--set',
        'redis.connect_timeout=500ms',
      ],
      {},
      /Redis at redis:\/\/ann:\*\*\*@127\.0\.0\.1:1 cannot be reached/,
    ],
    [
      'actors that are not there',
      ['start', '--actors', './nope.ts'],
      {},
      /actors\[0\] \("\.\/nope\.ts"\): there is no file/,
    ],
    ['a config file that is not there', ['start', '--config', 'x.json'], {}, /there is no file/],
  ])('%s stops it with 1 and the reason', async (_name, args, env, reason) => {
    using directory = temporaryDirectory();
    const { code, stderr, stdout } = await runBelfry(args, { cwd: directory.path, env });
    expect(stderr).toMatch(reason);
    expect(code).toBe(1);
    expect(stderr + stdout).not.toContain('hunter2');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('SIGTERM ends the waiting for Redis', async () => {
    using directory = temporaryDirectory();
    await using server = spawnBelfry(['start', '--redis', 'redis://127.0.0.1:1'], {
      cwd: directory.path,
    });
    await server.written(/connecting to Redis/);
    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});

describe('belfry actors and channels', () => {
  test('talk to the running server, and open the store themselves when none runs', async () => {
    using directory = temporaryDirectory();
    const cwd = directory.path;
    const belfry = async (...args: string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await runBelfry([...args, '--json'], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout);
    };
    await using server = spawnBelfry(START, { cwd });
    const url = await server.url();

    await using listener = spawnBelfry(['channels', 'subscribe', 'server:news', '--json'], { cwd });
    await expect
      .poll(
        async () => {
          await belfry('channels', 'publish', 'server:news', '{"hello":1}');
          return listener.stdout();
        },
        { timeout: 15_000 },
      )
      .toContain('"data":{"hello":1}');
    listener.signal('SIGINT');
    expect((await listener.ended).code).toBe(0);

    expect(await belfry('actors', 'ls')).toEqual({ actors: [], cursor: null });
    expect(await belfry('channels', 'presence', 'server:news')).toEqual({ clients: [] });
    const secrets = JSON.parse(readFileSync(join(cwd, '.belfry', 'secrets.json'), 'utf8')) as {
      admin: string;
    };
    expect((await post(`${url}/admin/actors.list`, {})).status).toBe(401);
    const authorization = `Bearer ${secrets.admin}`;
    expect((await post(`${url}/admin/actors.list`, {}, { authorization })).status).toBe(200);
    const proxied = { authorization, 'x-forwarded-for': '127.0.0.1' };
    expect((await post(`${url}/admin/actors.list`, {}, proxied)).status).toBe(403);

    server.signal('SIGTERM');
    await server.ended;
    const history = await belfry('channels', 'history', 'server:news', '--limit', '1');
    expect(history).toMatchObject({ publications: [{ offset: 1, data: { hello: 1 } }] });
    const missing = await runBelfry(['actors', 'show', 'counter/a'], { cwd });
    expect([missing.code, missing.stderr]).toEqual([1, 'belfry: there is no actor counter/a.\n']);
  }, 60_000);

  test('a directory without a store is told', async () => {
    using directory = temporaryDirectory();
    const { code, stderr } = await runBelfry(['actors', 'ls'], { cwd: directory.path });
    expect(code).toBe(1);
    expect(stderr).toContain('there is no store in');
  });
});

describe('how it is called', () => {
  test('what is compiled is kept in the home of the user, not where the program is called', async () => {
    using directory = temporaryDirectory();
    const cwd = join(directory.path, 'work');
    mkdirSync(cwd);
    const env = { XDG_CACHE_HOME: 'caches', HOME: directory.path, NODE_COMPILE_CACHE: '' };
    expect(await runBelfry(['--version'], { cwd, env })).toMatchObject({ code: 0 });
    expect(readdirSync(cwd)).toEqual([]);
    expect(readdirSync(join(directory.path, '.cache', 'belfry', 'compiled'))).toHaveLength(1);
  });

  test.each<[string[], number, RegExp]>([
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    [['--help'], 0, /belfry actors dead-letters[^]*Exit codes: 0 done; 1 .*; 2 /],
    [['start', '--help'], 0, /--redis URL/],
    [['help', 'token'], 0, /--user USER/],
    [['actors'], 2, /belfry actors ls/],
    [['strat'], 2, /unknown command "strat"\. Did you mean "start"\?/],
    [['actors', 'lst'], 2, /unknown command "actors lst"\. Did you mean "ls"\?/],
    [['start', '--prot', '1'], 2, /unknown flag --prot\. Did you mean "--port"\?/],
    [['start', '--port'], 2, /--port needs a value/],
    [['start', '--set', 'client.ping_intervall=1s'], 2, /Did you mean "client\.ping_interval"\?/],
    [['start', 'now'], 2, /"now" is one argument too many/],
    [['actors', 'show'], 2, /<kind\/id> is missing/],
    [['token'], 2, /--user is missing/],
    [['token'], 2, /^belfry: --user is missing\.\n`belfry token --help` shows/],
    [['token', '--user', ''], 2, /--user: is empty/],
    [['token', '--user', 'a', '--ttl', 'soon'], 2, /--ttl: got "soon"/],
    [['start', '--port', 'abc'], 2, /http_server\.port: got "abc" \(--port\)/],
    [['start', '--role', 'beecon'], 2, /beecon.*Did you mean "beacon"\?/],
    [['config', 'check', '--port', 'abc', '--json'], 2, /"ok":false/],
    [['start', '--set', 'foo'], 2, /--set: got "foo"; write --set FIELD=VALUE/],
  ])('belfry %j ends with %i', async (args, code, output) => {
    const written: unknown[] = [];
    const write = (text: unknown): void => {
      written.push(text, '\n');
    };
    vi.spyOn(console, 'log').mockImplementation(write);
    vi.spyOn(console, 'error').mockImplementation(write);
    expect(await main(args)).toBe(code);
    expect(written.join('')).toMatch(output);
  });

  test('belfry token makes a token with the deployment’s secret', async () => {
    using directory = temporaryDirectory();
    const args = ['token', '--user', 'ann', '--info', '{"name":"Ann"}', '--channels', 'a,b'];
    const early = await runBelfry(args, { cwd: directory.path });
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(/there is no secret in .*start the server once.*--data-dir/);
    expect(existsSync(join(directory.path, '.belfry'))).toBe(false);
    const secret = generatedSecrets(join(directory.path, '.belfry')).token;
    const { code, stdout } = await runBelfry(args, { cwd: directory.path });
    expect(code).toBe(0);
    const payload = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
    expect(payload).toMatchObject({ sub: 'ann', info: { name: 'Ann' }, channels: ['a', 'b'] });
    expect(payload.exp - payload.iat).toBe(3_600);
    const [head, body, signature] = stdout.trim().split('.');
    const hmac = createHmac('sha256', secret).update(`${head}.${body}`);
    expect(signature).toBe(hmac.digest('base64url'));
  });

  test('belfry config check and print say what is in force', async () => {
    using directory = temporaryDirectory();
    const cwd = directory.path;
    writeFileSync(join(cwd, 'belfry.config.json'), '{"http_server":{"port":9000},"guest":{}}');
    const bad = await runBelfry(['config', 'check', '--json'], { cwd });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      problems: ['guest: unknown key (belfry.config.json). Did you mean "guests"?'],
    });
    writeFileSync(join(cwd, 'belfry.config.json'), '{"http_server":{"port":9000}}');
    const env = { BELFRY_CLIENT_TOKEN_HMAC_SECRET_KEY: 'sesame' };
    const good = await runBelfry(['config', 'check', '--actors', COUNTER], { cwd, env });
    expect([good.code, good.stdout]).toEqual([0, 'The config is good. Actors: counter, lobby.\n']);
    const print = await runBelfry(['config', 'print', '--port', '1'], { cwd, env });
    expect(print.stdout).toMatch(/^http_server\.port +1 {2}# --port$/m);
    expect(print.stdout).not.toContain('sesame');
  });
});
