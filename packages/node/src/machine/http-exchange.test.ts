import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { BrokenSocket, type HttpQuestion } from '../agent/ports.ts';
import { createHttpExchange } from './http-exchange.ts';

/** Answers the first request of each connection by `answer`, and ends the connection at the second one. */
async function startServer(
  answer: string,
): Promise<{ readonly url: string; connections: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    lab.connections += 1;
    sockets.add(socket);
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      if (requests > 1) socket.resetAndDestroy();
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const lab = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    connections: 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return lab;
}

const ask = (url: string, timeoutMs = 5_000): HttpQuestion => ({
  method: 'POST',
  url,
  headers: {},
  body: '{}',
  timeoutMs,
});

test('a connection that was kept open and has ended since is told apart, so that one may ask again at once', async () => {
  await using server = await startServer('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  const exchange = createHttpExchange();
  expect(await exchange(ask(server.url))).toMatchObject({ status: 200, text: '{}' });
  await expect(exchange(ask(server.url))).rejects.toThrow(BrokenSocket);
  expect(await exchange(ask(server.url))).toMatchObject({ status: 200 });
  expect(server.connections).toBe(2);
});

test('an answer that is cut off, or does not come, is an error', async () => {
  await using short = await startServer('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{}');
  await expect(createHttpExchange()(ask(short.url, 100))).rejects.toThrow(
    'no answer within 100 ms',
  );
  await using silent = await startServer('');
  await expect(createHttpExchange()(ask(silent.url, 100))).rejects.toThrow(
    'no answer within 100 ms',
  );
});
