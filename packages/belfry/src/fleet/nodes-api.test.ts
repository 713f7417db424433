import type {
  ClaimTokenReply,
  HoldsReply,
  JobView,
  NodeList,
  NodeView,
  PoolView,
  RegisterReply,
  SettleReply,
  SimulationList,
  SubmitReply,
  TokenReply,
} from '@belfry/protocol';
import { FLEET_PATH, simulationPath } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  askAt,
  type FleetLab,
  type LabNode,
  startFleetLab,
  strangerAt,
} from '../testing/fleet-lab.ts';

interface Refused {
  readonly error: { readonly code: string; readonly message: string };
}

const CAPABILITIES = { slots: 2, runtime: 'test', platform: 'lab', version: '1' };

describe.each(['embedded', 'redis'] as const)('nodes on %s', (stores) => {
  let lab: FleetLab;
  let ann: string;
  let bob: string;
  let operator: string;
  beforeAll(async () => {
    const limits = { registrations_per_minute: 20, codes_per_minute: 5 };
    lab = await startFleetLab(stores, { fleet: { limits, max_attempts: 2 } });
    [ann, bob, operator] = await Promise.all([
      lab.token('ann'),
      lab.token('bob'),
      lab.operatorToken(),
    ]);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  function register(node: LabNode, more: object = {}) {
    return node.call<RegisterReply & { error?: Refused['error'] }>('register', {
      publicKey: node.publicKey,
      name: 'a node',
      capabilities: CAPABILITIES,
      ...more,
    });
  }

  async function claimOf(token: string, body: object = {}): Promise<string> {
    return (await lab.ask<ClaimTokenReply>(token, '/claims', { body })).body.claim;
  }

  test('one without a claim shows a code; who types it owns the node', async () => {
    const node = strangerAt(lab.url);
    const first = await register(node);
    expect(first.body).toMatchObject({ node: node.id, status: 'unclaimed' });
    const { code = '', codeExpiresAt = 0 } = first.body;
    expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    expect(codeExpiresAt).toBeGreaterThan(Date.now());
    // Again: the same code. Everything else has to wait.
    expect((await register(node)).body.code).toBe(code);
    for (const call of ['holds', 'token', 'heartbeat']) {
      const body = call === 'heartbeat' ? { slots: 1, draining: false, progress: [] } : {};
      expect((await node.call<Refused>(call, body)).body.error.code).toBe('unclaimed');
    }
    const type = (token: string, body: object) =>
      lab.ask<NodeView & Refused>(token, '/nodes/claim', { body });
    const typed = code.toLowerCase().replace('-', ' ');
    const claimed = await type(ann, { code: typed, access: { type: 'users', users: ['bob'] } });
    expect(claimed.body).toMatchObject({
      node: node.id,
      owner: 'ann',
      mine: true,
      pool: 'default',
      trust: 0,
      access: { type: 'users', users: ['bob'] },
    });
    expect((await type(bob, { code })).status).toBe(409);
    expect((await register(node)).body).toMatchObject({ status: 'claimed', pool: 'default' });
    expect((await node.call<HoldsReply>('holds')).body).toMatchObject({
      state: 'ready',
      attempts: [],
    });
  });

  test('a wrong code is refused, and so are too many of them', async () => {
    const eve = await lab.token('eve');
    const tryCode = async (code: string) =>
      (await lab.ask<Refused>(eve, '/nodes/claim', { body: { code } })).body.error.code;
    expect(await tryCode('AAAA-AAAA')).toBe('wrong_code');
    expect(await tryCode('nonsense!')).toBe('wrong_code');
    for (let i = 0; i < 3; i++) await tryCode('AAAA-AAAA');
    expect(await tryCode('AAAA-AAAA')).toBe('too_many_requests');
    // Others may go on.
    const body = { code: 'AAAA-AAAA' };
    expect((await lab.ask<Refused>(bob, '/nodes/claim', { body })).body.error.code).toBe(
      'wrong_code',
    );
  });

  test('a claim token makes a node its owner’s; only operators make trusted ones', async () => {
    const node = strangerAt(lab.url);
    const claim = await claimOf(ann, { pool: 'lab', access: { type: 'everyone' } });
    expect((await register(node, { claim })).body).toMatchObject({
      status: 'claimed',
      pool: 'lab',
    });
    const { body } = await lab.ask<NodeView>(bob, `/nodes/${node.id}`);
    expect(body).toMatchObject({ owner: 'ann', mine: false, access: { type: 'everyone' } });
    const trusted = await lab.ask<Refused>(ann, '/claims', { body: { trusted: true } });
    expect([trusted.status, trusted.body.error.message]).toEqual([
      403,
      'trusted: needs the token of an operator.',
    ]);
    const theirs = strangerAt(lab.url);
    await register(theirs, { claim: await claimOf(operator, { trusted: true }) });
    expect((await lab.ask<NodeView>(operator, `/nodes/${theirs.id}`)).body.trust).toBe(1);
  });

  test('a claim that is forged, of something else, or has run out is refused', async () => {
    const node = strangerAt(lab.url);
    const good = await claimOf(ann, { ttlMs: 1_000 });
    const [head, payload = '', tail] = good.split('.');
    const other = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...other, owner: 'bob' })).toString('base64url');
    for (const claim of ['garbage', ann, operator, `${head}.${forged}.${tail}`]) {
      expect((await register(node, { claim })).body.error?.code).toBe('bad_claim');
    }
    await waitFor(async () => {
      const { body } = await register(strangerAt(lab.url), { claim: good });
      return body.error?.code === 'bad_claim';
    });
    // Neither is a claim a token.
    expect((await lab.ask(await claimOf(ann), '/jobs')).status).toBe(401);
  });

  test('a registration that is not as it must be is refused, and the field is named', async () => {
    const node = strangerAt(lab.url);
    const claim = await claimOf(ann);
    const problem = async (more: object) =>
      (await register(node, { claim, ...more })).body.error?.message;
    expect(await problem({ publicKey: 'abc' })).toContain('publicKey: is not the 32 bytes');
    expect(await problem({ name: '' })).toContain('name: ');
    expect(await problem({ capabilities: { ...CAPABILITIES, slots: 0 } })).toContain(
      'capabilities.slots: ',
    );
    const other = strangerAt(lab.url);
    expect(await problem({ publicKey: other.publicKey })).toContain(
      'is not the id that publicKey has',
    );
  });

  test('what a node signed is taken once, whichever Sentinel it comes to, and by nobody but it', async () => {
    const node = await lab.node('ann');
    const path = `${FLEET_PATH}/node/holds`;
    const sign = (host: string) => node.sign({ method: 'POST', host, path, body: '{}' });
    const { host } = new URL(lab.url);
    const headers = sign(host);
    const send = (url: string, given: Record<string, string>, text = '{}') =>
      askAt<HoldsReply & Refused>(url, path, { text, headers: given });
    expect((await send(lab.url, headers)).status).toBe(200);
    expect((await send(lab.url, headers)).body.error.code).toBe('nonce_used');
    // Recorded there, sent here: another host, unless somebody says it is the same.
    const elsewhere = await send(lab.otherUrl, { ...headers, host });
    expect(elsewhere.body.error.code).toMatch(
      lab.otherUrl === lab.url ? 'nonce_used' : /bad_signature|nonce_used/,
    );
    expect((await send(lab.url, sign(host), '{"a":1}')).body.error.code).toBe('bad_signature');
    const late = node.sign({
      method: 'POST',
      host,
      path,
      body: '{}',
      timestamp: Date.now() - 600_000,
    });
    const off = await send(lab.url, late);
    expect([off.status, off.body.error.code]).toEqual([401, 'clock_off']);
    expect(Math.abs(Date.parse(off.headers.get('date') ?? '') - Date.now())).toBeLessThan(5_000);
    const stranger = strangerAt(lab.url);
    expect((await stranger.call<Refused>('holds')).body.error.code).toBe('unknown_node');
    const metrics = await (await fetch(`${lab.url}/metrics`)).text();
    expect(metrics).toMatch(/belfry_fleet_signature_failures_total\{code="nonce_used"\} [1-9]/);
  });

  test('a connection token of a node is for its own channel', async () => {
    const node = await lab.node('ann');
    const { body } = await node.call<TokenReply>('token');
    const claims = JSON.parse(
      Buffer.from(body.token.split('.')[1] ?? '', 'base64url').toString(),
    ) as {
      sub: string;
      channels: string[];
    };
    expect(claims).toMatchObject({
      sub: `node:${node.id}`,
      channels: [`node:${node.id}`, 'broadcast'],
    });
    expect(body.expiresAt).toBeGreaterThan(Date.now());
    // It is no token of a person.
    expect((await lab.ask(body.token, '/jobs')).status).toBe(401);
  });

  test('nodes are seen by who may use them, changed and removed by who owns them', async () => {
    const node = await lab.node('ann');
    const only = strangerAt(lab.url);
    await register(only, { claim: await claimOf(ann) });
    const seenBy = async (token: string): Promise<string[]> => {
      const { body } = await lab.ask<NodeList>(token, '/nodes');
      return body.nodes.map((each) => each.node);
    };
    await waitFor(async () => (await seenBy(ann)).includes(only.id));
    expect(await seenBy(bob)).toContain(node.id);
    expect(await seenBy(bob)).not.toContain(only.id);
    expect(await seenBy(operator)).toEqual(expect.arrayContaining([node.id, only.id]));
    expect((await lab.ask(bob, `/nodes/${only.id}`)).status).toBe(403);
    const { body: page } = await lab.ask<NodeList>(operator, '/nodes?limit=1');
    expect(page.nodes).toHaveLength(1);
    const { body: next } = await lab.ask<NodeList>(
      operator,
      `/nodes?limit=1&cursor=${page.cursor}`,
    );
    expect(next.nodes[0]?.node).not.toBe(page.nodes[0]?.node);
    expect((await lab.ask<NodeList>(ann, '/nodes?pool=empty')).body).toEqual({
      nodes: [],
      cursor: null,
    });

    const change = (token: string, body: object) =>
      lab.ask<NodeView & Refused>(token, `/nodes/${node.id}`, { method: 'PATCH', body });
    expect((await change(bob, { name: 'mine' })).status).toBe(403);
    expect((await change(ann, { name: '' })).body.error.message).toContain('name: ');
    const changed = await change(ann, { name: 'big', access: { type: 'owner' }, draining: true });
    expect(changed.body).toMatchObject({
      name: 'big',
      access: { type: 'owner' },
      status: 'draining',
    });
    expect((await node.heartbeat()).state).toBe('draining');
    expect((await change(ann, { draining: false })).body.status).toBe('online');

    const remove = (token: string) => lab.ask(token, `/nodes/${node.id}`, { method: 'DELETE' });
    expect((await remove(bob)).status).toBe(403);
    expect((await remove(ann)).status).toBe(200);
    const gone = await node.call<Refused>('holds');
    expect([gone.status, gone.body.error.code]).toEqual([410, 'removed']);
    await waitFor(async () => !(await seenBy(ann)).includes(node.id));
  });

  test('a node that was removed does not come back with the claim that it had, but with a new one', async () => {
    const node = strangerAt(lab.url);
    const claim = await claimOf(ann);
    await register(node, { claim });
    await lab.ask(ann, `/nodes/${node.id}`, { method: 'DELETE' });
    const heartbeat = { slots: 1, draining: false, progress: [] };
    for (const [call, body] of [
      ['holds', {}],
      ['heartbeat', heartbeat],
      ['token', {}],
    ] as const) {
      expect((await node.call<Refused>(call, body)).body.error.code).toBe('removed');
    }
    const again = await register(node, { claim });
    expect([again.status, again.body.error?.code]).toEqual([410, 'removed']);
    expect((await lab.ask<Refused>(ann, `/nodes/${node.id}`)).body.error.code).toBe('removed');
    expect((await register(node, { claim: await claimOf(bob) })).body.status).toBe('claimed');
    expect((await lab.ask<NodeView>(bob, `/nodes/${node.id}`)).body.owner).toBe('bob');
  });

  test('a pool tells what it has, and of the jobs of others only how much they take', async () => {
    const submit = async (token: string, title: string): Promise<string> => {
      const body = { simulation: 'coin', input: { blocks: 4, throws: 10 }, title, pool: 'shared' };
      return (await lab.ask<SubmitReply>(token, '/jobs', { body })).body.job;
    };
    const [hers, his] = [await submit(ann, 'hers'), await submit(bob, 'his')];
    const pool = async (token: string): Promise<PoolView['jobs']> =>
      (await lab.ask<PoolView>(token, '/pools/shared')).body.jobs;
    await waitFor(async () => (await pool(operator)).length === 2);
    const seen = await pool(ann);
    const rows = seen.map(({ job, title, owner }) => `${job} ${title} ${owner}`);
    expect(rows.toSorted()).toEqual(['  ', `${hers} hers ann`]);
    expect((await pool(operator)).map(({ job }) => job).toSorted()).toEqual([hers, his].toSorted());
    expect((await lab.ask(ann, '/pools/nowhere')).status).toBe(404);
    expect((await lab.ask(ann, '/pools/..%2F')).status).toBe(404);
    for (const job of [hers, his]) await lab.ask(operator, `/jobs/${job}/cancel`, { body: {} });
  });

  test('a node acknowledges, completes and fails what it has; what is not its own comes to nothing', async () => {
    const node = await lab.node('ops', { trusted: true, pool: 'bench' });
    const [input, pool] = [{ blocks: 4, throws: 50 }, 'bench'];
    const submitted = await lab.ask<SubmitReply>(ann, '/jobs', {
      body: { simulation: 'coin', input, pool },
    });
    const { job } = submitted.body;
    const [attempt] = await node.work();
    if (attempt === undefined) throw new Error('no attempt');
    expect(attempt).toMatchObject({ job, simulation: 'coin', blockIterations: 50, round: 0 });
    const ids = { attempt: attempt.attempt, job };
    expect((await node.call('ack', { attempts: [ids] })).body).toEqual({});
    const inputPath = `${FLEET_PATH}/node/input?job=${job}&round=0`;
    expect((await node.get(inputPath)).body).toEqual({
      input: { ...input, rounds: 1 },
      roundInput: null,
    });
    const other = await lab.node('bob');
    expect((await other.get<Refused>(inputPath)).body.error.code).toBe('unknown_job');
    expect(
      (await node.get<Refused>(`${FLEET_PATH}/node/input?job=${job}&round=7`)).body.error.code,
    ).toBe('unknown_job');
    expect(
      (await node.get<Refused>(`${FLEET_PATH}/node/input?job=${job}`)).body.error.message,
    ).toContain('round: ');

    // Somebody else's result of the same attempt is received and comes to nothing.
    const wrong = { ...ids, result: { heads: 9, throws: 50 }, ms: 1 };
    const stolen = await other.call<SettleReply>('complete', { results: [wrong] });
    expect(stolen.status).toBe(200);
    const result = await node.resultOf(attempt);
    const settled = await node.call<SettleReply>('complete', {
      results: [
        { ...ids, result, ms: 5 },
        { attempt: 'nobody-has-it', job: 'j-there-is-none', result: 1, ms: 5 },
      ],
    });
    expect(settled.body.outcomes).toEqual([
      { attempt: attempt.attempt, outcome: 'received' },
      { attempt: 'nobody-has-it', outcome: 'unknown' },
    ]);
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });

    const broken = { ...input, broken: 0 };
    const { body: bad } = await lab.ask<SubmitReply>(ann, '/jobs', {
      body: { simulation: 'coin', input: broken, pool },
    });
    await waitFor(
      async () => {
        const attempts = (await node.heartbeat()).attempts.filter((each) => each.job === bad.job);
        const failures = attempts.map((each) => ({
          attempt: each.attempt,
          job: each.job,
          reason: 'error',
          message: `the coin is lost ${'x'.repeat(5_000)}`,
        }));
        await node.call('fail', { failures });
        const { body } = await lab.ask<JobView>(ann, `/jobs/${bad.job}`);
        return body.status === 'failed' && body.failure?.includes('the coin is lost') === true;
      },
      { timeoutMs: 15_000 },
    );
    expect((await node.call('leave', { reason: 'enough' })).body).toEqual({});
    await waitFor(async () => {
      const { body } = await lab.ask<NodeView>(operator, `/nodes/${node.id}`);
      return body.status === 'offline';
    });
  });

  test.each([
    ['heartbeat', { slots: -1, draining: false, progress: [] }, 'slots: '],
    [
      'heartbeat',
      { slots: 1, draining: false, progress: [{ attempt: 'a b', job: 'j', blocks: 1 }] },
      'progress.0.attempt: ',
    ],
    ['ack', { attempts: 'x' }, 'attempts: '],
    ['complete', { results: [{ attempt: 'a', job: 'j', ms: 1 }] }, 'results.0.result: '],
    ['complete', { results: [{ attempt: 'a', job: 'j', ms: -1, result: 1 }] }, 'results.0.ms: '],
    [
      'complete',
      {
        results: [
          {
            attempt: 'a',
            job: 'j',
            ms: 1,
            result: JSON.parse('['.repeat(300) + ']'.repeat(300)) as unknown,
          },
        ],
      },
      'the result of a: it is nested more than 200 deep',
    ],
    [
      'complete',
      {
        results: Array.from({ length: 1_001 }, (_, i) => ({
          attempt: `a${i}`,
          job: 'j',
          ms: 1,
          result: 1,
        })),
      },
      'results: ',
    ],
    [
      'fail',
      { failures: [{ attempt: 'a', job: 'j', reason: 'tired', message: '' }] },
      'failures.0.reason: ',
    ],
  ])(
    '%s that is not as it must be (%#) is refused, and the field is named',
    async (call, body, field) => {
      const node = await lab.node('ann');
      const answer = await node.call<Refused>(call, body);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_request']);
      expect(answer.body.error.message).toContain(field);
    },
  );

  test('bodies that are too large are refused before they are read', async () => {
    const node = await lab.node('ann');
    const big = { results: [{ attempt: 'a', job: 'j', ms: 1, result: 'x'.repeat(9_000_000) }] };
    expect((await node.call<Refused>('complete', big)).body.error.code).toBe('too_large');
    const pad = { slots: 1, draining: false, progress: [], pad: 'x'.repeat(3_000_000) };
    expect((await node.call<Refused>('heartbeat', pad)).body.error.code).toBe('too_large');
  });

  test('so many nodes without a claim register from one address a minute', async () => {
    const codes: string[] = [];
    for (let i = 0; i < 25; i++) {
      const { body } = await register(strangerAt(lab.url));
      codes.push(body.error?.code ?? body.status);
    }
    expect(codes.at(-1)).toBe('too_many_requests');
    // Who has a claim is not kept waiting.
    expect((await register(strangerAt(lab.url), { claim: await claimOf(ann) })).status).toBe(200);
  });

  test('the code of a simulation is there under its version, for good and for everyone', async () => {
    const { body } = await lab.ask<SimulationList>('', '/simulations');
    const [coin] = body.simulations;
    expect(coin?.name).toBe('coin');
    const path = simulationPath('coin', coin?.version ?? '');
    const response = await fetch(`${lab.otherUrl}${path}`);
    expect(response.headers.get('content-type')).toContain('text/javascript');
    expect(response.headers.get('cache-control')).toContain('immutable');
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256')
      .update(await response.text())
      .digest('hex');
    expect(coin?.version).toBe(`sha256-${hash}`);
    const missing = await fetch(`${lab.url}${simulationPath('coin', `sha256-${'0'.repeat(64)}`)}`);
    expect(await missing.json()).toMatchObject({ error: { code: 'unknown_simulation' } });
  });

  test('the figures of the pools are in the metrics', async () => {
    const pool = 'counted';
    const node = await lab.node('ops', { trusted: true, pool, slots: 3 });
    const input = { blocks: 4, throws: 10 };
    const body = { simulation: 'coin', input, pool };
    const { job } = (await lab.ask<SubmitReply>(ann, '/jobs', { body })).body;
    const attempts = (await node.work()).map(({ attempt }) => ({ attempt, job }));
    await node.call('ack', { attempts });
    // Each server counts what it did itself, and knows of all pools.
    const metrics = async (): Promise<string[]> =>
      Promise.all(
        [...new Set([lab.url, lab.otherUrl])].map(async (url) =>
          (await fetch(`${url}/metrics`)).text(),
        ),
      );
    const valueIn = (text: string, name: string): number =>
      Number(new RegExp(`^belfry_fleet_${name} (\\d+)$`, 'm').exec(text)?.[1]);
    await waitFor(
      async () => {
        const texts = await metrics();
        await node.heartbeat();
        return (
          texts.some((text) => valueIn(text, 'assigned_total') >= 1) &&
          texts.every(
            (text) =>
              valueIn(text, 'jobs') >= 1 &&
              valueIn(text, 'slots_busy') >= 1 &&
              valueIn(text, 'nodes_online') >= 1,
          )
        );
      },
      { timeoutMs: 20_000, everyMs: 500 },
    );
    await node.call('leave');
    await waitFor(
      async () =>
        (await metrics()).some((text) =>
          /^belfry_fleet_lost_total\{reason="left"\} [1-9]/m.test(text),
        ),
      { timeoutMs: 10_000, everyMs: 200 },
    );
    await lab.ask(ann, `/jobs/${job}/cancel`, { body: {} });
  }, 30_000);

  test('the description of the API is there', async () => {
    const { body } = await lab.ask<{ openapi: string; paths: object }>('', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/jobs/{job}/events');
  });
});
