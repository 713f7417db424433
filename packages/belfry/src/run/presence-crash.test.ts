import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, waitFor } from '@belfry/testkit';
import { Centrifuge, type Subscription } from 'centrifuge';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { spawnBelfry, temporaryDirectory, type BelfryProcess } from '../testing/belfry-process.ts';

const SECRET = 'a-secret-for-tests-that-is-long-enough';

const config = {
  roles: ['beacon'],
  http_server: { port: 0 },
  client: { token: { hmac_secret_key: SECRET } },
  channel: {
    namespaces: [
      {
        name: 'chat',
        presence: true,
        join_leave: true,
        force_push_join_leave: true,
        allow_subscribe_for_client: true,
        allow_presence_for_subscriber: true,
        presence_ttl: '2s',
        presence_update_interval: '500ms',
      },
    ],
  },
};

async function enter(
  beacon: BelfryProcess,
  user: string,
): Promise<Disposable & { subscription: Subscription; events: string[]; client: Centrifuge }> {
  const token = await new SignJWT({ sub: user })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
  const url = `${(await beacon.url()).replace('http', 'ws')}/connection/websocket`;
  const client = new Centrifuge(url, { token });
  const subscription = client.newSubscription('chat:1');
  const events: string[] = [];
  subscription.on('join', ({ info }) => events.push(`join ${info.user}`));
  subscription.on('leave', ({ info }) => events.push(`leave ${info.user}`));
  subscription.subscribe();
  client.connect();
  await subscription.ready(10_000);
  return { client, subscription, events, [Symbol.dispose]: () => client.disconnect() };
}

describe('the Beacon of a connection is killed', () => {
  test('its presence expires, and nobody is told that it left', async () => {
    using directory = temporaryDirectory();
    await using redis = await startRedis();
    writeFileSync(join(directory.path, 'belfry.config.json'), JSON.stringify(config));
    const start = (): BelfryProcess =>
      spawnBelfry(['start', '--redis', redis.url], { cwd: directory.path });
    await using one = start();
    await using two = start();
    using ann = await enter(one, 'ann');
    using bob = await enter(two, 'bob');
    using cid = await enter(two, 'cid');
    const { subscription } = bob;
    await waitFor(() => bob.events.includes('join cid') && ann.events.includes('join cid'));
    expect(await subscription.presenceStats()).toMatchObject({ numClients: 3, numUsers: 3 });

    one.signal('SIGKILL');
    await one.ended;
    // So that it does not come back and enter again.
    ann.client.disconnect();
    expect(await subscription.presenceStats()).toMatchObject({ numClients: 3 });
    await waitFor(async () => (await subscription.presenceStats()).numClients === 2, {
      timeoutMs: 15_000,
    });
    const users = Object.values((await subscription.presence()).clients).map((each) => each.user);
    expect(users.toSorted()).toEqual(['bob', 'cid']);
    cid.client.disconnect();
    await waitFor(() => bob.events.includes('leave cid'));
    await sleep(100);
    // As with Centrifugo: a leave is told by the Beacon that the connection was on, and that one has gone.
    expect(bob.events.filter((each) => each.startsWith('leave'))).toEqual(['leave cid']);
  }, 60_000);
});
