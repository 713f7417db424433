import { once } from 'node:events';
import { deflateRawSync, constants } from 'node:zlib';
import { encodePublication } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon } from '../testing/beacon-rig.ts';
import { clientFrame } from '../testing/client-frames.ts';
import { openRaw } from '../testing/raw-socket.ts';
import { openMemoryStore } from '../testing/stores.ts';

const config = (more: BeaconConfig = {}): BeaconConfig => ({
  ...more,
  client: { allow_anonymous_connect_without_token: true, ...more.client },
  channel: {
    without_namespace: {
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
    },
  },
});

const TEXT = 1;
const connectAndSubscribe = {
  opcode: TEXT,
  payload: '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}',
};
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits';
const history = { size: 0, ttlMs: 0, metaTtlMs: 0 };

describe('compression', () => {
  it('is negotiated only where it is configured and asked for', async () => {
    await using store = await openMemoryStore();
    await using off = await startBeacon(store, config());
    using plain = await openRaw(off.port, { headers: [DEFLATE] });
    expect(plain.head).not.toContain('Extensions');
    await using other = await openMemoryStore();
    await using on = await startBeacon(other, config({ websocket: { compression: true } }));
    using unasked = await openRaw(on.port);
    expect(unasked.head).not.toContain('Extensions');
    using asked = await openRaw(on.port, { headers: [DEFLATE] });
    expect(asked.head).toContain(
      'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n',
    );
  });

  it('gives all who negotiated it the same compressed frame, and the others the plain one', async () => {
    await using store = await openMemoryStore();
    const websocket = { compression: true, compression_min_size: 100 };
    await using rig = await startBeacon(store, config({ websocket }));
    using one = await openRaw(rig.port, { headers: [DEFLATE] });
    using two = await openRaw(rig.port, { headers: [DEFLATE] });
    using plain = await openRaw(rig.port);
    const all = [one, two, plain];
    for (const each of all) each.send(connectAndSubscribe);
    await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 3);
    for (const data of ['abc'.repeat(100), 'small']) {
      const body = encodePublication(JSON.stringify(data));
      await store.channels.publish({ channel: 'a', body, origin: '', history });
    }
    const pubs = all.map(() => [] as { compressed: boolean; bytes: Buffer; text: string }[]);
    await waitFor(() => {
      for (const [i, each] of all.entries()) {
        pubs[i] = each.frames
          .map(({ compressed, bytes, payload }) => ({ compressed, bytes, text: String(payload) }))
          .filter(({ text }) => text.includes('"pub"'));
      }
      return pubs.every((each) => each.length === 2);
    });
    const [first, second, third] = pubs;
    expect(first?.map((each) => each.compressed)).toEqual([true, false]);
    expect(second?.map((each) => each.bytes)).toEqual(first?.map((each) => each.bytes));
    expect(third?.map((each) => each.compressed)).toEqual([false, false]);
    expect(third?.map((each) => each.text)).toEqual(first?.map((each) => each.text));
  });

  it('takes compressed commands, but no more than the limit once they are unpacked', async () => {
    await using store = await openMemoryStore();
    const websocket = { compression: true, message_size_limit: 2_000 };
    await using rig = await startBeacon(store, config({ websocket }));
    const deflated = (text: string): Buffer =>
      deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    using good = await openRaw(rig.port, { headers: [DEFLATE] });
    good.send({ opcode: TEXT, rsv: 4, payload: deflated('{"id":1,"connect":{}}') });
    await waitFor(() => good.texts().some((each) => each.includes('"connect"')));
    good.send({ opcode: TEXT, rsv: 4, payload: deflated(' '.repeat(20_001)) });
    expect(await good.closed).toBe(1009);
    using bad = await openRaw(rig.port, { headers: [DEFLATE] });
    bad.send({ opcode: TEXT, rsv: 4, payload: Buffer.from([0xff, 0xff]) });
    expect(await bad.closed).toBe(1007);
    using unasked = await openRaw(rig.port);
    unasked.send({ opcode: TEXT, rsv: 4, payload: deflated('{}') });
    expect(await unasked.closed).toBe(1002);
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
    expect(rig.beacon.snapshot().disconnects).toMatchObject({ 1002: 1, 1007: 1, 1009: 1 });
  });
});

describe('pings of the WebSocket itself', () => {
  const path = '/connection/websocket?cf_ws_frame_ping_pong=true';
  const client = { ping_interval: '400ms', pong_timeout: '300ms' };

  it('take the place of the protocol’s, of which the client is told nothing', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config({ client }));
    using raw = await openRaw(rig.port, { path });
    raw.send({ opcode: TEXT, payload: '{"id":1,"connect":{}}' });
    let answered = 0;
    await waitFor(() => {
      const pings = raw.frames.filter((each) => each.opcode === 9).length;
      for (; answered < pings; answered++) raw.send({ opcode: 10 });
      return answered >= 4;
    });
    expect(raw.texts()).toHaveLength(1);
    expect(raw.texts()[0]).toMatch(/^\{"id":1,"connect":\{(?!.*"p[io]ng")/);
    // Without an answer it ends as with the protocol's own.
    expect(await raw.closed).toBe(3012);
  });

  it('may be answered unasked, which the protocol’s may not', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    using raw = await openRaw(rig.port, { path });
    raw.send({ opcode: TEXT, payload: '{"id":1,"connect":{}}' });
    await waitFor(() => raw.texts().length === 1);
    raw.send({ opcode: 10 }, { opcode: 10 }, { opcode: TEXT, payload: '{"id":2,"ping":{}}' });
    await waitFor(() => raw.texts().length === 2);
    raw.send({ opcode: TEXT, payload: '{}' });
    expect(await raw.closed).toBe(3501);
  });

  it('are answered with what they carry, whoever’s the connection’s pings are', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    using raw = await openRaw(rig.port);
    raw.send({ opcode: 9, payload: 'hello' });
    await waitFor(() => raw.frames.length === 1);
    expect(raw.frames[0]).toMatchObject({ opcode: 10, payload: Buffer.from('hello') });
  });
});

describe('the encoding', () => {
  it.each([
    ['/connection/websocket?format=protobuf', [], null],
    ['/connection/websocket?cf_protocol=protobuf', [], null],
    ['/connection/websocket', ['centrifuge-protobuf'], 'centrifuge-protobuf'],
    [
      '/connection/websocket',
      ['mqtt, centrifuge-protobuf, centrifuge-json'],
      'centrifuge-protobuf',
    ],
    ['/connection/websocket', ['centrifuge-json, centrifuge-protobuf'], 'centrifuge-json'],
    ['/connection/websocket', [], null],
  ])('is chosen by %s and the subprotocols %j', async (path, offered, chosen) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    const headers = offered.map((each) => `Sec-WebSocket-Protocol: ${each}`);
    using raw = await openRaw(rig.port, { path, headers });
    if (chosen === null) expect(raw.head).not.toContain('Sec-WebSocket-Protocol');
    else expect(raw.head).toContain(`Sec-WebSocket-Protocol: ${chosen}\r\n`);
    const protobuf = path.includes('protobuf') || chosen === 'centrifuge-protobuf';
    // `{"id":1,"connect":{}}` in either.
    if (protobuf) raw.send({ opcode: 2, payload: Buffer.from([4, 8, 1, 0x22, 0]) });
    else raw.send({ opcode: TEXT, payload: '{"id":1,"connect":{}}' });
    await waitFor(() => raw.frames.length === 1);
    expect(raw.frames[0]?.opcode).toBe(protobuf ? 2 : 1);
  });
});

describe('the end of a connection', () => {
  it('answers a close frame with its code, and then hangs up', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    for (const [payload, code] of [
      [Buffer.from([0x0f, 0xa0]), 4000],
      [Buffer.alloc(0), 1005],
    ] as const) {
      using raw = await openRaw(rig.port);
      raw.send(connectAndSubscribe);
      await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 1);
      raw.send({ opcode: 8, payload });
      expect(await raw.closed).toBe(code);
      await once(raw.socket, 'end');
      await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 0);
    }
  });

  it('comes with the peer’s last byte, and with a reset', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      using raw = await openRaw(rig.port);
      raw.send(connectAndSubscribe);
      await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 1);
      raw.socket[leave]();
      await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
      expect(await raw.closed).toBeNull();
    }
  });

  it('takes everything that came before the handshake was answered', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    using raw = await openRaw(rig.port, { early: clientFrame(connectAndSubscribe) });
    await waitFor(() => raw.texts().join('\n').includes('"subscribe"'));
  });

  it('is waited for, but not for long, when the server closes', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config());
    using raw = await openRaw(rig.port);
    raw.send({ opcode: TEXT, payload: 'garbage' }, connectAndSubscribe);
    expect(await raw.closed).toBe(3501);
    // It says nothing and does not hang up.
    await once(raw.socket, 'close');
    expect(rig.beacon.snapshot().gauges.connections).toBe(0);
  });

  it('does not come through a path that is disabled', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config({ websocket: { disabled: true } }));
    using raw = await openRaw(rig.port);
    expect(raw.head).toMatch(/^HTTP\/1\.1 404 /);
  });
});
