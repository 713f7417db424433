import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectFleet } from '@belfry/client';
import { type NodeView, runLocally } from '@belfry/protocol';
import { freePort, startRedis, waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { createTokenSigner } from '../auth/token-signer.ts';
import { coin } from '../testing/coin.ts';
import { type BelfryProcess, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { FLEET_CONFIG } from '../testing/fleet-lab.ts';

/** A Beacon, two Sentinels and a node at each, over Redis, all processes of their own. */
async function deployment() {
  await using parts = new AsyncDisposableStack();
  const directory = parts.use(temporaryDirectory());
  const redis = parts.use(await startRedis());
  const cwd = directory.path;
  const config = {
    ...FLEET_CONFIG,
    log: { level: 'warn' },
    redis: { url: redis.url },
    runner: { lease: '1s', sweep_interval: '500ms', sweep_overdue: '100ms' },
    fleet: {
      ...FLEET_CONFIG.fleet,
      times: { heartbeat: '200ms', suspect: '600ms', dead: '1s', ack: '1s', stall: '5s' },
      chunk: { floor: '20ms', ceiling: '200ms' },
    },
  };
  writeFileSync(join(cwd, 'belfry.config.json'), JSON.stringify(config));
  const running = new Map<string, BelfryProcess>();
  parts.defer(async () => {
    for (const each of running.values()) await each[Symbol.asyncDispose]();
  });
  const start = async (role: 'beacon' | 'sentinel', port: number): Promise<string> => {
    const started = spawnBelfry(['start', '--role', role, '--port', String(port)], { cwd });
    const url = `http://127.0.0.1:${port}`;
    running.set(url, started);
    await started.url();
    return url;
  };
  const [beacon, one, two] = await Promise.all([
    start('beacon', await freePort()),
    start('sentinel', await freePort()),
    start('sentinel', await freePort()),
  ]);
  const claim = spawnBelfry(
    ['claim', '--url', one, '--trusted', '--access', 'everyone', '--set', 'log.level=silent'],
    { cwd },
  );
  const token = (await claim.ended).stdout.trim();
  for (const [name, url] of [
    ['first', one],
    ['second', two],
  ] as const) {
    const args = ['--url', url, '--beacon-url', beacon, '--claim', token, '--name', name];
    const node = spawnBelfry(
      ['node', ...args, '--slots', '1', '--data-dir', join(cwd, name), '--json'],
      { cwd },
    );
    running.set(name, node);
    await node.written(/"type":"registered"/);
  }
  const signer = createTokenSigner(FLEET_CONFIG.client.token.hmac_secret_key, {});
  const user = await signer.sign({ user: 'ann', ttlMs: 600_000 }, Date.now());
  const fleet = parts.adopt(
    connectFleet({ url: beacon, fleetUrl: two, token: user, reconnect: { minMs: 20, maxMs: 200 } }),
    (client) => client.close(),
  );
  const owned = parts.move();
  return {
    fleet,
    one,
    two,
    async kill(url: string): Promise<void> {
      const victim = running.get(url);
      victim?.signal('SIGKILL');
      await victim?.ended;
    },
    restart: (url: string) => start('sentinel', Number(new URL(url).port)),
    nodeNamed: async (name: string): Promise<NodeView | undefined> =>
      (await fleet.nodes.list()).nodes.find((node) => node.name === name),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('a Sentinel that is killed takes nothing of a job with it, and its nodes come back with it', async () => {
  await using all = await deployment();
  const { fleet, one, two } = all;
  const input = { blocks: 256, throws: 60_000, rounds: 1 };
  const alone = runLocally(coin, input, { seed: 5 });

  // One of two, in the middle.
  const job = await fleet.jobs.submit(coin, input, { seed: 5 });
  let killed = false;
  for await (const { blocksDone } of job) {
    if (killed || blocksDone === 0) continue;
    killed = true;
    await all.kill(one);
  }
  expect(killed).toBe(true);
  const { result, iterations } = await job.result();
  expect([result, iterations]).toEqual([alone.result, alone.iterations]);
  await waitFor(async () => (await all.nodeNamed('first'))?.status === 'offline', {
    timeoutMs: 60_000,
  });
  await all.restart(one);
  await waitFor(async () => (await all.nodeNamed('first'))?.status === 'online', {
    timeoutMs: 60_000,
  });

  // Both at once, in the middle: the job waits for one to be there again.
  const second = await fleet.jobs.submit(coin, { ...input, rounds: 2 }, { seed: 6 });
  let both = false;
  for await (const { blocksDone } of second) {
    if (both || blocksDone === 0) continue;
    both = true;
    await Promise.all([all.kill(one), all.kill(two)]);
    await Promise.all([all.restart(one), all.restart(two)]);
  }
  expect(both).toBe(true);
  expect((await second.result()).result).toEqual(
    runLocally(coin, { ...input, rounds: 2 }, { seed: 6 }).result,
  );
}, 300_000);
