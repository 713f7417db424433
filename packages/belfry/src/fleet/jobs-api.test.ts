import { setTimeout as sleep } from 'node:timers/promises';
import type { JobList, JobResult, JobView, SubmitReply } from '@belfry/protocol';
import { FLEET_PATH, runLocally } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coin } from '../testing/coin.ts';
import { type FleetLab, startFleetLab } from '../testing/fleet-lab.ts';

const SMALL = { blocks: 4, throws: 100 };

describe.each(['embedded', 'redis'] as const)('jobs on %s', (stores) => {
  let lab: FleetLab;
  let ann: string;
  let bob: string;
  let operator: string;
  beforeAll(async () => {
    lab = await startFleetLab(stores, { fleet: { limits: { user_jobs: 30, input_bytes: 4_096 } } });
    [ann, bob, operator] = await Promise.all([
      lab.token('ann'),
      lab.token('bob'),
      lab.operatorToken(),
    ]);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /** Submits and gives the id. */
  async function submit(token: string, more: object = {}): Promise<string> {
    const asking = { body: { simulation: 'coin', input: SMALL, ...more } };
    const { status, body } = await lab.ask<SubmitReply>(token, '/jobs', asking);
    expect(body).toMatchObject({ created: true });
    expect(status).toBe(200);
    return body.job;
  }

  test('a job is submitted, done by a node, and its result is what one machine makes', async () => {
    const job = await submit(ann, { seed: 42, title: 'heads or tails', pool: 'done' });
    const { body: queued } = await lab.ask<JobView>(ann, `/jobs/${job}`);
    expect(queued).toMatchObject({
      status: 'queued',
      owner: 'ann',
      title: 'heads or tails',
      seed: 42,
    });
    const notYet = await lab.ask(ann, `/jobs/${job}/result`);
    expect([notYet.status, notYet.body]).toMatchObject([409, { error: { code: 'not_done' } }]);

    const node = await lab.node('operator', { trusted: true });
    // It is in another pool: it gets nothing of it.
    expect((await node.heartbeat()).attempts).toEqual([]);
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });

    const second = await submit(ann, { seed: 42 });
    let view: JobView | undefined;
    const poll = setInterval(() => {
      void lab.ask<JobView>(ann, `/jobs/${second}`).then(({ body }) => (view = body));
    }, 50);
    await node.workUntil(() => view?.status === 'done');
    clearInterval(poll);
    expect(view).toMatchObject({ status: 'done', iterations: 400, failure: null });
    const { body: result } = await lab.ask<JobResult>(ann, `/jobs/${second}/result`);
    const alone = runLocally(coin, { ...SMALL, rounds: 1 }, { seed: 42 });
    expect(result.result).toEqual(alone.result);
    expect(result).toMatchObject({
      iterations: 400,
      missing: [],
      summary: coin.summarize(alone.result, { ...SMALL, rounds: 1 }),
    });
    await lab.ask(operator, `/nodes/${node.id}`, { method: 'DELETE' });
  });

  test('submitting with the same key gives the same job, for the same user only', async () => {
    const body = { simulation: 'coin', input: SMALL, key: 'tuesday' };
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => lab.ask<SubmitReply>(ann, '/jobs', { body })),
    );
    const jobs = new Set(replies.map((reply) => reply.body.job));
    expect(jobs.size).toBe(1);
    expect(replies.filter((reply) => reply.body.created)).toHaveLength(1);
    const other = await lab.ask<SubmitReply>(bob, '/jobs', { body });
    expect(other.body.created).toBe(true);
    expect(jobs.has(other.body.job)).toBe(false);
  });

  test('jobs are listed for their owner, the newest first, in pages', async () => {
    const carl = await lab.token('carl');
    const jobs: string[] = [];
    for (const title of ['one', 'two', 'three']) jobs.unshift(await submit(carl, { title }));
    const list = (query = '', token = carl) => lab.ask<JobList>(token, `/jobs${query}`);
    await waitFor(async () => (await list()).body.jobs.length === 3);
    const { body: first } = await list('?limit=2');
    expect(first.jobs.map(({ job }) => job)).toEqual(jobs.slice(0, 2));
    const { body: second } = await list(`?limit=2&cursor=${first.cursor}`);
    expect(second).toMatchObject({ jobs: [{ job: jobs[2], title: 'one' }], cursor: null });
    await lab.ask(carl, `/jobs/${jobs[0]}/cancel`, { body: {} });
    await waitFor(async () => (await list('?status=cancelled')).body.jobs.length === 1);
    expect((await list('?owner=carl', bob)).status).toBe(403);
    expect((await list('?owner=carl', operator)).body.jobs).toHaveLength(3);
    expect((await list('?limit=0')).body).toMatchObject({ error: { code: 'bad_request' } });
  });

  test('a job is cancelled and retried by its owner and by operators, and by nobody else', async () => {
    const job = await submit(ann);
    const change = (token: string, what: string) =>
      lab.ask<JobView & { error: { code: string } }>(token, `/jobs/${job}/${what}`, { body: {} });
    expect((await change(bob, 'cancel')).status).toBe(403);
    expect((await change(ann, 'retry')).body.error.code).toBe('not_over');
    expect((await change(ann, 'cancel')).body.status).toBe('cancelled');
    expect((await change(ann, 'cancel')).body.error.code).toBe('over');
    expect((await change(bob, 'retry')).status).toBe(403);
    expect((await change(operator, 'retry')).body.status).toBe('queued');
    expect((await change(await lab.operatorToken('read'), 'cancel')).status).toBe(403);
    expect((await change(operator, 'cancel')).body.status).toBe('cancelled');
  });

  test('a private job is not there for others; one with a link is for everyone who knows its id', async () => {
    const hidden = await submit(ann, { visibility: 'private' });
    const open = await submit(ann);
    for (const path of ['', '/result', '/events']) {
      expect((await lab.ask(bob, `/jobs/${hidden}${path}`)).body).toMatchObject({
        error: { code: 'unknown_job' },
      });
      expect((await lab.ask('', `/jobs/${hidden}${path}`)).status).toBe(404);
    }
    expect((await lab.ask(bob, `/jobs/${hidden}/cancel`, { body: {} })).status).toBe(404);
    expect((await lab.ask(ann, `/jobs/${hidden}`)).status).toBe(200);
    expect((await lab.ask(operator, `/jobs/${hidden}`)).status).toBe(200);
    expect((await lab.ask('', `/jobs/${open}`)).status).toBe(200);
    for (const job of [hidden, open]) await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
  });

  test('a job is watched as server-sent events, from how it is now to its end', async () => {
    const job = await submit(ann, { visibility: 'private' });
    const response = await fetch(`${lab.otherUrl}${FLEET_PATH}/jobs/${job}/events`, {
      headers: { authorization: `Bearer ${ann}` },
      signal: AbortSignal.timeout(15_000),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    // The end comes when somebody cancels it.
    setTimeout(() => void lab.ask(ann, `/jobs/${job}/cancel`, { body: {} }), 200);
    const text = await response.text();
    const views = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, json = '']) => JSON.parse(json) as JobView,
    );
    expect(views[0]).toMatchObject({ type: 'job', job, status: 'queued' });
    expect(views.at(-1)).toMatchObject({ status: 'cancelled' });
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    // Who comes when it is over gets the end at once.
    const late = await fetch(`${lab.url}${FLEET_PATH}/jobs/${job}/events`, {
      headers: { authorization: `Bearer ${ann}` },
      signal: AbortSignal.timeout(15_000),
    });
    expect(await late.text()).toMatch(/"status":"cancelled"/);
  });

  test.each([
    ['no simulation', { input: 1 }, 'simulation: '],
    [
      'one that there is not',
      { simulation: 'dice', input: 1 },
      'simulation: there is no "dice"; there are coin',
    ],
    ['no input', { simulation: 'coin' }, 'input: expected a value'],
    [
      'an input that does not fit',
      { simulation: 'coin', input: { blocks: 'x', throws: 1 } },
      'input.blocks: ',
    ],
    [
      'an input that the plan refuses',
      { simulation: 'coin', input: { blocks: 1, throws: 13 } },
      '13 brings bad luck',
    ],
    [
      'an input that is too long',
      { simulation: 'coin', input: { ...SMALL, pad: 'x'.repeat(50_000) } },
      'input: has more than 4096 bytes',
    ],
    ['a seed of the wrong kind', { simulation: 'coin', input: SMALL, seed: -1 }, 'seed: '],
    [
      'a priority for operators',
      { simulation: 'coin', input: SMALL, priority: 1 },
      'priority: above 0 needs',
    ],
    [
      'an error that is too large',
      { simulation: 'coin', input: SMALL, targetError: 2 },
      'targetError: ',
    ],
    [
      'a pool that is none',
      { simulation: 'coin', input: SMALL, pool: '../x' },
      'pool: is not a pool',
    ],
    [
      'a field that there is not',
      { simulation: 'coin', input: SMALL, colour: 'red' },
      'Unrecognized key: "colour"',
    ],
    ['a list', [], 'the body: '],
  ])('with %s a job is refused, and the field is named', async (_what, body, problem) => {
    const answer = await lab.ask<{ error: { code: string; message: string } }>(ann, '/jobs', {
      body,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.error.message).toContain(problem);
  });

  test('garbage, and what is too large, is refused', async () => {
    const post = (text: string) => lab.ask<{ error: { code: string } }>(ann, '/jobs', { text });
    expect((await post('{"simulation":')).body.error.code).toBe('bad_request');
    expect((await post('\u0000')).status).toBe(400);
    expect((await post('')).status).toBe(400);
    expect((await post('x'.repeat(17_000_000))).body.error.code).toBe('too_large');
    expect((await lab.ask(ann, '/jobs/%00%01')).status).toBe(404);
    expect((await lab.ask(ann, `/jobs/${'a'.repeat(200)}`)).status).toBe(404);
    expect((await lab.ask(ann, '/jobs', { method: 'PUT' })).status).toBe(405);
    expect((await lab.ask(ann, '/nothing')).status).toBe(404);
  });

  test('who has as many jobs as they may is told so, but not of the jobs that there are', async () => {
    const dora = await lab.token('dora');
    const body = { simulation: 'coin', input: SMALL };
    for (let i = 0; i < 30; i++) await submit(dora, { key: `k${i}` });
    await waitFor(async () => (await lab.ask(dora, '/jobs', { body })).status === 429);
    const refused = await lab.ask<{ error: { code: string; message: string } }>(dora, '/jobs', {
      body,
    });
    expect(refused.body.error).toMatchObject({ code: 'too_many_jobs' });
    const known = await lab.ask<SubmitReply>(dora, '/jobs', { body: { ...body, key: 'k3' } });
    expect(known.body).toMatchObject({ created: false });
  }, 40_000);
});

describe('who asks for jobs', () => {
  test('shows a token that is good', async () => {
    await using lab = await startFleetLab();
    const code = async (token: string): Promise<string> =>
      (await lab.ask<{ error: { code: string } }>(token, '/jobs')).body.error.code;
    expect(await code('')).toBe('unauthorized');
    expect(await code('garbage')).toBe('unauthorized');
    const [head, , tail] = (await lab.token('ann')).split('.');
    const forged = Buffer.from('{"sub":"bob"}').toString('base64url');
    expect(await code(`${head}.${forged}.${tail}`)).toBe('unauthorized');
    const { createTokenSigner } = await import('../auth/token-signer.ts');
    const secret = 'a-secret-of-connection-tokens-for-tests';
    const signer = createTokenSigner(secret, {});
    const old = await signer.sign({ user: 'ann', ttlMs: 1_000 }, Date.now() - 60_000);
    expect(await code(old)).toBe('token_expired');
    // Nobody, a node, and one that calls itself operator.
    for (const user of ['', 'node:n-aaaaaaaaaaaaaaaaaaaaaaaaaa', 'operator']) {
      expect(await code(await signer.sign({ user }, Date.now()))).toBe('unauthorized');
    }
  });

  test('is shut out at once when the user is blocked, or the token revoked', async () => {
    await using lab = await startFleetLab('embedded', {
      http_api: { key: 'an-api-key-for-tests' },
    });
    const api = async (method: string, body: object): Promise<void> => {
      const response = await fetch(`${lab.url}/api/${method}`, {
        method: 'POST',
        headers: { 'x-api-key': 'an-api-key-for-tests' },
        body: JSON.stringify(body),
      });
      expect(await response.json()).toHaveProperty('result');
    };
    const ann = await lab.token('ann');
    const bob = await lab.token('bob');
    expect((await lab.ask(ann, '/jobs')).status).toBe(200);
    await api('block_user', { user: 'ann' });
    await waitFor(async () => (await lab.ask(ann, '/jobs')).status === 403);
    expect((await lab.ask(ann, '/jobs')).body).toMatchObject({ error: { code: 'blocked' } });
    expect((await lab.ask(bob, '/jobs')).status).toBe(200);
    await api('unblock_user', { user: 'ann' });
    await waitFor(async () => (await lab.ask(ann, '/jobs')).status === 200);
    await sleep(1_100);
    await api('invalidate_user_tokens', { user: 'bob' });
    await waitFor(async () => (await lab.ask(bob, '/jobs')).status === 403);
  });

  test('may submit so many a minute, over all Sentinels', async () => {
    await using lab = await startFleetLab('redis', {
      fleet: { limits: { submits_per_minute: 6 } },
    });
    const ann = await lab.token('ann');
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const url = i % 2 === 0 ? lab.url : lab.otherUrl;
      const response = await fetch(`${url}${FLEET_PATH}/jobs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ann}` },
        body: JSON.stringify({ simulation: 'coin', input: SMALL }),
      });
      statuses.push(response.status);
      if (response.status === 429)
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    const bob = await lab.token('bob');
    const body = { simulation: 'coin', input: SMALL };
    expect((await lab.ask(bob, '/jobs', { body })).status).toBe(200);
  });

  test('reads pages of other origins only where they are allowed', async () => {
    await using lab = await startFleetLab('embedded', {
      client: {
        token: { hmac_secret_key: 'a-secret-of-connection-tokens-for-tests' },
        allowed_origins: ['https://pages.example'],
      },
    });
    const preflight = (origin: string) =>
      fetch(`${lab.url}${FLEET_PATH}/jobs/x`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-headers': 'authorization,belfry-node' },
      });
    const allowed = await preflight('https://pages.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://pages.example');
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization,belfry-node');
    const refused = await preflight('https://evil.example');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });
});
