import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { encodePublication } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, type BeaconRig } from '../testing/beacon-rig.ts';
import { isOriginAllowed } from './origin.ts';
import { textFrame } from './frames.ts';
import { openMemoryStore } from '../testing/stores.ts';

const config = (client: BeaconConfig['client'] = {}): BeaconConfig => ({
  client: { allow_anonymous_connect_without_token: true, ...client },
  channel: {
    without_namespace: {
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
    },
  },
});

interface Wire extends Disposable {
  readonly socket: WebSocket;
  readonly frames: string[];
  /** The code it was closed with, once it is. */
  readonly closed: Promise<number>;
}

async function dial(rig: BeaconRig): Promise<Wire> {
  const socket = new WebSocket(rig.url);
  const frames: string[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code));
  });
  socket.addEventListener('message', (event) => frames.push(...String(event.data).split('\n')));
  await once(socket, 'open');
  return { socket, frames, closed, [Symbol.dispose]: () => socket.close() };
}

const MASK = [1, 2, 3, 4];

/** A masked frame, as a client sends it. */
function clientFrame(opcode: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | 126;
  header.writeUInt16BE(payload.length, 2);
  header.set(MASK, 4);
  return Buffer.concat([header, payload.map((byte, i) => byte ^ (MASK[i % 4] ?? 0))]);
}

/** A WebSocket by hand, for what no client does. */
async function raw(rig: BeaconRig): Promise<Socket> {
  const socket = connect(rig.port, '127.0.0.1');
  socket.write(
    [
      'GET /connection/websocket HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  return socket;
}

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536])('frames %i bytes', (length) => {
    const frame = textFrame('x'.repeat(length));
    const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    expect(frame.length).toBe(header + length);
    expect(frame[0]).toBe(0x81);
    const told =
      header === 2
        ? frame[1]
        : header === 4
          ? frame.readUInt16BE(2)
          : Number(frame.readBigUInt64BE(2));
    expect(told).toBe(length);
    expect(frame.subarray(header).every((byte) => byte === 0x78)).toBe(true);
  });

  it('counts bytes, not characters', () => {
    expect([...textFrame('é')]).toEqual([0x81, 2, 0xc3, 0xa9]);
  });
});

describe('isOriginAllowed', () => {
  it.each([
    [undefined, 'a.com', [], true],
    ['https://a.com', 'a.com', [], true],
    ['https://b.com', 'a.com', [], false],
    ['https://a.com:8443', 'a.com', [], false],
    ['null', 'a.com', [], false],
    ['https://b.com', 'a.com', ['https://b.com'], true],
    ['https://x.b.com', 'a.com', ['https://*.b.com'], true],
    ['https://b.com.evil.com', 'a.com', ['https://b.com'], false],
    ['https://a.com', 'a.com', ['https://b.com'], true],
    ['https://evil.com/.b.com', 'a.com', ['https://*.b.com'], false],
    ['https://bXcom', 'a.com', ['https://b.com'], false],
    ['null', 'a.com', ['*'], true],
    ['http://anything', 'a.com', ['*'], true],
  ])('%s to %s with %j: %s', (origin, host, allowed, expected) => {
    expect(isOriginAllowed(origin, host, allowed)).toBe(expected);
  });
});

describe('the WebSocket server', () => {
  it('closes with the code for what the client did', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...config({ stale_close_delay: '300ms' }),
      websocket: { message_size_limit: 1_000 },
    });
    const cases: [number, (wire: Wire) => void][] = [
      [3501, (wire) => wire.socket.send('hello')],
      [3501, (wire) => wire.socket.send('')],
      [3501, (wire) => wire.socket.send(new Uint8Array([1, 2, 3]))],
      [3501, (wire) => wire.socket.send('{"id":1,"connect":{}}\n{"id":1,"connect":{}}')],
      [3500, (wire) => wire.socket.send('{"id":1,"connect":{"token":"x"}}')],
      [1009, (wire) => wire.socket.send('x'.repeat(1_001))],
      [3502, () => {}],
    ];
    for (const [code, act] of cases) {
      using wire = await dial(rig);
      act(wire);
      expect(await wire.closed).toBe(code);
    }
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
  });

  it('closes with 1007 on text that is not UTF-8, and with 1002 on a frame that is not masked', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    for (const [code, frame] of [
      [1007, clientFrame(1, Buffer.from([0xff, 0xfe]))],
      [1002, Buffer.from([0x81, 1, 0x78])],
    ] as const) {
      const socket = await raw(rig);
      socket.write(frame);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer[0]).toBe(0x88);
      expect(answer.readUInt16BE(2)).toBe(code);
      socket.destroy();
    }
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
  });

  it('takes commands cut into fragments and single bytes', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    const socket = await raw(rig);
    const frame = clientFrame(1, Buffer.from('{"id":1,"connect":{"name":"é"}}'));
    for (const byte of frame) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('"connect":{"client":');
    socket.destroy();
  });

  it('drops a client that does not read with 3008, and nobody else suffers', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config({ queue_max_size: 100_000 }));
    const slow = await raw(rig);
    slow.write(
      clientFrame(1, Buffer.from('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}')),
    );
    await once(slow, 'data');
    slow.pause();
    using wire = await dial(rig);
    wire.socket.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}');
    await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 2);
    const body = encodePublication(JSON.stringify('x'.repeat(60_000)));
    const history = { size: 0, ttlMs: 0, metaTtlMs: 0 };
    let sent = 0;
    await waitFor(
      async () => {
        await store.channels.publish({ channel: 'a', body, origin: '', history });
        sent++;
        return rig.beacon.snapshot().disconnects[3008] === 1;
      },
      { timeoutMs: 15_000 },
    );
    await waitFor(() => wire.frames.filter((each) => each.includes('"pub"')).length === sent);
    expect(rig.beacon.snapshot().gauges.connections).toBe(1);
    slow.destroy();
  });

  it('gives a reply that is larger than what may wait to a client that reads', async () => {
    await using store = await openMemoryStore();
    const { client, channel } = config({ queue_max_size: 100_000 });
    const kept = { history_size: 10, history_ttl: '60s', force_recovery: true };
    const without_namespace = { ...channel?.without_namespace, ...kept };
    await using rig = await startBeacon(store, { client, channel: { without_namespace } });
    const body = encodePublication(JSON.stringify('x'.repeat(60_000)));
    const history = { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 };
    for (let i = 0; i < 4; i++) {
      await store.channels.publish({ channel: 'a', body, origin: '', history });
    }
    using wire = await dial(rig);
    wire.socket.send('{"id":1,"connect":{}}');
    await waitFor(() => wire.frames.length === 1);
    wire.socket.send('{"id":2,"subscribe":{"channel":"a","recover":true}}');
    await waitFor(() => wire.frames.some((each) => each.includes('"recovered":true')));
    expect(rig.beacon.snapshot().disconnects).toEqual({});
  });

  it('writes what one turn of the event loop owes together', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    const socket = await raw(rig);
    const commands = ['{"id":1,"connect":{}}'];
    for (let id = 2; id < 52; id++) commands.push(`{"id":${id},"ping":{}}`);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(clientFrame(1, Buffer.from(commands.join('\n'))));
    await waitFor(() => Buffer.concat(chunks).includes('{"id":51,"ping":{}}'));
    expect(chunks.length).toBeLessThan(10);
    socket.destroy();
  });

  it('refuses other paths, other origins, other versions and more connections than allowed', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config({ connection_limit: 1 }));
    const status = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
      const asked = request({
        port: rig.port,
        host: '127.0.0.1',
        path,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'sec-websocket-version': '13',
          ...headers,
        },
      });
      asked.end();
      const [answer] = (await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])) as [
        IncomingMessage,
      ];
      answer.socket.destroy();
      return answer.statusCode ?? 0;
    };
    const path = '/connection/websocket';
    expect(await status('/other')).toBe(404);
    expect(await status('//')).toBe(400);
    expect(await status(path, { origin: 'https://evil.example' })).toBe(403);
    expect(await status(path, { 'sec-websocket-version': '12' })).toBe(400);
    using wire = await dial(rig);
    expect(wire.socket.readyState).toBe(WebSocket.OPEN);
    expect(await status(path)).toBe(503);
    expect(rig.beacon.snapshot().counters.connections_refused).toBe(5);
  });

  it.each([
    ['early', '/connection/websocket'],
    ['late', '/connection/websocket/'],
  ])('does not keep whom it refused %s and who does not hang up', async (_, path) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`;
    const socket = connect({ port: rig.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(head);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 .*Sec-WebSocket-Key is not one$/s);
    // Whoever is still there takes what comes.
    let isGone = false;
    socket.on('error', () => {
      isGone = true;
    });
    await waitFor(() => {
      socket.write('x');
      return isGone;
    });
  });
});
