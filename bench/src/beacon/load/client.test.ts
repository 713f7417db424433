import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { maskedFrame, TEXT } from './client-frames.ts';
import { LoadClient } from './client.ts';
import { dialects } from './dialects.ts';
import { payloadOf } from './payload.ts';

const publication = (n: number): string => `{"push":{"pub":{"data":${payloadOf(n, 0)}}}}`;

function frame(text: string): Buffer {
  const header = Buffer.alloc(4);
  header[0] = 0x80 | TEXT;
  header[1] = 126;
  header.writeUInt16BE(text.length, 2);
  return Buffer.concat([header, Buffer.from(text)]);
}

test.each([
  ['by itself', '{}', 0],
  ['behind a publication', `${publication(0)}\n{}`, 1],
  ['before a publication', `{}\n${publication(0)}`, 1],
  ['between publications', `${publication(0)}\n{}\n${publication(1)}`, 2],
])('a client answers a ping %s', async (_, text, publications) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  let delivered = 0;
  const { port } = server.address() as AddressInfo;
  const client = new LoadClient(
    { dialect: dialects.centrifuge, port, token: '' },
    { delivered: () => delivered++, reached: () => undefined, failed: () => undefined },
  );
  const [socket] = (await once(server, 'connection')) as [Socket];
  let came = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    came = Buffer.concat([came, bytes]);
  });
  socket.on('error', () => undefined);
  await waitFor(() => came.includes('\r\n\r\n'));
  socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  socket.write(frame(text));
  await waitFor(() => came.includes(maskedFrame(TEXT, '{}')));
  expect(delivered).toBe(publications);
  client.close();
  socket.destroy();
  server.close();
});
