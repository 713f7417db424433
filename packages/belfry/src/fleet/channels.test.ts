import type { JobView, NodePush, SubmitReply, TokenReply } from '@belfry/protocol';
import { FLEET_PATH, jobChannel, nodeChannel } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { Centrifuge, type Subscription } from 'centrifuge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAt, type FleetLab, type LabNode, startFleetLab } from '../testing/fleet-lab.ts';

const API_KEY = 'an-api-key-of-a-backend-in-tests';

describe.each(['embedded', 'redis'] as const)('channels of a fleet on %s', (stores) => {
  let lab: FleetLab;
  let ann: string;
  beforeAll(async () => {
    lab = await startFleetLab(stores, { http_api: { key: API_KEY } });
    ann = await lab.token('ann');
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /** A client of a public SDK, at the other server where there are two. */
  async function sdk(token: string): Promise<Centrifuge & Disposable> {
    const client = new Centrifuge(`${lab.otherUrl.replace('http', 'ws')}/connection/websocket`, {
      token,
    });
    client.connect();
    await client.ready(10_000);
    return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
  }

  async function nodeSdk(node: LabNode): Promise<Centrifuge & Disposable> {
    const { body } = await node.call<TokenReply>('token');
    return sdk(body.token);
  }

  /** `subscribed`, or the code of what ended it. */
  function outcomeOf(subscription: Subscription): Promise<string | number> {
    const { promise, resolve } = Promise.withResolvers<string | number>();
    subscription.on('subscribed', () => resolve('subscribed'));
    subscription.on('error', ({ error }) => resolve(error.code));
    subscription.on('unsubscribed', ({ code }) => resolve(code));
    subscription.subscribe();
    return promise;
  }

  async function submit(more: object = {}): Promise<string> {
    const body = { simulation: 'coin', input: { blocks: 8, throws: 10 }, ...more };
    return (await lab.ask<SubmitReply>(ann, '/jobs', { body })).body.job;
  }

  test('who comes late to a job sees at once how it is, and then what becomes of it', async () => {
    const job = await submit({ pool: 'late' });
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
    using bob = await sdk(await lab.token('bob'));
    const views: JobView[] = [];
    const since = { offset: 0, epoch: '' };
    const subscription = bob.newSubscription(jobChannel(job), { since });
    subscription.on('publication', ({ data }) => views.push(data as JobView));
    expect(await outcomeOf(subscription)).toBe('subscribed');
    await waitFor(() => views.at(-1)?.status === 'cancelled');
    expect(views[0]).toMatchObject({ type: 'job', job, owner: 'ann' });
    await lab.ask(ann, `/jobs/${job}/retry`, { body: {} });
    await waitFor(() => views.at(-1)?.status === 'queued');
    // One is kept, however many there were.
    const { publications } = await subscription
      .history({ limit: 10 })
      .catch(() => ({ publications: [] }));
    expect(publications.length).toBeLessThanOrEqual(1);
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
  });

  test('a private job is for its owner, and one that there is not for nobody', async () => {
    const job = await submit({ visibility: 'private', pool: 'late' });
    using bob = await sdk(await lab.token('bob'));
    expect(await outcomeOf(bob.newSubscription(jobChannel(job)))).toBe(103);
    expect(await outcomeOf(bob.newSubscription(jobChannel('j-nothing')))).toBe(102);
    expect(await outcomeOf(bob.newSubscription('job:../etc'))).toBe(102);
    using owner = await sdk(ann);
    expect(await outcomeOf(owner.newSubscription(jobChannel(job)))).toBe('subscribed');
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
  });

  test('a node tells how far it is while it holds a chunk of the job, and nobody else does', async () => {
    const node = await lab.node('ops', { trusted: true, pool: 'tells' });
    const idle = await lab.node('bob', { pool: 'elsewhere' });
    const job = await submit({ pool: 'tells' });
    const [attempt] = await node.work();
    if (attempt === undefined) throw new Error('no attempt');
    const { from, blocks } = attempt;
    using watcher = await sdk(await lab.token('bob'));
    const heard: unknown[] = [];
    const subscription = watcher.newSubscription(jobChannel(job));
    subscription.on('publication', ({ data, offset }) => {
      if ((data as { type: string }).type === 'chunk')
        heard.push({ data: data as unknown, offset });
    });
    expect(await outcomeOf(subscription)).toBe('subscribed');
    using itself = await nodeSdk(node);
    const progress = { type: 'chunk', node: node.id, from, blocks, done: 0 };
    await itself.publish(jobChannel(job), progress);
    await waitFor(() => heard.length > 0);
    expect(heard).toEqual([{ data: progress, offset: undefined }]);

    const refusal = async (client: Centrifuge, data: unknown): Promise<number> => {
      try {
        await client.publish(jobChannel(job), data);
        return 0;
      } catch (error) {
        return (error as { code: number }).code;
      }
    };
    // Not in the name of another, nothing else, not from users, not from who holds nothing.
    expect(await refusal(itself, { ...progress, node: idle.id })).toBe(107);
    expect(await refusal(itself, { type: 'job', status: 'done' })).toBe(107);
    expect(await refusal(itself, 'garbage')).toBe(107);
    expect(await refusal(watcher, progress)).toBe(103);
    using other = await nodeSdk(idle);
    expect(await refusal(other, { ...progress, node: idle.id })).toBe(103);
    // And not too often.
    const many = await Promise.all(Array.from({ length: 60 }, () => refusal(itself, progress)));
    expect(many).toContain(111);
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
    await waitFor(async () => (await refusal(itself, progress)) === 103, {
      timeoutMs: 10_000,
      everyMs: 200,
    });
    // What nodes said is not what the channel keeps.
    using late = await sdk(await lab.token('carl'));
    const first = late.newSubscription(jobChannel(job), { since: { offset: 0, epoch: '' } });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    first.on('publication', ({ data }) => resolve(data));
    first.subscribe();
    expect(await promise).toMatchObject({ type: 'job', status: 'cancelled' });
  });

  test('a node is told of its work on a channel that is its own', async () => {
    const node = await lab.node('ops', { trusted: true, pool: 'pushed' });
    using itself = await nodeSdk(node);
    const pushes: NodePush[] = [];
    itself.on('publication', ({ channel, data }) => {
      if (channel === nodeChannel(node.id)) pushes.push(data as NodePush);
    });
    expect((await node.heartbeat()).attempts).toEqual([]);
    const job = await submit({ pool: 'pushed' });
    await waitFor(() => pushes.length > 0);
    const [first] = pushes;
    expect(first?.type === 'assigned' && first.attempts[0]).toMatchObject({ job, round: 0 });
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
    await waitFor(() => pushes.some(({ type }) => type === 'cancel'));
    const operator = await lab.operatorToken();
    await lab.ask(operator, `/nodes/${node.id}`, { method: 'PATCH', body: { draining: true } });
    await waitFor(() => pushes.some(({ type }) => type === 'drain'));
    await lab.ask(operator, `/nodes/${node.id}`, { method: 'DELETE' });
    await waitFor(() => pushes.some(({ type }) => type === 'removed'));

    using bob = await sdk(await lab.token('bob'));
    expect(await outcomeOf(bob.newSubscription(nodeChannel(node.id)))).toBe(103);
    await expect(bob.publish(nodeChannel(node.id), {})).rejects.toMatchObject({ code: 103 });
    expect(await outcomeOf(bob.newSubscription('broadcast'))).toBe('subscribed');
    // The actors themselves are out of reach.
    expect(await outcomeOf(bob.newSubscription(`control:job/${job}`))).toBe(102);
    await expect(bob.publish(`control:node/${node.id}`, {})).rejects.toMatchObject({ code: 102 });
  });

  test('what is announced reaches people and nodes', async () => {
    const headers = { 'x-api-key': API_KEY };
    const body = { channel: 'broadcast', data: { type: 'maintenance', at: '22:00' } };
    using bob = await sdk(await lab.token('bob'));
    const subscription = bob.newSubscription('broadcast');
    using node = await nodeSdk(await lab.node('ann'));
    const heard: unknown[] = [];
    subscription.on('publication', ({ data }) => heard.push(data));
    node.on('publication', ({ channel, data }) => heard.push([channel, data]));
    expect(await outcomeOf(subscription)).toBe('subscribed');
    // People may listen there, and not speak.
    await expect(bob.publish('broadcast', body.data)).rejects.toMatchObject({ code: 103 });
    expect((await askAt(lab.url, '/api/publish', { body, headers })).status).toBe(200);
    await waitFor(() => heard.length === 2);
    expect(heard).toEqual(expect.arrayContaining([body.data, ['broadcast', body.data]]));
  });

  test('a Centrifugo asks the same over HTTP, and must show the secret', async () => {
    await using guarded = await startFleetLab('embedded', {
      centrifugo: { proxy_secret: 'a-secret-for-the-proxies-of-centrifugo' },
    });
    const owner = await guarded.token('ann');
    const body = { simulation: 'coin', input: { blocks: 1, throws: 1 }, visibility: 'private' };
    const { job } = (await guarded.ask<SubmitReply>(owner, '/jobs', { body })).body;
    const ask = (
      use: string,
      question: object,
      secret = 'a-secret-for-the-proxies-of-centrifugo',
    ) =>
      guarded.ask('', `/beacon/${use}`, {
        body: {
          client: 'c1',
          transport: 'websocket',
          protocol: 'json',
          encoding: 'json',
          ...question,
        },
        headers: { 'x-belfry-proxy-secret': secret },
      });
    const channel = jobChannel(job);
    expect((await ask('subscribe', { user: 'ann', channel })).body).toEqual({ result: {} });
    expect((await ask('subscribe', { user: 'bob', channel })).body).toMatchObject({
      error: { code: 103 },
    });
    expect((await ask('subscribe', { user: 'bob', channel: 'job:j-no' })).body).toMatchObject({
      error: { code: 102 },
    });
    expect((await ask('publish', { user: 'ann', channel, data: {} })).body).toMatchObject({
      error: { code: 103 },
    });
    expect((await ask('subscribe', { user: 'ann', channel }, 'guess')).status).toBe(401);
    expect((await ask('subscribe', { user: 7 })).status).toBe(400);
    expect(
      (
        await guarded.ask('', '/beacon/publish', {
          text: '{',
          headers: { 'x-belfry-proxy-secret': 'a-secret-for-the-proxies-of-centrifugo' },
        })
      ).status,
    ).toBe(400);
    expect(FLEET_PATH).toBe('/fleet/v1');
  });
});
