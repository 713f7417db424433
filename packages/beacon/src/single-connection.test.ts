import { waitFor } from '@belfry/testkit';
import { Centrifuge, State } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';
import { STORE_LABS } from './testing/stores.ts';

const config: BeaconConfig = {
  client: { subscribe_to_user_personal_channel: { enabled: true, single_connection: true } },
};

type Client = Centrifuge & Disposable & { readonly ends: number[] };

async function connect(rig: BeaconRig, user: string): Promise<Client> {
  const client = new Centrifuge(rig.url, { token: await tokenFor(user) });
  const ends: number[] = [];
  client.on('disconnected', ({ code }) => ends.push(code));
  client.connect();
  return Object.assign(client, { ends, [Symbol.dispose]: () => client.disconnect() });
}

describe.each(STORE_LABS)('single_connection on one %s store', (_name, openLab) => {
  it('ends the older connections of a user, on whatever Beacon, and of nobody else', async () => {
    await using lab = await openLab();
    await using one = await startBeacon(await lab.open(), config);
    await using two = await startBeacon(await lab.open(), config);
    using bob = await connect(one, 'bob');
    await bob.ready(10_000);
    using first = await connect(one, 'ann');
    await first.ready(10_000);
    using second = await connect(two, 'ann');
    await waitFor(() => first.ends.length > 0, { timeoutMs: 10_000 });
    expect(first.ends).toEqual([3504]);
    using third = await connect(two, 'ann');
    await waitFor(() => second.ends.length > 0, { timeoutMs: 10_000 });
    await third.ready(10_000);
    expect([bob.state, third.state]).toEqual([State.Connected, State.Connected]);
  });

  it('leaves one of many that come at once', async () => {
    await using lab = await openLab();
    const rigs = [
      await startBeacon(await lab.open(), config),
      await startBeacon(await lab.open(), config),
    ] as const;
    await using _one = rigs[0];
    await using _two = rigs[1];
    await waitFor(() => rigs.every(({ beacon }) => beacon.bus.nodes().length === 2), {
      timeoutMs: 20_000,
    });
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) => connect(rigs[n % 2 === 0 ? 0 : 1], 'ann')),
    );
    await waitFor(() => all.filter(({ ends }) => ends.length > 0).length === 11, {
      timeoutMs: 20_000,
    });
    expect(all.filter(({ state }) => state === State.Connected)).toHaveLength(1);
    for (const each of all) each.disconnect();
  });
});
