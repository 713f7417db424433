import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { encodePublication } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BeaconConfig } from './config.ts';
import { startBeacon, type BeaconRig } from './testing/beacon-rig.ts';
import { openMemoryStore } from './testing/stores.ts';

const SERVED = { enabled: true };
const config: BeaconConfig = {
  sse: SERVED,
  http_stream: SERVED,
  uni_websocket: SERVED,
  uni_sse: SERVED,
  uni_http_stream: SERVED,
  client: {
    allow_anonymous_connect_without_token: true,
    queue_max_size: 400_000,
    conflate_queue_size: 100_000,
  },
  channel: {
    namespaces: [
      {
        name: 'tick',
        conflate: true,
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
      },
    ],
  },
};

const history = { size: 0, ttlMs: 0, metaTtlMs: 0 };
const CHANNEL = 'tick:1';

/** A client that a test can keep from reading. */
interface Reader extends Disposable {
  /** Every line of JSON that came. */
  readonly lines: readonly object[];
  pause(): void;
  resume(): void;
}

/** Takes the lines out of what comes piece by piece. */
function lineReader(): { readonly lines: object[]; take(text: string): void } {
  const lines: object[] = [];
  let rest = '';
  return {
    lines,
    take(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const json = part.startsWith('data: ') ? part.slice(6) : part.trim();
        if (json !== '') lines.push(JSON.parse(json) as object);
      }
    },
  };
}

async function openSocket(rig: BeaconRig, path: string, connect: object): Promise<Reader> {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/connection/${path}`);
  const { lines, take } = lineReader();
  socket.on('message', (data: Buffer) => take(`${data.toString('utf8')}\n`));
  await once(socket, 'open');
  socket.send(JSON.stringify(connect));
  return {
    lines,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

async function openStream(rig: BeaconRig, path: string, connect: object): Promise<Reader> {
  const asked = request(`http://127.0.0.1:${rig.port}/connection/${path}`, { method: 'POST' });
  asked.end(JSON.stringify(connect));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { lines, take } = lineReader();
  response
    .setEncoding('utf8')
    .on('data', take)
    .on('error', () => {});
  return {
    lines,
    pause: () => response.pause(),
    resume: () => response.resume(),
    [Symbol.dispose]: () => asked.destroy(),
  };
}

const subs = { [CHANNEL]: {} };
const readers: Readonly<Record<string, (rig: BeaconRig) => Promise<Reader>>> = {
  websocket: (rig) => openSocket(rig, 'websocket', { id: 1, connect: { subs } }),
  sse: (rig) => openStream(rig, 'sse', { id: 1, connect: { subs } }),
  http_stream: (rig) => openStream(rig, 'http_stream', { id: 1, connect: { subs } }),
  uni_websocket: (rig) => openSocket(rig, 'uni_websocket', { subs }),
  uni_sse: (rig) => openStream(rig, 'uni_sse', { subs }),
  uni_http_stream: (rig) => openStream(rig, 'uni_http_stream', { subs }),
};

/** The numbers of the publications that came, in their order. */
function numbers({ lines }: Reader): number[] {
  const pushes = lines as { push?: object; pub?: { data: { n: number } } }[];
  return pushes
    .map((line) => (line.push ?? line) as { pub?: { data: { n: number } } })
    .flatMap(({ pub }) => (pub === undefined ? [] : [pub.data.n]));
}

describe.each(Object.keys(readers))('a client that reads too slowly over %s', (kind) => {
  it('stays and gets the latest publications of conflated channels when it reads again', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config);
    using reader = await (readers[kind] as (rig: BeaconRig) => Promise<Reader>)(rig);
    await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 1);
    reader.pause();
    const pad = 'x'.repeat(60_000);
    let n = 0;
    const conflated = (): number => rig.beacon.snapshot().counters.publications_conflated;
    await waitFor(
      async () => {
        const body = encodePublication(JSON.stringify({ n: ++n, pad }));
        await store.channels.publish({ channel: CHANNEL, body, origin: '', history });
        return conflated() > 20;
      },
      { timeoutMs: 15_000 },
    );
    reader.resume();
    await waitFor(() => numbers(reader).at(-1) === n, { timeoutMs: 15_000 });
    const got = numbers(reader);
    expect(got).toEqual(got.toSorted((a, b) => a - b));
    expect(got.length).toBe(n - conflated());
    expect(rig.beacon.snapshot().disconnects).toEqual({});
  });
});
