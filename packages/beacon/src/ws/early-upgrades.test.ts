import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import { takeUpgradesEarly } from './early-upgrades.ts';
import type { UpgradeRequest } from './request-head.ts';

const UPGRADE =
  'GET /ws?a=b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-One: 1\r\n\r\n';

/** A server that answers a request with its body, and an upgrade with who took it. */
async function start(options: ServerOptions = {}): Promise<
  AsyncDisposable & {
    readonly server: Server;
    readonly end: () => void;
    readonly early: readonly UpgradeRequest[];
    dial(...says: readonly string[]): Socket;
  }
> {
  const server = createServer(options, (request, response) => {
    void text(request).then((body) => response.end(`${request.method} ${body}`));
  });
  server.on('upgrade', (_, socket, head) => socket.end(`usual ${head.toString()}`));
  const early: UpgradeRequest[] = [];
  const end = takeUpgradesEarly(server, {
    paths: new Set(['/ws']),
    take(request, socket, head) {
      early.push(request);
      socket.end(`early ${head.toString()}`);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  return {
    server,
    end,
    early,
    dial(...says) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      clients.push(socket.on('error', () => undefined));
      for (const each of says) socket.write(each);
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const each of clients) each.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function countOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

describe('the request of a WebSocket', () => {
  it('is taken as soon as it has come, with what came behind it', async () => {
    await using at = await start();
    expect(await text(at.dial(`${UPGRADE}more`))).toBe('early more');
    expect(at.early).toMatchObject([{ method: 'GET', url: '/ws?a=b', headers: { 'x-one': '1' } }]);
    expect(at.early[0]).not.toHaveProperty('httpVersion');
  });

  it('is left to node:http when it comes in pieces, and when it is for another path', async () => {
    await using at = await start();
    const socket = at.dial('G');
    await waitFor(async () => (await countOf(at.server)) === 1);
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(UPGRADE.slice(1));
    expect(await text(socket)).toBe('usual ');
    expect(await text(at.dial(UPGRADE.replace('/ws', '/other')))).toBe('usual ');
    expect(at.early).toEqual([]);
  });

  it('is left to node:http from the end on, also of who has connected before', async () => {
    await using at = await start();
    const socket = at.dial();
    await waitFor(async () => (await countOf(at.server)) === 1);
    at.end();
    socket.write(UPGRADE);
    expect(await text(socket)).toBe('usual ');
    expect(await text(at.dial(UPGRADE))).toBe('usual ');
  });
});

describe('what is no request of a WebSocket', () => {
  it('is answered as ever: several requests on a connection, and bodies of several pieces', async () => {
    await using at = await start();
    const body = 'x'.repeat(300_000);
    const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const last = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answers = await text(at.dial(post, post, last));
    expect(answers.split('HTTP/1.1 200 OK')).toHaveLength(4);
    expect(answers.match(/POST x+/g)?.map(({ length }) => length)).toEqual([300_005, 300_005]);
    expect(await text(at.dial('nonsense\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /);
  });

  it('times out as ever when it never comes', async () => {
    await using at = await start({ headersTimeout: 100, connectionsCheckingInterval: 50 });
    expect(await text(at.dial())).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('a connection on which nothing is said', () => {
  it('goes when its client goes', async () => {
    await using at = await start();
    const sockets = [at.dial(), at.dial()];
    await waitFor(async () => (await countOf(at.server)) === 2);
    sockets[0]?.end();
    sockets[1]?.resetAndDestroy();
    await waitFor(async () => (await countOf(at.server)) === 0);
  });

  it('does not keep a server from closing', async () => {
    await using at = await start();
    const socket = at.dial();
    await waitFor(async () => (await countOf(at.server)) === 1);
    at.server.close();
    await once(at.server, 'close');
    socket.destroy();
    at.server.listen(0, '127.0.0.1');
    await once(at.server, 'listening');
  });
});
