import { waitFor } from '@belfry/testkit';
import { Centrifuge, type Options, type ServerPublicationContext } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';
import { STORE_LABS, type StoreLab } from '../testing/stores.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'chat',
        presence: true,
        allow_subscribe_for_client: true,
        history_size: 100,
        history_ttl: '300s',
        force_recovery: true,
      },
      { name: 'plain', allow_subscribe_for_client: true },
    ],
  },
};

interface Joined extends Disposable {
  readonly client: Centrifuge;
  /** The id that the server knows it by. */
  readonly id: string;
  /** Everything that happened to it, in order. */
  readonly events: unknown[];
}

async function join(rig: BeaconRig, user: string, options: Partial<Options> = {}): Promise<Joined> {
  const client = new Centrifuge(rig.url, {
    token: await tokenFor(user),
    minReconnectDelay: 10,
    maxReconnectDelay: 50,
    ...options,
  });
  const events: unknown[] = [];
  let id = '';
  client.on('connected', (context) => (id = context.client));
  client.on('subscribed', ({ channel, data }) => events.push({ on: channel, data }));
  client.on('unsubscribed', ({ channel }) => events.push({ off: channel }));
  client.on('publication', ({ channel, data }: ServerPublicationContext) =>
    events.push({ channel, data: data as unknown }),
  );
  client.on('disconnected', ({ code, reason }) => events.push({ code, reason }));
  client.connect();
  await client.ready(10_000);
  return { client, id, events, [Symbol.dispose]: () => client.disconnect() };
}

/** Two Beacons, and a user with a connection to each. */
async function open(lab: StoreLab): Promise<{
  readonly a: BeaconRig;
  readonly b: BeaconRig;
  readonly left: Joined;
  readonly right: Joined;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const a = await startBeacon(await lab.open(), config, { node: 'a' });
  const b = await startBeacon(await lab.open(), config, { node: 'b' });
  await waitFor(() => a.beacon.bus.nodes().length === 2 && b.beacon.bus.nodes().length === 2);
  const left = await join(a, 'ann');
  const right = await join(b, 'ann');
  return {
    a,
    b,
    left,
    right,
    async [Symbol.asyncDispose]() {
      left[Symbol.dispose]();
      right[Symbol.dispose]();
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
    },
  };
}

const publish = (rig: BeaconRig, channel: string, data: string): Promise<unknown> =>
  rig.beacon.control.publish({ channel, payload: { data } });

describe.each(STORE_LABS)('control over two Beacons on the %s store', (_name, openLab) => {
  it('subscribes a user everywhere, delivers, recovers what was before, and unsubscribes', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    const { control } = it.a.beacon;
    expect(await publish(it.a, 'chat:1', '1')).toMatchObject({ offset: 1 });
    const first = await publish(it.b, 'chat:1', '9007199254740993');
    const { epoch } = first as { epoch: string };
    const how = { dataJson: '{"hi":1}', overrides: {}, since: { offset: 1, epoch } };
    expect(await control.subscribe({ user: 'ann' }, 'chat:1', how)).toBe(2);
    // Once is enough.
    expect(await control.subscribe({ user: 'ann' }, 'chat:1', how)).toBe(2);
    await publish(it.a, 'chat:1', '3');
    for (const each of [it.left, it.right]) {
      await waitFor(() => each.events.length === 3);
      expect(each.events).toEqual([
        { on: 'chat:1', data: { hi: 1 } },
        { channel: 'chat:1', data: Number('9007199254740993') },
        { channel: 'chat:1', data: 3 },
      ]);
    }
    expect([...(await control.channels('chat:*'))]).toEqual([['chat:1', 2]]);
    expect(await control.presenceStats('chat:1')).toEqual({ clients: 2, users: 1 });
    expect(await control.unsubscribe({ user: 'ann', client: it.right.id }, 'chat:1')).toBe(1);
    await waitFor(() => it.right.events.length === 4);
    expect(it.right.events.at(-1)).toEqual({ off: 'chat:1' });
    await waitFor(async () => (await control.presenceStats('chat:1')).clients === 1);
    expect(it.left.events).toHaveLength(3);
    expect(await it.b.beacon.control.unsubscribe({ user: 'ann' }, '')).toBe(2);
    await waitFor(() => it.left.events.length === 4);
    expect((await control.channels('')).size).toBe(0);
  });

  it('ends a subscription that the client made, with the code for it', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    const subscription = it.right.client.newSubscription('plain:1');
    const ends: unknown[] = [];
    subscription.on('unsubscribed', ({ code }) => ends.push(code));
    subscription.subscribe();
    await subscription.ready(10_000);
    expect(await it.a.beacon.control.unsubscribe({ user: 'ann' }, 'plain:1')).toBe(2);
    await waitFor(() => ends.length === 1);
    expect(ends).toEqual([2000]);
    expect(it.b.beacon.snapshot().gauges.subscriptions).toBe(0);
  });

  it('ends connections, but not those that are to stay', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    const why = { code: 4500, reason: 'go away' };
    const target = { user: 'ann', except: [it.left.id] };
    expect(await it.a.beacon.control.disconnect(target, why)).toBe(1);
    await waitFor(() => it.right.events.length === 1);
    expect(it.right.events).toEqual([why]);
    expect(it.left.events).toEqual([]);
    expect(it.a.beacon.snapshot().gauges.connections).toBe(1);
    await expect(it.a.beacon.control.disconnect({ user: '' }, why)).rejects.toMatchObject({
      error: { code: 107 },
    });
  });

  it('lists the connections of all Beacons page by page', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    using bob = await join(it.b, 'bob');
    const { control } = it.a.beacon;
    const all = await control.connections({ after: '', limit: 10 });
    expect(all.more).toBe(false);
    const ids = [it.left.id, it.right.id, bob.id].sort();
    expect(all.connections.map((each) => each.client)).toEqual(ids);
    const first = await control.connections({ after: '', limit: 2 });
    expect(first.more).toBe(true);
    const rest = await control.connections({ after: first.connections[1]!.client, limit: 2 });
    expect([...first.connections, ...rest.connections]).toEqual(all.connections);
    const [one] = (await control.connections({ user: 'bob', after: '', limit: 2 })).connections;
    expect(one).toMatchObject({
      client: bob.id,
      user: 'bob',
      node: 'b',
      transport: 'websocket',
      encoding: 'json',
      address: '127.0.0.1',
      received: 1,
    });
  });

  it('a blocked user goes at once, stays out also of Beacons that come later, and is let in again', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    const { control } = it.a.beacon;
    await control.revoke({ type: 'user', user: 'ann' }, null);
    for (const each of [it.left, it.right]) {
      await waitFor(() => each.events.length === 1);
      expect(each.events).toEqual([{ code: 3507, reason: 'permission denied' }]);
    }
    await using c = await startBeacon(await lab.open(), config, { node: 'c' });
    await waitFor(() => it.a.beacon.bus.nodes().length === 3);
    const again = new Centrifuge(c.url, { token: await tokenFor('ann') });
    const ends: number[] = [];
    again.on('disconnected', ({ code }) => ends.push(code));
    again.connect();
    await waitFor(() => ends.length === 1);
    expect(ends).toEqual([3507]);
    using _bob = await join(c, 'bob');
    await control.readmit({ type: 'user', user: 'ann' });
    using _ann = await join(c, 'ann');
  });

  it('a revoked token ends what it was for, and so do all that were issued before a time', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    const { control } = it.a.beacon;
    const token = await tokenFor('bob', { jti: 't1', iat: 1_000 });
    using bob = await join(it.b, 'bob', { token });
    using late = await join(it.b, 'bob', { token: await tokenFor('bob', { iat: 3_000 }) });
    const [channel, sub] = ['$plain:1', late.client];
    const before = { sub: 'bob', channel: '$plain:1', iat: 1_500 };
    const subscription = sub.newSubscription(channel, { token: await tokenFor('bob', before) });
    const ends: unknown[] = [];
    subscription.on('unsubscribed', ({ code }) => ends.push(code));
    subscription.subscribe();
    await subscription.ready(10_000);
    await control.revoke({ type: 'token', id: 't1' }, Date.now() + 60_000);
    await waitFor(() => bob.events.length === 1);
    expect(bob.events).toEqual([{ code: 3500, reason: 'invalid token' }]);
    await control.revoke({ type: 'issued', user: 'bob', channel: '$plain:1', before: 2_000 }, null);
    await waitFor(() => ends.length === 1);
    expect(ends).toEqual([2000]);
    expect(late.events).toEqual([]);
    await control.revoke({ type: 'issued', user: 'bob', channel: null, before: 4_000 }, null);
    await waitFor(() => late.events.length === 1);
    expect(late.events).toEqual([{ code: 3500, reason: 'invalid token' }]);
  });

  it('says so when a Beacon does not answer', async () => {
    await using lab = await openLab();
    await using it = await open(lab);
    it.b.beacon.bus.answer('channels', () => Promise.reject(new Error('broken')));
    await expect(it.a.beacon.control.channels('')).rejects.toMatchObject({
      error: { code: 100, temporary: true, message: 'no answer from b' },
    });
  });

  it('refuses what makes no sense or is not there', async () => {
    await using lab = await openLab();
    await using a = await startBeacon(await lab.open(), config);
    const { control } = a.beacon;
    const code = (of: number): object => ({ error: { code: of } });
    await expect(publish(a, 'nope:1', '1')).rejects.toMatchObject(code(102));
    await expect(publish(a, '~belfry:bus', '1')).rejects.toMatchObject(code(102));
    await expect(publish(a, '', '1')).rejects.toMatchObject(code(107));
    await expect(control.presence('plain:1')).rejects.toMatchObject(code(108));
    await expect(control.history('plain:1', { limit: 1 })).rejects.toMatchObject(code(108));
    await expect(control.channels('{')).rejects.toMatchObject(code(107));
    await expect(control.rpc('nope', undefined)).rejects.toMatchObject(code(104));
    const since = { offset: 0, epoch: 'other' };
    await expect(control.history('chat:1', { limit: 1, since })).rejects.toMatchObject(code(112));
    const past = control.revoke({ type: 'token', id: 'x' }, 1);
    await expect(past).rejects.toMatchObject(code(107));
    expect(await publish(a, 'plain:1', '1')).toBeNull();
  });
});
