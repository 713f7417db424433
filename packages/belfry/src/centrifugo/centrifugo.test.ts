import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNodeAgent } from '@belfry/node';
import {
  type ChunkProgress,
  FLEET_PATH,
  jobChannel,
  type JobView,
  runLocally,
  type SubmitReply,
} from '@belfry/protocol';
import { startRedis, waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, test, vi } from 'vitest';
import { coin } from '../testing/coin.ts';
import { API_KEY, deploy, kinds, type Deployment } from '../testing/centrifugo-lab.ts';

const COIN = fileURLToPath(new URL('../testing/coin.ts', import.meta.url));

vi.setConfig({ testTimeout: 180_000 });

interface Total {
  readonly total: number;
}

/** What a client hears of a counter, from when it is inside. */
async function hear(client: Awaited<ReturnType<Deployment['client']>>, id: string) {
  const counter = client.actor<{ add: number; fail?: boolean }, Total>('counter', id);
  const totals: number[] = [];
  const offsets: (number | null)[] = [];
  counter.onPublication(({ message, offset }) => {
    totals.push(message.total);
    offsets.push(offset);
  });
  await counter.enter();
  return { counter, totals, offsets };
}

interface Door {
  readonly type: string;
  readonly user: string;
  readonly info: unknown;
}

/** Waits on a busy machine, too. */
const until = (condition: () => unknown, everyMs = 5): Promise<unknown> =>
  waitFor(condition, { timeoutMs: 60_000, everyMs });

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

interface Room {
  readonly type: string;
  readonly room: {
    readonly state: string;
    readonly host: { readonly user: string } | null;
    readonly guest: { readonly user: string } | null;
    readonly board: readonly (string | null)[];
    readonly result: { readonly winner: string | null; readonly reason: string } | null;
  };
}

describe.each(await kinds())('workers behind $name', (kind) => {
  const it = kind.missing === undefined ? test : test.skip;

  it('hear clients through its proxies and publish through its API, once each, though they are killed', async () => {
    await using deployment = await deploy(kind);
    using ann = await deployment.client('ann');
    using bob = await deployment.client('bob');
    const hears = [await hear(ann, 'one'), await hear(bob, 'one')] as const;
    const [{ counter }] = hears;

    const sent: Promise<unknown>[] = [];
    for (let n = 1; n <= 40; n++) {
      sent.push(counter.send({ add: 1 }));
      if (n % 4 === 0) await Promise.allSettled(sent.slice(-4));
    }
    // Killed when Centrifugo has published a batch, and before the worker hears of it.
    for (let round = 1; round <= 3; round++) {
      deployment.killAfterBatches(round);
      while (deployment.kills < round) {
        sent.push(counter.send({ add: 1 }));
        await Promise.race([sent.at(-1), sleep(50)]);
      }
      await deployment.worker.ended;
      await deployment.startWorker();
    }
    await Promise.all(sent);

    const total = async (): Promise<number> => {
      const { stdout } = await deployment.cli('actors', 'show', 'counter/one', '--json');
      return (JSON.parse(stdout) as { state: Total }).state.total;
    };
    // A send is over when it is in the inbox; the turns follow when the lease of the one that was killed is over.
    await until(async () => (await total()) === sent.length, 500);
    const committed = sent.length;
    for (const { totals, offsets } of hears) {
      await until(() => totals.length >= committed);
      await sleep(200);
      expect(totals).toEqual(upTo(committed));
      expect(offsets).toEqual(upTo(committed));
    }
    // It was the key that made the repeated batches harmless.
    const keys = deployment.batches
      .flat()
      .map((command) => (command as { publish: { idempotency_key: string } }).publish)
      .map(({ idempotency_key: key }) => key);
    expect(keys.length).toBeGreaterThan(new Set(keys).size);
    expect(new Set(keys).size).toBe(committed);
  });

  it('take over the relays of one that was killed in the middle of a batch', async () => {
    await using redis = await startRedis();
    await using deployment = await deploy(kind, { redis: redis.url });
    await using another = deployment.startAnother();
    await another.url();
    using ann = await deployment.client('ann');
    const counters = await Promise.all(['a', 'b', 'c', 'd'].map((id) => hear(ann, id)));
    const set = async (to: number): Promise<void> => {
      await Promise.all(
        ['a', 'b', 'c', 'd'].map(async (id) => {
          const done = await deployment.cli('actors', 'send', `counter/${id}`, `{"set":${to}}`);
          expect(done.code).toBe(0);
        }),
      );
    };
    await set(1);
    deployment.killAfterBatches(1);
    for (const n of [2, 3, 4]) await set(n);
    await deployment.worker.ended;
    for (const { totals } of counters) {
      await until(() => totals.length >= 4);
      expect(totals).toEqual([1, 2, 3, 4]);
    }
    expect(deployment.kills).toBe(1);
    // By whichever of the two: what was asked twice is published once.
    await until(() => deployment.batches.flat().length >= 16);
  });

  it('keep what they publish while it is away, say so, and go on in order when it is back', async () => {
    await using deployment = await deploy(kind);
    using ann = await deployment.client('ann');
    const { totals } = await hear(ann, 'two');
    const set = async (to: number): Promise<void> => {
      const { code, stderr } = await deployment.cli(
        'actors',
        'send',
        'counter/two',
        `{"set":${to}}`,
      );
      expect([code, stderr]).toEqual([0, '']);
    };
    await set(1);
    await until(() => totals.length === 1);
    await deployment.killCentrifugo();
    for (const n of [2, 3, 4]) await set(n);
    const health = async () =>
      (await (await fetch(`${deployment.workerUrl}/health`)).json()) as {
        status: string;
        warnings: string[];
      };
    await until(async () =>
      (await health()).warnings.some((each) => each.endsWith('3 publications wait.')),
    );
    expect((await health()).status).toBe('ok');
    const metrics = async () => (await fetch(`${deployment.workerUrl}/metrics`)).text();
    expect(await metrics()).toMatch(
      /belfry_centrifugo_up 0\n[^]*belfry_runner_consumer_backlog 3\n/,
    );

    await deployment.startCentrifugo();
    await until(() => totals.at(-1) === 4);
    // A new process may have forgotten the history, and then a client gets only what comes after it is back.
    expect(upTo(4).slice(-totals.length + 1)).toEqual(totals.slice(1));
    await until(async () => (await health()).warnings.length === 0);
    expect(await metrics()).toMatch(/belfry_centrifugo_up 1\n/);
  });

  it('know who is there by being asked again, and notice when nobody asks any more', async () => {
    await using deployment = await deploy(kind, { presenceTtl: '12s' });
    using ann = await deployment.client('ann');
    const door = ann.actor<{ knock: boolean }, Door>('door', 'front');
    const seen: Door[] = [];
    door.onPublication(({ message }) => seen.push(message));
    await door.enter();
    using bob = await deployment.client('bob');
    await bob.actor('door', 'front').enter();
    await door.send({ knock: true });
    await until(() => seen.length >= 3);
    expect(seen).toEqual([
      { type: 'enter', user: 'ann', info: { name: 'ANN' } },
      { type: 'enter', user: 'bob', info: { name: 'BOB' } },
      { type: 'knock', user: 'ann', info: { name: 'ANN' } },
    ]);
    // Longer than presence lasts by itself.
    await sleep(14_000);
    expect(seen.length).toBe(3);
    bob.close();
    await until(() => seen.length === 4);
    expect(seen[3]).toMatchObject({ type: 'leave', user: 'bob' });
  });

  it('answer calls, and refuse what fits nothing with the codes of the protocol', async () => {
    await using deployment = await deploy(kind);
    using ann = await deployment.client('ann');
    const { centrifuge } = ann;
    await centrifuge.ready(10_000);
    const rpc = async (method: string, data: unknown) => (await centrifuge.rpc(method, data)).data;
    expect(await rpc('time', {})).toMatchObject({ now: expect.any(Number) });
    expect(await rpc('createRoom', { kind: 'lobby' })).toMatchObject({
      control: expect.stringMatching(/^control:lobby\//),
    });
    expect(await rpc('ask', { actor: 'counter/three', data: { add: 3 } })).toEqual({ total: 3 });
    await expect(rpc('nothing', {})).rejects.toMatchObject({ code: 104 });
    await expect(rpc('ask', { actor: 'counter/three', data: { ad: 3 } })).rejects.toMatchObject({
      code: 400,
    });
    await expect(centrifuge.publish('control:counter/three', { ad: 3 })).rejects.toMatchObject({
      code: 107,
    });
    for (const channel of ['control:nothing/1', 'control:lobby/none', 'control:counter/a/b']) {
      const publish = centrifuge.publish(channel, { say: 'hi' });
      await expect(publish).rejects.toMatchObject({ code: 102 });
    }
    // Whoever is not Centrifugo is not heard.
    const asked = await fetch(`${deployment.workerUrl}/centrifugo/publish`, {
      method: 'POST',
      headers: { 'X-Belfry-Proxy-Secret': 'a guess' },
      body: JSON.stringify({
        client: 'c',
        user: 'ann',
        channel: 'control:counter/three',
        data: {},
      }),
    });
    expect(asked.status).toBe(401);

    // What a client sends to an actor is not published, not even to those who are there.
    const heard: unknown[] = [];
    const control = centrifuge.newSubscription('control:counter/three');
    control.on('publication', ({ data }) => heard.push(data));
    control.subscribe();
    await control.ready(10_000);
    for (let n = 1; n <= 5; n++) {
      await centrifuge.publish('control:counter/three', { id: `m${n}`, data: { add: 1 } });
      await centrifuge.publish('control:counter/three', { id: `m${n}`, data: { add: 1 } });
    }
    expect(await rpc('ask', { actor: 'counter/three', data: { add: 0 } })).toEqual({ total: 8 });
    await sleep(200);
    expect(heard.every((each) => JSON.stringify(each) === '{}')).toBe(true);
  });

  it('make a dead letter of what it refuses, forget a room that ended, and go on', async () => {
    await using deployment = await deploy(kind);
    using ann = await deployment.client('ann');
    const door = ann.actor<{ knock: boolean }, Door>('door', 'back');
    const seen: string[] = [];
    door.onPublication(({ message }) => seen.push(message.type));
    await door.enter();
    const send = async (data: object): Promise<void> => {
      const { code } = await deployment.cli('actors', 'send', 'door/back', JSON.stringify(data));
      expect(code).toBe(0);
    };
    await send({ do: 'publish', channel: 'nowhere:1', text: 'lost' });
    await send({ do: 'publish', channel: 'server:door/other', text: 'found' });
    await until(() => seen.includes('found'));
    expect(seen).toEqual(['enter', 'lost', 'found']);
    const { stdout } = await deployment.cli('actors', 'dead-letters', '--json');
    expect(stdout).toContain('centrifugo-relay/');

    await send({ do: 'end' });
    await until(() => seen.at(-1) === 'closed');
    const history = async (): Promise<number> => {
      const response = await fetch(`${deployment.url}/api/history`, {
        method: 'POST',
        headers: { 'x-api-key': API_KEY },
        body: JSON.stringify({ channel: 'server:door/back', limit: -1 }),
      });
      return ((await response.json()) as { result: { publications: unknown[] } }).result
        .publications.length;
    };
    await until(async () => (await history()) === 0);
  });

  it('are a fleet: nodes hear of their chunks through it, and people of their jobs', async () => {
    // With heartbeats this rare, only pushes bring anything in time.
    const times = { heartbeat: '60s', suspect: '120s', dead: '180s' };
    // One block at a time, so that there is something to see.
    const chunk = { max_blocks: 1 };
    await using deployment = await deploy(kind, {
      fleet: { enabled: true, simulations: [COIN], times, chunk },
    });
    await using parts = new AsyncDisposableStack();
    const claim = await deployment.cli('claim', '--access', 'everyone', '--trusted');
    const node = createNodeAgent({
      url: deployment.workerUrl,
      beaconUrl: deployment.url,
      name: 'behind',
      claim: claim.stdout.trim(),
      dataDir: null,
      slots: 1,
    });
    void node.run();
    parts.defer(async () => void (await node.stop()));
    await until(() => node.snapshot().pushed);
    const input = { blocks: 40, throws: 100_000, rounds: 1 };
    const token = await deployment.token('ann');
    const submitted = await fetch(`${deployment.workerUrl}${FLEET_PATH}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ simulation: 'coin', input, seed: 3 }),
    });
    const { job } = (await submitted.json()) as SubmitReply;
    const url = `${deployment.url.replace('http', 'ws')}/connection/websocket`;
    const ann = new Centrifuge(url, { token });
    const views: JobView[] = [];
    const subscription = ann.newSubscription(jobChannel(job));
    subscription.on('publication', ({ data }: { data: JobView | ChunkProgress }) => {
      if ('status' in data) views.push(data);
    });
    subscription.subscribe();
    ann.connect();
    parts.defer(() => ann.disconnect());
    await until(() => views.some(({ status }) => status === 'done'));
    const result = await deployment.cli('jobs', 'result', job);
    const { result: alone } = runLocally(coin, input, { seed: 3 });
    expect(JSON.parse(result.stdout)).toMatchObject({ result: alone });
    expect(node.snapshot().counts).toMatchObject({ failed: 0, cancelled: 0, unwanted: 0 });
  });

  it('play tic-tac-toe to a win, with the worker killed in the middle of the game', async () => {
    await using deployment = await deploy(kind);
    using ann = await deployment.client('ann');
    using bob = await deployment.client('bob');
    const { id } = await ann.rpc<{ id: string }>('createRoom', { kind: 'tictactoe' });
    const enter = async (client: typeof ann) => {
      const room = client.actor<object, Room>('tictactoe', id);
      const log: Room[] = [];
      room.onPublication(({ message }) => log.push(message));
      await room.enter();
      return { room, log };
    };
    const a = await enter(ann);
    const b = await enter(bob);
    const latest = (): Room | undefined => a.log.at(-1);
    const marks = (): number => latest()?.room.board.filter((cell) => cell !== null).length ?? 0;
    await until(() => latest()?.room.guest?.user === 'bob');
    await a.room.send({ type: 'start' });
    for (const [i, cell] of [4, 0, 2, 1, 6].entries()) {
      const { room } = i % 2 === 0 ? a : b;
      // When its publication has gone out, and before anybody knows.
      if (i === 2) deployment.killAfterBatches(0);
      await room.send({ type: 'mark', cell });
      if (i === 2) {
        await deployment.worker.ended;
        await deployment.startWorker();
      }
      await until(() => marks() === i + 1);
    }
    expect(deployment.kills).toBe(1);
    const won = { winner: 'host', reason: 'line' };
    await until(() => [a, b].every(({ log }) => log.at(-1)?.room.result !== null));
    const { stdout } = await deployment.cli('actors', 'show', `tictactoe/${id}`, '--json');
    const { state } = JSON.parse(stdout) as { state: unknown };
    expect(JSON.stringify(state)).toContain('line');
    for (const { log } of [a, b]) {
      expect(log.at(-1)?.room).toMatchObject({ state: 'finishing', result: won });
      const types = log.map(({ type }) => type);
      // Five marks, of which the last one wins: each once.
      expect(types.slice(types.indexOf('started'))).toEqual([
        'started',
        'marked',
        'marked',
        'marked',
        'marked',
        'marked',
        'finished',
      ]);
    }
  });
});
