import { BelfryError, connect, type BelfryClient } from '@belfry/client';
import { defineActor } from '@belfry/actors';
import { startRedis } from '@belfry/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { BelfryConfig } from '../config/schema.ts';
import { COUNTER, runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { counter, lobby } from '../testing/counter.ts';
import { startBelfry } from './start-belfry.ts';

const clients: BelfryClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function guest(url: string, name: string): Promise<BelfryClient> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const { token } = (await response.json()) as { token: string };
  const client = connect({ url, token });
  clients.push(client);
  return client;
}

/** Adds to `counter/<id>` as a client; resolves with the new total. */
async function add(client: BelfryClient, id: string, by: number): Promise<number> {
  const data = { actor: `counter/${id}`, data: { add: by } };
  return (await client.rpc<{ total: number }>('ask', data)).total;
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return error instanceof BelfryError
      ? { wireCode: error.wireCode, message: error.message }
      : error;
  }
}

describe('startBelfry in one process', () => {
  async function start(directory: string, config: BelfryConfig = {}) {
    const belfry = await startBelfry({
      actors: [counter, lobby],
      data_dir: directory,
      http_server: { port: 0 },
      guests: { enabled: true },
      log: { level: 'silent' },
      ...config,
    });
    return {
      url: belfry.url ?? '',
      config: belfry.config,
      stop: () => belfry.stop(),
      [Symbol.asyncDispose]: () => belfry.stop(),
    };
  }

  test('a client’s messages reach its actor and the answers come back', async () => {
    using directory = temporaryDirectory();
    await using belfry = await start(directory.path);
    const ann = await guest(belfry.url, 'Ann');
    expect(await add(ann, 'a', 2)).toBe(2);
    expect(await add(ann, 'a', 3)).toBe(5);
    const actor = ann.actor<typeof counter>('counter', 'a');
    const totals: number[] = [];
    actor.onPublication(({ message }) => {
      totals.push(message.total);
    });
    await actor.enter();
    await actor.send({ add: 4 });
    await expect.poll(() => totals.at(-1)).toBe(9);
    const { now } = await ann.rpc<{ now: number }>('time');
    expect(Math.abs(now - Date.now())).toBeLessThan(5_000);
    expect(Number.isInteger(now)).toBe(true);
  });

  test('a handler sees the info of its sender’s token, with a message and with an ask', async () => {
    using directory = temporaryDirectory();
    const greeter = defineActor('greeter', {
      control: z.null(),
      server: z.strictObject({ by: z.unknown() }),
      initial: () => ({}),
      onMessage(ctx, _message, { info }) {
        ctx.publish({ by: info });
        ctx.reply({ by: info });
      },
    });
    await using belfry = await start(directory.path, { actors: [greeter] });
    const ann = await guest(belfry.url, 'Ann');
    const actor = ann.actor<typeof greeter>('greeter', 'a');
    await actor.enter();
    await actor.send(null);
    await expect.poll(() => actor.latest?.message).toEqual({ by: { name: 'Ann' } });
    const data = { actor: 'greeter/a', data: null };
    expect(await ann.rpc('ask', data)).toEqual({ by: { name: 'Ann' } });
  });

  test('a client whose token is refused is told so by enter, before and after the connection has ended', async () => {
    using directory = temporaryDirectory();
    await using belfry = await start(directory.path);
    // Long enough that a wait for it would fail the test.
    const client = connect({ url: belfry.url, token: 'a.b.c', timeoutMs: 60_000 });
    clients.push(client);
    const refused = { code: 'unauthorized', message: 'connection: invalid token (3500)' };
    const actor = client.actor<typeof counter>('counter', 'a');
    await expect(actor.enter()).rejects.toMatchObject(refused);
    expect(client.state).toMatchObject({ type: 'closed', error: refused });
    await expect(actor.enter()).rejects.toMatchObject(refused);
    const closed = connect({ url: belfry.url });
    closed.close();
    await expect(closed.actor('counter', 'a').enter()).rejects.toMatchObject({ code: 'closed' });
  });

  test('createRoom makes rooms under ids that can be read out', async () => {
    using directory = temporaryDirectory();
    await using belfry = await start(directory.path, {
      rooms: { rate_limit: { per_minute: 1, burst: 3 } },
    });
    const ann = await guest(belfry.url, 'Ann');
    const room = await ann.rpc<{ id: string; control: string; server: string }>('createRoom', {
      kind: 'lobby',
    });
    expect(room.id).toMatch(/^[2-9A-HJKMNP-Z]{6}$/);
    expect(room).toMatchObject({
      control: `control:lobby/${room.id}`,
      server: `server:lobby/${room.id}`,
    });
    for (const [data, wireCode, message] of [
      [{}, 400, /kind: is missing/],
      [{ kind: 'counter' }, 404, /no rooms of "counter"; there are lobby/],
      [null, 400, /kind: is missing/],
    ] as const) {
      expect(await refusal(ann.rpc('createRoom', data))).toMatchObject({
        wireCode,
        message: expect.stringMatching(message),
      });
    }
    await ann.rpc('createRoom', { kind: 'lobby' });
    await ann.rpc('createRoom', { kind: 'lobby' });
    expect(await refusal(ann.rpc('createRoom', { kind: 'lobby' }))).toMatchObject({
      wireCode: 429,
    });
  });

  test('ask tells a client why there is no answer', async () => {
    using directory = temporaryDirectory();
    await using belfry = await start(directory.path);
    const ann = await guest(belfry.url, 'Ann');
    for (const [data, wireCode] of [
      [{ actor: 'counter' }, 400],
      [{ actor: 'unknown/a', data: 1 }, 404],
      [{ actor: 'lobby/NOSUCH', data: { say: 'x' } }, 404],
      [{ actor: 'counter/a', data: { add: 'one' } }, 400],
      [{ actor: 'counter/a' }, 400],
      [{ actor: 'counter/a', data: { add: 1, fail: true } }, 500],
    ] as const) {
      expect(await refusal(ann.rpc('ask', data))).toMatchObject({ wireCode });
    }
  });

  test('ask reaches no actor whose control channel the client may not be on', async () => {
    using directory = temporaryDirectory();
    const control = { name: 'control', queue: true, allow_publish_for_subscriber: true };
    await using belfry = await start(directory.path, { channel: { namespaces: [control] } });
    const ann = await guest(belfry.url, 'Ann');
    const data = { actor: 'counter/a', data: { add: 1 } };
    expect(await refusal(ann.rpc('ask', data))).toMatchObject({ wireCode: 103 });
  });

  test('a message on which a schema throws is refused at once, and the log says why', async () => {
    using directory = temporaryDirectory();
    const written: string[] = [];
    const log = pino({}, { write: (line: string) => void written.push(line) });
    const validate = (): never => {
      throw new Error('the schema is broken');
    };
    const broken = defineActor('broken', {
      control: { '~standard': { version: 1, vendor: 'own', validate } },
      initial: () => ({}),
    });
    const brokenZod = defineActor('broken-zod', {
      control: z.custom<number>(validate),
      initial: () => ({}),
    });
    const config = {
      actors: [broken, brokenZod],
      data_dir: directory.path,
      http_server: { port: 0 },
    };
    const belfry = await startBelfry({ ...config, guests: { enabled: true } }, { log });
    await using _stopped = { [Symbol.asyncDispose]: () => belfry.stop() };
    const ann = await guest(belfry.url ?? '', 'Ann');
    const actor = ann.actor<number, unknown>('broken', 'a');
    await actor.enter();
    const message = expect.stringContaining('the schema of this kind fails on it');
    expect(await refusal(actor.send(1))).toEqual({ wireCode: 107, message });
    const ask = ann.rpc('ask', { actor: 'broken/a', data: 1 });
    expect(await refusal(ask)).toEqual({ wireCode: 400, message });
    const throws = expect.stringContaining('the schema of this kind throws');
    const askZod = ann.rpc('ask', { actor: 'broken-zod/a', data: 1 });
    expect(await refusal(askZod)).toEqual({ wireCode: 400, message: throws });
    for (const kind of ['broken', 'broken-zod']) {
      await expect
        .poll(() => written)
        .toContainEqual(expect.stringMatching(`"kind":"${kind}".*the schema is broken`));
    }
  });

  test('what it was told survives a restart', async () => {
    using directory = temporaryDirectory();
    {
      await using belfry = await start(directory.path);
      expect(await add(await guest(belfry.url, 'Ann'), 'a', 7)).toBe(7);
    }
    await using belfry = await start(directory.path);
    expect(await add(await guest(belfry.url, 'Bob'), 'a', 1)).toBe(8);
  });

  test('a port in use leaves nothing running', async () => {
    using directory = temporaryDirectory();
    await using first = await start(directory.path);
    using other = temporaryDirectory();
    const port = Number(new URL(first.url).port);
    await expect(start(other.path, { http_server: { port } })).rejects.toThrow(/is in use/);
    // The data directory is free again.
    await using second = await start(other.path);
    expect((await fetch(`${second.url}/health`)).status).toBe(200);
  });
});

describe('separate processes over Redis', () => {
  test('serve clients together, also when one of them is killed', async () => {
    using directory = temporaryDirectory();
    await using redis = await startRedis();
    const cwd = directory.path;
    const common = ['--redis', redis.url, '--actors', COUNTER];
    const role = (roles: string, ...more: string[]) =>
      spawnBelfry(['start', '--role', roles, ...common, ...more], { cwd });
    await using beacon = role('beacon', '--port', '0', '--guests');
    await using firstWorker = role('worker');
    await using secondWorker = role('worker', '--role', 'ticker', '--port', '0');
    const url = await beacon.url();
    await firstWorker.written(/Belfry is running: worker/);
    const workerUrl = await secondWorker.url();
    const health = await (await fetch(`${workerUrl}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', roles: ['worker', 'ticker'] });
    expect((await fetch(`${workerUrl}/auth/guest`, { method: 'POST' })).status).toBe(404);

    const ann = await guest(url, 'Ann');
    for (let i = 1; i <= 10; i++) expect(await add(ann, `a${i}`, i)).toBe(i);
    firstWorker.signal('SIGKILL');
    await firstWorker.ended;
    for (let i = 1; i <= 10; i++) {
      const actor = ann.actor<typeof counter>('counter', `a${i}`);
      await actor.enter();
      await actor.send({ add: 100 });
      await expect.poll(() => actor.latest?.message.total, { timeout: 20_000 }).toBe(100 + i);
    }

    await refusal(ann.rpc('ask', { actor: 'counter/bad', data: { add: 1, fail: true } }));
    const cli = async (...args: string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await runBelfry([...args, '--redis', redis.url, '--json'], {
        cwd,
      });
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout);
    };
    expect(await cli('actors', 'dead-letters', 'counter/bad')).toMatchObject({
      deadLetters: [{ actor: 'counter/bad', error: expect.stringContaining('told to fail') }],
    });
    expect(await cli('actors', 'drop', 'counter/bad')).toEqual({ dropped: 1 });
    expect(await cli('actors', 'show', 'counter/a1')).toMatchObject({ state: { total: 101 } });

    for (const process of [beacon, secondWorker]) process.signal('SIGTERM');
    expect((await beacon.ended).code).toBe(0);
    expect((await secondWorker.ended).code).toBe(0);
  }, 90_000);

  test('an outage of Redis at run time ends nobody', async () => {
    using directory = temporaryDirectory();
    await using redis = await startRedis({ appendonly: true });
    await using server = spawnBelfry(
      ['start', '--redis', redis.url, '--actors', COUNTER, '--port', '0', '--guests'],
      { cwd: directory.path },
    );
    const url = await server.url();
    const ann = await guest(url, 'Ann');
    expect(await add(ann, 'a', 1)).toBe(1);
    await redis.stop();
    await expect
      .poll(async () => (await fetch(`${url}/health`)).status, { timeout: 20_000 })
      .toBe(503);
    await server.written(/the store cannot be reached/);
    await redis.restart();
    await server.written(/the store is back/);
    await expect
      .poll(async () => (await fetch(`${url}/health`)).status, { timeout: 20_000 })
      .toBe(200);
    const bob = await guest(url, 'Bob');
    expect(await add(bob, 'a', 1)).toBe(2);
    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }, 90_000);
});
