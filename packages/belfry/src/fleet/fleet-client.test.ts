import { connectFleet, type FleetClient, type TypedJobView } from '@belfry/client';
import { runLocally, type SummaryOf } from '@belfry/protocol';
import { startFaultProxy, waitFor } from '@belfry/testkit';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { coin } from '../testing/coin.ts';
import { type FleetLab, startFleetLab } from '../testing/fleet-lab.ts';

type View = TypedJobView<SummaryOf<typeof coin>>;

describe('the client of a fleet', () => {
  let lab: FleetLab;
  const clients: FleetClient[] = [];
  beforeAll(async () => {
    lab = await startFleetLab('embedded', {
      fleet: { builtin_node: { enabled: true, slots: 1 }, max_attempts: 2 },
    });
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await lab[Symbol.asyncDispose]();
  });

  async function clientOf(user: string, url = lab.url): Promise<FleetClient> {
    const token = await lab.token(user);
    const client = connectFleet({ url, token, reconnect: { minMs: 20, maxMs: 100 } });
    clients.push(client);
    return client;
  }

  test('loops over a job as it converges, typed by its simulation, and gets its result', async () => {
    const fleet = await clientOf('ann');
    const input = { blocks: 32, throws: 100_000, rounds: 2 };
    const job = await fleet.jobs.submit(coin, input, { seed: 11, title: 'typed' });
    expect(job.created).toBe(true);
    const views: View[] = [];
    for await (const view of job) {
      expectTypeOf(view.summary).toEqualTypeOf<{ share: number; throws: number } | null>();
      views.push(view);
    }
    const last = views.at(-1);
    expect(last).toMatchObject({ status: 'done', title: 'typed', iterations: 6_400_000 });
    expect(job.latest).toEqual(last);
    // What is done never gets less.
    const done = views.map(({ iterations }) => iterations);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    const { result, summary } = await job.result();
    expectTypeOf(result).toEqualTypeOf<{ heads: number; throws: number }>();
    const alone = runLocally(coin, input, { seed: 11 });
    expect([result, summary]).toEqual([alone.result, last?.summary]);
    // Whoever comes when it is over sees its end.
    const late = (await clientOf('bob')).jobs.job<typeof coin>(job.id);
    const seen: string[] = [];
    for await (const { status } of late) seen.push(status);
    expect(seen).toEqual(['done']);
  }, 40_000);

  test('the same key gives the same job; several may watch it, each on its own', async () => {
    const fleet = await clientOf('ann');
    const options = { key: 'once', pool: 'nobody' };
    const first = await fleet.jobs.submit('coin', { blocks: 2, throws: 2 }, options);
    const second = await fleet.jobs.submit('coin', { blocks: 2, throws: 2 }, options);
    expect([second.id, first.created, second.created]).toEqual([first.id, true, false]);
    const seen: string[][] = [[], []];
    const offs = [first, second].map((job, i) => job.onView(({ status }) => seen[i]?.push(status)));
    await waitFor(() => seen.every((each) => each.length > 0));
    offs[0]?.();
    await second.cancel();
    await waitFor(() => seen[1]?.at(-1) === 'cancelled');
    expect(seen[0]).not.toContain('cancelled');
    await expect(first.cancel()).rejects.toMatchObject({ code: 'rejected' });
    expect((await first.retry()).status).toBe('queued');
    await first.cancel();
    offs[1]?.();
    const { jobs } = await fleet.jobs.list({ limit: 1 });
    expect(jobs[0]).toMatchObject({ job: first.id, status: 'cancelled' });
  });

  test('what is wrong is an error that says so', async () => {
    const fleet = await clientOf('ann');
    await expect(fleet.jobs.submit(coin, { blocks: 0, throws: 1 })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('input.blocks: ') as string,
    });
    await expect(fleet.jobs.get('j-nothing')).rejects.toMatchObject({ code: 'not-found' });
    const nothing = fleet.jobs.job('j-nothing');
    await expect(nothing.result()).rejects.toMatchObject({ code: 'not-found' });
    const broken = await fleet.jobs.submit(coin, { blocks: 2, throws: 2, broken: 1 });
    await expect(broken.result()).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('the coin of block 1 is lost') as string,
    });
    const waiting = await fleet.jobs.submit(coin, { blocks: 2, throws: 2 }, { pool: 'nobody' });
    const stop = AbortSignal.timeout(100);
    await expect(waiting.result({ signal: stop })).rejects.toMatchObject({ code: 'closed' });
    await waiting.cancel();
    const away = connectFleet({
      url: 'http://127.0.0.1:1',
      token: await lab.token('ann'),
      timeoutMs: 200,
    });
    clients.push(away);
    await expect(away.nodes.simulations()).rejects.toMatchObject({
      code: 'network',
      temporary: true,
    });
    const wrong = connectFleet({ url: lab.url, token: 'garbage' });
    clients.push(wrong);
    await expect(wrong.jobs.list()).rejects.toMatchObject({ code: 'unauthorized' });
  }, 40_000);

  test('a token that has run out is fetched anew, once', async () => {
    let fetched = 0;
    const fleet = connectFleet({
      url: lab.url,
      getToken: async ({ rejected }) => {
        fetched++;
        return rejected || fetched > 1 ? lab.token('ann') : 'stale';
      },
    });
    clients.push(fleet);
    expect((await fleet.jobs.list({ limit: 1 })).jobs.length).toBeLessThanOrEqual(1);
    expect(fetched).toBeGreaterThanOrEqual(2);
  });

  test('whose connection is cut goes on with the latest view, to the end', async () => {
    await using proxy = await startFaultProxy({ target: lab.url });
    const fleet = await clientOf('ann', new URL(proxy.url).origin);
    const job = await fleet.jobs.submit(coin, { blocks: 64, throws: 400_000 });
    let cuts = 0;
    let last: View | undefined;
    for await (const view of job) {
      last = view;
      if (view.status !== 'running' || cuts >= 3) continue;
      cuts++;
      proxy.cut();
    }
    expect(cuts).toBeGreaterThan(0);
    expect(last?.status).toBe('done');
    expect((await job.result()).iterations).toBe(64 * 400_000);
  }, 40_000);

  test('nodes are listed, claimed for and changed', async () => {
    const fleet = await clientOf('ann');
    const { nodes } = await fleet.nodes.list();
    expect(nodes).toMatchObject([{ name: 'built-in', trust: 1, mine: false }]);
    const { claim } = await fleet.nodes.createClaim({ pool: 'hers' });
    expect(claim).toMatch(/^ey/);
    await expect(fleet.nodes.remove(nodes[0]?.node ?? '')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(fleet.nodes.claim({ code: 'AAAA-AAAA' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await fleet.nodes.simulations()).toMatchObject({ simulations: [{ name: 'coin' }] });
    expect(await fleet.nodes.pool()).toMatchObject({ pool: 'default', nodes: 1, slots: 1 });
  });
});
