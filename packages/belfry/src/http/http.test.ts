import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { clientAddress } from './client-address.ts';
import { HttpError } from './http-error.ts';
import { listen, type Listening } from './listen.ts';
import { findPortal, portalFallback } from './portal.ts';
import { createRouter, type PathParams, type RouterOptions, sendJson } from './router.ts';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close(0);
});

async function serve(options: Partial<RouterOptions>): Promise<string> {
  const router = createRouter({ routes: [], onError: () => undefined, ...options });
  const listening = await listen(router, { address: '127.0.0.1', port: 0 });
  open.push(listening);
  return listening.url;
}

/** The body at a path that is sent as it is written: `fetch` would tidy it. */
async function getRaw({ hostname, port }: URL, path: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet({ hostname, port, path }, resolve).once('error', reject);
  });
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return body;
}

describe('the router', () => {
  test('answers with what the path and the method say', async () => {
    const errors: unknown[] = [];
    const url = await serve({
      headers: { 'x-every': 'answer' },
      onError: (error) => errors.push(error),
      routes: [
        { path: '/a', methods: { GET: (_request, response) => sendJson(response, 200, { a: 1 }) } },
        {
          path: '/bad',
          methods: {
            POST() {
              throw new HttpError(418, 'teapot', 'short and stout').with('x-spout', 'yes');
            },
          },
        },
        {
          path: '/bug',
          methods: {
            async GET() {
              throw new Error('secret detail');
            },
          },
        },
      ],
    });
    const got = await fetch(`${url}/a?query=1`);
    expect([got.status, await got.json()]).toEqual([200, { a: 1 }]);
    expect(got.headers.get('x-every')).toBe('answer');
    const head = await fetch(`${url}/a`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const wrong = await fetch(`${url}/a`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    const teapot = await fetch(`${url}/bad`, { method: 'POST' });
    expect([teapot.status, teapot.headers.get('x-spout'), await teapot.json()]).toEqual([
      418,
      'yes',
      { error: { code: 'teapot', message: 'short and stout' } },
    ]);
    const bug = await fetch(`${url}/bug`);
    expect(bug.status).toBe(500);
    expect(await bug.text()).not.toContain('secret detail');
    expect(errors).toHaveLength(1);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });
});

describe('the portal', () => {
  test('is its files, and its first page for every path that is no file', async () => {
    using directory = temporaryDirectory();
    const root = join(directory.path, 'portal');
    mkdirSync(join(root, 'assets'), { recursive: true });
    writeFileSync(join(root, 'index.html'), '<p>portal</p>');
    writeFileSync(join(root, 'assets', 'a-1234.js'), 'let a;');
    writeFileSync(join(directory.path, 'outside.txt'), 'a secret');
    const url = await serve({ fallback: portalFallback(root) });
    for (const path of ['/', '/room/ABC']) {
      const page = await fetch(url + path);
      expect([page.status, await page.text()]).toEqual([200, '<p>portal</p>']);
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await fetch(`${url}/assets/a-1234.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    for (const path of ['/assets/b.js', '/api/publish', '/metrics', '/connection/x']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    }
    expect(await (await fetch(`${url}/..%2foutside.txt`)).text()).not.toContain('secret');
    expect((await fetch(`${url}/%E0%A4%A`)).status).toBeLessThan(500);
    expect((await fetch(`${url}/`, { method: 'POST' })).status).toBe(404);
  });

  test('is served as it is after it has been built anew, without a restart', async () => {
    using directory = temporaryDirectory();
    const root = directory.path;
    const build = (version: string): string => {
      rmSync(join(root, 'assets'), { recursive: true, force: true });
      mkdirSync(join(root, 'assets'));
      const page = `<script src="/assets/index-${version}.js"></script>`;
      writeFileSync(join(root, 'assets', `index-${version}.js`), `let ${version};`);
      writeFileSync(join(root, 'index.html'), page);
      return page;
    };
    const get = async (path: string): Promise<[number, string]> => {
      const answer = await fetch(url + path);
      return [answer.status, await answer.text()];
    };
    const first = build('old');
    const url = await serve({ fallback: portalFallback(root) });
    expect(await get('/play')).toEqual([200, first]);
    const { headers } = await fetch(url);

    const second = build('muchNewer');
    expect(await get('/play')).toEqual([200, second]);
    expect(await get('/assets/index-muchNewer.js')).toEqual([200, 'let muchNewer;']);
    // A window that is still open asks for what is no more.
    expect((await get('/assets/index-old.js'))[0]).toBe(404);
    const again = await fetch(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, await again.text()]).toEqual([200, second]);

    rmSync(join(root, 'index.html'));
    const meanwhile = await fetch(`${url}/play`);
    expect([meanwhile.status, meanwhile.headers.get('refresh')]).toEqual([503, '1']);
    build('last');
    expect((await get('/play'))[0]).toBe(200);
  });

  test('shows nothing of its directory that is hidden, and nothing outside of it', async () => {
    using directory = temporaryDirectory();
    const root = join(directory.path, 'portal');
    mkdirSync(join(root, '.git'), { recursive: true });
    mkdirSync(`${root}-private`);
    writeFileSync(join(root, 'index.html'), '<p>portal</p>');
    for (const file of ['portal/.env', 'portal/.git/config', 'portal-private/key']) {
      writeFileSync(join(directory.path, file), 'secret');
    }
    const url = new URL(await serve({ fallback: portalFallback(root) }));
    const paths = ['/.env', '/%2eenv', '/.git/config', '/../portal-private/key'];
    for (const path of [...paths, '/..%2fportal-private/key', '/%2e%2e/portal-private/key']) {
      expect([path, await getRaw(url, path)]).not.toEqual([
        path,
        expect.stringContaining('secret'),
      ]);
    }
  });

  test('is not found where there is no index.html', () => {
    using directory = temporaryDirectory();
    expect(findPortal(directory.path)).toBeUndefined();
  });
});

test.each([
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['::ffff:10.1.2.3', undefined, '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, '2001:db8:0:0::/64'],
  ['10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['10.0.0.1', 'forged, 203.0.113.7', '203.0.113.7'],
  ['10.0.0.1', '', '10.0.0.1'],
])('a request from %s with the header %j counts for %s', (remoteAddress, header, address) => {
  const headers = header === undefined ? {} : { 'x-real-ip': header };
  const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
  expect(clientAddress(request, 'X-Real-IP')).toBe(address);
});

describe('a route with something open in its path', () => {
  const echo = {
    GET: (_: unknown, response: ServerResponse, params: PathParams) =>
      sendJson(response, 200, params),
  };

  test('gets what stands there, decoded; an exact path goes first', async () => {
    const url = await serve({
      routes: [
        { path: '/jobs/{job}', methods: echo },
        { path: '/jobs/{job}/result', methods: echo },
        { path: '/jobs/mine', methods: { GET: (_, response) => sendJson(response, 200, 'mine') } },
        { path: '/code/{name}/{file}', methods: echo },
      ],
    });
    const at = async (path: string): Promise<unknown> => {
      const response = await fetch(`${url}${path}`);
      return response.ok ? await response.json() : response.status;
    };
    expect(await at('/jobs/7?x=1')).toEqual({ job: '7' });
    expect(await at('/jobs/a%2Fb%20c')).toEqual({ job: 'a/b c' });
    expect(await at('/jobs/7/result')).toEqual({ job: '7' });
    expect(await at('/jobs/mine')).toBe('mine');
    expect(await at('/code/coin/1.mjs')).toEqual({ name: 'coin', file: '1.mjs' });
    expect(await at('/jobs/')).toBe(404);
    expect(await at('/jobs/7/other')).toBe(404);
    expect(await at('/jobs/%E0%A4%A')).toBe(404);
    expect((await fetch(`${url}/jobs/7`, { method: 'POST' })).status).toBe(405);
  });
});
