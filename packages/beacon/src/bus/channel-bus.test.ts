import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import { internalChannel } from '../core/internal-channel.ts';
import { Namespaces } from '../core/namespaces.ts';
import { Stats } from '../core/stats.ts';
import { startBeacon } from '../testing/beacon-rig.ts';
import { STORE_LABS } from '../testing/stores.ts';
import { ChannelBus, type ChannelBusOptions } from './channel-bus.ts';
import { MAX_ENVELOPE } from './envelope.ts';
import type { BusMessage } from './messages.ts';

const figures = {
  connections: 1,
  users: 1,
  channels: 1,
  subscriptions: 1,
  uptime: 1,
  cpu: 1,
  rss: 1,
};

/** Buses of one deployment without a store: signals arrive at once, unless their node is cut off. */
class Wire {
  now = 0;
  readonly cutOff = new Set<string>();
  readonly #buses = new Map<string, { bus: ChannelBus; channels: Set<string> }>();

  add(node: string, options: Partial<ChannelBusOptions> = {}): { bus: ChannelBus; stats: Stats } {
    const channels = new Set<string>();
    const stats = new Stats();
    const bus = new ChannelBus({
      store: {
        subscribe: async (channel) => void channels.add(channel),
        unsubscribe: async (channel) => void channels.delete(channel),
        signal: async (channel, body) => {
          if (this.cutOff.has(node)) throw new Error('the store is not there');
          for (const [other, each] of this.#buses) {
            if (each.channels.has(channel) && !this.cutOff.has(other)) each.bus.receive(body);
          }
        },
      },
      node,
      name: `the ${node}`,
      version: '1',
      figures: () => figures,
      stats,
      onError: () => {},
      now: () => this.now,
      ...options,
    });
    this.#buses.set(node, { bus, channels });
    bus.advance();
    return { bus, stats };
  }

  /** Lets time pass, with every bus looking at its clock now and then. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.now += 500;
      for (const { bus } of this.#buses.values()) bus.advance();
      await settled();
    }
  }
}

/** Lets what has been promised happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const uids = (bus: ChannelBus): string[] => bus.nodes().map((each) => each.uid);

describe('the bus', () => {
  it('knows who is there, forgets who falls silent, and knows it again', async () => {
    const wire = new Wire();
    const a = wire.add('a');
    const b = wire.add('b');
    const c = wire.add('c');
    await settled();
    expect(uids(a.bus)).toEqual(['a', 'b', 'c']);
    expect(uids(c.bus)).toEqual(['c', 'a', 'b']);
    wire.cutOff.add('c');
    await wire.pass(9_000);
    expect(uids(a.bus)).toEqual(['a', 'b', 'c']);
    await wire.pass(5_000);
    expect(uids(a.bus)).toEqual(['a', 'b']);
    expect(uids(c.bus)).toEqual(['c']);
    expect(c.stats.busFailures).toBeGreaterThan(0);
    wire.cutOff.delete('c');
    c.bus.interrupted();
    await settled();
    expect(uids(a.bus)).toEqual(['a', 'b', 'c']);
    expect(uids(c.bus)).toEqual(['c', 'a', 'b']);
    await b.bus.stop();
    expect(uids(a.bus)).toEqual(['a', 'c']);
  });

  it('takes a message to its node, and says when there is none', async () => {
    const wire = new Wire();
    const a = wire.add('a');
    const b = wire.add('b');
    await settled();
    const got: [BusMessage, string][] = [];
    b.bus.on('emulation', (message, from) => got.push([message, from]));
    const message = { type: 'emulation', session: 's', data: '{"id":1}' } as const;
    expect(await a.bus.send('b', message)).toBe(true);
    expect(await a.bus.send('nobody', message)).toBe(false);
    expect(got).toEqual([[message, 'a']]);
    // Nobody takes it here: counted, and no error of the sender's.
    expect(await a.bus.send('a', message)).toBe(true);
    expect(a.stats.busIgnored).toBe(1);
    wire.cutOff.add('a');
    expect(await a.bus.send('b', message)).toBe(false);
  });

  it('counts what a handler throws, and what is too large or not understood', async () => {
    const wire = new Wire();
    const a = wire.add('a');
    const b = wire.add('b');
    await settled();
    b.bus.on('emulation', () => {
      throw new Error('broken');
    });
    await a.bus.send('b', { type: 'emulation', session: '', data: '' });
    expect(b.stats.busFailures).toBe(1);
    const large = 'x'.repeat(MAX_ENVELOPE);
    expect(await a.bus.send('b', { type: 'emulation', session: '', data: large })).toBe(false);
    for (const body of [
      '',
      '{',
      'null',
      '{"kind":"here","from":"x"}',
      '{"kind":"new","from":"x"}',
    ]) {
      b.bus.receive(body);
    }
    expect(b.stats.busIgnored).toBe(5);
    expect(uids(b.bus)).toEqual(['b', 'a']);
  });

  it('a survey says who answered and who did not', async () => {
    const wire = new Wire();
    const a = wire.add('a');
    const b = wire.add('b');
    wire.add('c');
    await settled();
    const all = await a.bus.survey({ type: 'ping' }, 1_000);
    expect(all.complete).toBe(true);
    expect([...all.answers.keys()].sort()).toEqual(['a', 'b', 'c']);
    wire.cutOff.add('c');
    b.bus.answer('ping', () => Promise.reject(new Error('broken')));
    const some = await a.bus.survey({ type: 'ping' }, 20);
    expect(some.complete).toBe(false);
    expect([...some.answers.keys()]).toEqual(['a']);
    expect(some.missing).toEqual(['b', 'c']);
    wire.cutOff.add('a');
    const alone = await a.bus.survey({ type: 'ping' }, 60_000);
    expect([...alone.answers.keys()]).toEqual(['a']);
    expect(alone.complete).toBe(false);
    expect(await a.bus.ask('a', { type: 'ping' }, 1_000)).toEqual({ pong: true });
    expect(await a.bus.ask('b', { type: 'ping' }, 1_000)).toBeUndefined();
  });

  it('a survey does not wait for a node that leaves', async () => {
    const wire = new Wire();
    const a = wire.add('a');
    const b = wire.add('b');
    await settled();
    b.bus.answer('ping', () => new Promise(() => {}));
    const survey = a.bus.survey({ type: 'ping' }, 60_000);
    await settled();
    await b.bus.stop();
    expect(await survey).toMatchObject({ missing: ['b'], complete: false });
  });

  it('has channels that no client can name', () => {
    const namespaces = new Namespaces({
      channel: { without_namespace: { allow_subscribe_for_client: true } },
    });
    expect(namespaces.of('anything')).toBeDefined();
    expect(namespaces.of(internalChannel('bus'))).toBeUndefined();
    expect(namespaces.of(`$${internalChannel('bus')}`)).toBeUndefined();
    expect(() => new Namespaces({ channel: { namespaces: [{ name: '~belfry' }] } })).toThrow(
      /~belfry/,
    );
  });
});

describe.each(STORE_LABS)('Beacons on one %s store', (_name, openLab) => {
  it('know each other, answer each other, and say when they go', async () => {
    await using lab = await openLab();
    await using a = await startBeacon(await lab.open(), {}, { node: 'a', name: 'left' });
    await using _b = await startBeacon(await lab.open(), {}, { node: 'b' });
    const c = await startBeacon(await lab.open(), {}, { node: 'c' });
    await waitFor(() => a.beacon.bus.nodes().length === 3);
    await waitFor(() => c.beacon.bus.nodes().length === 3);
    const { answers, complete } = await c.beacon.bus.survey({ type: 'ping' }, 10_000);
    expect(complete).toBe(true);
    expect([...answers.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(c.beacon.bus.nodes().find((each) => each.uid === 'a')?.name).toBe('left');
    expect(c.beacon.snapshot().gauges.nodes).toBe(3);
    await c[Symbol.asyncDispose]();
    await waitFor(() => a.beacon.bus.nodes().length === 2);
  });
});
