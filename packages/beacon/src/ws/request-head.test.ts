import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUpgradeHead } from './request-head.ts';

const LINES = [
  'GET /connection/websocket?a=b HTTP/1.1',
  'Host: a.com:80',
  'Upgrade: websocket',
  'Connection: keep-alive, Upgrade',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version: 13',
];

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

describe('the head of a request for a WebSocket', () => {
  it('is read as it was written, and what follows is left', () => {
    const bytes = Buffer.concat([bytesOf(LINES), Buffer.from('more')]);
    const head = readUpgradeHead(bytes);
    expect(head).toEqual({
      method: 'GET',
      url: '/connection/websocket?a=b',
      headers: {
        host: 'a.com:80',
        upgrade: 'websocket',
        connection: 'keep-alive, Upgrade',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
      },
      end: bytes.length - 4,
    });
  });

  it.each([
    ['has not come whole', bytesOf(LINES).subarray(0, -1)],
    ['is of another method', bytesOf(['POST / HTTP/1.1', ...LINES.slice(1)])],
    ['is of another version', bytesOf(['GET / HTTP/1.0', ...LINES.slice(1)])],
    ['is for no path', bytesOf(['GET http://a.com/ HTTP/1.1', ...LINES.slice(1)])],
    ['has spaces in its path', bytesOf(['GET / / HTTP/1.1', ...LINES.slice(1)])],
    ['names no host', bytesOf(LINES.toSpliced(1, 1))],
    ['asks for no upgrade', bytesOf(LINES.toSpliced(3, 1, 'Connection: keep-alive'))],
    ['has a header twice', bytesOf([...LINES, 'host: b.com'])],
    ['has a body', bytesOf([...LINES, 'Content-Length: 4'])],
    ['has chunks', bytesOf([...LINES, 'Transfer-Encoding: chunked'])],
    ['continues a line', bytesOf([...LINES, 'X: 1', ' 2'])],
    ['has a space before a colon', bytesOf([...LINES, 'X : 1'])],
    ['has a line without a colon', bytesOf([...LINES, 'X'])],
    ['has a line feed alone', bytesOf([...LINES, 'X: 1\nY: 2'])],
    ['has a name of every object', bytesOf([...LINES, '__proto__: 1'])],
    ['is too long', bytesOf([...LINES, `X: ${'x'.repeat(20_000)}`])],
  ])('is left to others when it %s', (_, bytes) => {
    expect(readUpgradeHead(bytes)).toBeNull();
  });

  it('means the same to node:http, whatever it is', async () => {
    const server = createServer();
    let upgraded: { url: string | undefined; headers: IncomingHttpHeaders; head: string } | null;
    server.on('upgrade', ({ url, headers }, socket, head) => {
      upgraded = { url, headers, head: head.toString('latin1') };
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const strange = fc.constantFrom(
      '\r',
      '\n',
      '\0',
      ' ',
      '\t',
      ':',
      ',',
      '\u007f',
      'é',
      'X: y\r\n',
      'A',
    );
    const change = fc.record({
      at: fc.nat(),
      remove: fc.nat(3),
      put: fc.oneof(strange, fc.constant('')),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), async (changes) => {
        let text = bytesOf(LINES).toString('latin1');
        for (const { at, remove, put } of changes) {
          const from = at % text.length;
          text = text.slice(0, from) + put + text.slice(from + remove);
        }
        const bytes = Buffer.from(`${text}tail`, 'latin1');
        const head = readUpgradeHead(bytes);
        if (head === null) return;
        taken++;
        upgraded = null;
        const socket = connect(port, '127.0.0.1').on('error', () => undefined);
        socket.write(bytes);
        socket.resume();
        await once(socket, 'close');
        expect(upgraded).toEqual({
          url: head.url,
          headers: head.headers,
          head: bytes.toString('latin1', head.end),
        });
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(20);
    server.close();
  });
});
