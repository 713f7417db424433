import { expect, test } from 'vitest';
import { resolveConfig } from '../config/resolve-config.ts';
import { runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { sayWayIn } from './say-way-in.ts';

test('operators get in by what the commands print, and belfry info shows what runs', async () => {
  using directory = temporaryDirectory();
  const options = { cwd: directory.path };
  await using server = spawnBelfry(['start', '--admin', '--port', '0'], options);
  const url = await server.url();
  // Nobody's terminal: no secret in what may be kept.
  await server.written(/Channels: .*`belfry admin link` prints a way in/);
  expect(server.stdout() + server.stderr()).not.toContain('code=');

  const link = (await runBelfry(['admin', 'link'], options)).stdout.trim();
  expect(link.startsWith(`${url}/channels#code=`)).toBe(true);
  const post = async (path: string, body: object, token = ''): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const code = new URL(link).hash.slice('#code='.length);
  expect((await post('/admin/auth', { code })).status).toBe(200);
  const printed = await runBelfry(['admin', 'token', '--read-only', '--ttl', '1m'], options);
  const asked = await post('/admin/overview', {}, printed.stdout.trim());
  expect(asked.status).toBe(200);

  const info = await runBelfry(['info'], options);
  expect(info.stdout).toMatch(
    /^NODE +VERSION .*\n.*\n1 Beacon, 0 connections, 0 channels\.\nStore: /,
  );
  const remote = await runBelfry(['info', '--url', url, '--json'], options);
  expect(JSON.parse(remote.stdout)).toMatchObject({ nodes: [{ connections: 0 }], missing: [] });
}, 60_000);

test('a link is said at a start only in development, on one’s own machine and terminal', async () => {
  const say = (environment: 'development' | 'production', url: string, isTerminal: boolean) => {
    const { config } = resolveConfig({
      file: { name: 'test', directory: '.', values: { environment, admin: { enabled: true } } },
      workingDirectory: '.',
    });
    return sayWayIn({ config, url, secret: 'a-secret', isTerminal });
  };
  const here = 'http://127.0.0.1:8000';
  expect(await say('development', here, true)).toContain('#code=');
  for (const said of [
    await say('production', here, true),
    await say('development', 'http://10.0.0.7:8000', true),
    await say('development', 'http://127.evil.example:8000', true),
    await say('development', here, false),
  ]) {
    expect(said).toContain('belfry admin link');
    expect(said).not.toContain('code=');
  }
});
