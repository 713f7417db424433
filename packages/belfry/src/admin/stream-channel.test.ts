import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openEmbeddedStore } from '@belfry/store';
import { expect, it } from 'vitest';
import { streamChannel } from './stream-channel.ts';

// Regression: such a stream was never over, and after 64 of them nobody could watch a channel any more.
it('a stream is over at once when its reader has gone before it begins', async () => {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  const over = Promise.withResolvers<string>();
  const server = createServer((_request, response) => {
    response.once('close', () => {
      const what = { channel: 'chat', joinLeave: false };
      const options = { what, expiresAt: null, onDropped: () => {} };
      streamChannel(response, store.channels, options).then(
        () => over.resolve('over'),
        over.reject,
      );
    });
    response.flushHeaders();
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asking = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    asking.on('error', () => {});
    asking.end();
    await once(asking, 'response');
    asking.destroy();
    expect(await over.promise).toBe('over');
  } finally {
    server.close();
    await store.close();
  }
});
