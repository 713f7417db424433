import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore, type ChannelStore } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { WebSocket } from 'ws';
import { expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { startBeacon, tokenFor } from './testing/beacon-rig.ts';

const CHANNELS = ['room:1', 'room:2', 'plain:1', 'game:1'];

const config: BeaconConfig = {
  sse: { enabled: true },
  http_stream: { enabled: true },
  uni_sse: { enabled: true },
  client: {
    rate_limit: {
      user_command: {
        enabled: true,
        publish: { enabled: true, buckets: [{ interval: '1s', rate: 5 }] },
      },
    },
  },
  channel: {
    namespaces: [
      {
        name: 'room',
        presence: true,
        join_leave: true,
        force_push_join_leave: true,
        allow_subscribe_for_client: true,
        allow_publish_for_client: true,
        history_size: 10,
        history_ttl: '60s',
        force_recovery: true,
      },
      { name: 'plain', allow_subscribe_for_client: true, presence: true },
      {
        name: 'game',
        allow_subscribe_for_client: true,
        allow_tags_filter: true,
        allowed_delta_types: ['fossil'],
        delta_publish: true,
        history_size: 10,
        history_ttl: '60s',
        force_recovery: true,
      },
    ],
  },
};

/** A store whose answers come after random times, and sometimes not at all but with an error; what is subscribed is counted. */
class Slow {
  readonly channels: ChannelStore;
  readonly subscribed = new Map<string, number>();
  failing = 0.1;

  constructor(real: ChannelStore) {
    const slow = ['subscribe', 'unsubscribe', 'history', 'updatePresence', 'removePresence'];
    this.channels = new Proxy(real, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (typeof name !== 'string' || !slow.includes(name)) return method.bind(target);
        return async (...args: unknown[]): Promise<unknown> => {
          await sleep(Math.random() * 20);
          if (name !== 'unsubscribe' && name !== 'removePresence' && Math.random() < this.failing) {
            throw new Error('the store is away');
          }
          const answer = await method.apply(target, args);
          const channel = String(args[0]);
          const count = this.subscribed.get(channel) ?? 0;
          if (name === 'subscribe') this.subscribed.set(channel, count + 1);
          if (name === 'unsubscribe') this.subscribed.set(channel, count - 1);
          await sleep(Math.random() * 20);
          return answer;
        };
      },
    });
  }
}

// Regression: what was being set up entered presence after the end, and stayed there until its time was over.
it('leaves nothing behind when it is stopped while clients are still coming', async () => {
  for (let round = 0; round < 8; round++) {
    const store = await openEmbeddedStore({ dataDir: ':memory:' });
    try {
      const slow = new Slow(store.channels);
      slow.failing = 0;
      await using rig = await startBeacon(
        { actors: store.actors, channels: slow.channels },
        config,
      );
      const token = await tokenFor('ann');
      for (let n = 0; n < 10; n++) {
        const socket = new WebSocket(rig.url);
        socket.on('error', () => {});
        const subscribe = { id: 2, subscribe: { channel: 'room:1' } };
        const text = `{"id":1,"connect":{"token":"${token}"}}\n${JSON.stringify(subscribe)}`;
        socket.on('open', () => socket.send(text));
      }
      await waitFor(() => rig.beacon.snapshot().gauges.subscriptions > 2);
      await sleep(Math.random() * 60);
      await rig.beacon.stop();
      expect(await store.channels.presence('room:1')).toEqual([]);
      expect(slow.subscribed.get('room:1') ?? 0).toBe(0);
    } finally {
      await store.close();
    }
  }
});

// Regression: a subscription of the connection's token that was set up while another was not yet, or failed, stayed in presence.
it('leaves nothing behind, at whatever moment clients go and whatever they were about', async () => {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  try {
    const slow = new Slow(store.channels);
    await using rig = await startBeacon(
      { actors: store.actors, tokens: store.tokens, channels: slow.channels },
      config,
    );
    const frames = [
      ...CHANNELS.map((channel, i) => ({ id: 2 + i, subscribe: { channel } })),
      { id: 7, publish: { channel: 'room:1', data: 1 } },
      { id: 8, unsubscribe: { channel: 'room:2' } },
      { id: 9, subscribe: { channel: 'room:2' } },
      {
        id: 10,
        subscribe: { channel: 'game:2', tf: { key: 'a', cmp: 'eq', val: 'b' }, delta: 'fossil' },
      },
      { id: 11, presence: { channel: 'room:1' } },
    ];
    const visit = async (n: number): Promise<void> => {
      const user = `user-${n % 7}`;
      const token = await tokenFor(user, n % 3 === 0 ? { channels: ['room:3', 'plain:3'] } : {});
      const connect = { id: 1, connect: { token } };
      const commands = [connect, ...frames.filter(() => Math.random() < 0.7)];
      const text = commands.map((each) => JSON.stringify(each)).join('\n');
      if (n % 4 === 0) {
        const abort = new AbortController();
        const path = n % 8 === 0 ? '/connection/http_stream' : '/connection/sse';
        const body = fetch(`http://127.0.0.1:${rig.port}${path}`, {
          method: 'POST',
          body: text,
          signal: abort.signal,
        }).then((response) => response.text());
        const over = body.catch(() => undefined);
        await sleep(Math.random() * 300);
        abort.abort();
        await over;
        return;
      }
      const socket = new WebSocket(rig.url);
      socket.on('error', () => {});
      socket.on('open', () => socket.send(text));
      await sleep(Math.random() * 300);
      if (n % 5 === 0)
        void rig.beacon.control.disconnect({ user }, { code: 3503, reason: '' }).catch(() => {});
      if (n % 5 === 1)
        void rig.beacon.control.subscribe({ user }, 'room:9', { overrides: {} }).catch(() => {});
      socket.terminate();
    };
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => visit(round * 30 + i)));
    }
    slow.failing = 0;
    expect(rig.beacon.snapshot().counters.connections_opened).toBeGreaterThan(100);
    expect(rig.beacon.snapshot().counters.replies_sent).toBeGreaterThan(300);
    await waitFor(() => {
      const { connections, users, channels, subscriptions } = rig.beacon.snapshot().gauges;
      return [connections, users, channels, subscriptions].every((each) => each === 0);
    });
    const wanted = (): string[] =>
      [...slow.subscribed]
        .filter(([name, n]) => n !== 0 && !name.startsWith('~'))
        .map(([name]) => name);
    await waitFor(() => wanted().length === 0);
    for (const channel of [...CHANNELS, 'room:3', 'room:9', 'plain:3', 'game:2']) {
      await waitFor(async () => (await store.channels.presence(channel)).length === 0);
    }
    expect(rig.log.filter(({ message }) => message === 'an unexpected error')).toEqual([]);
  } finally {
    await store.close();
  }
});
