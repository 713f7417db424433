import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../store-error.ts';
import type { Store } from '../store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import type { EmbeddedStoreOptions } from './open-embedded-store.ts';

interface Directory extends AsyncDisposable {
  readonly path: string;
}

async function temporaryDirectory(): Promise<Directory> {
  const path = await mkdtemp(join(tmpdir(), 'belfry-embedded-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

interface Opened extends AsyncDisposable {
  readonly store: Store;
  /** Ends the store's thread as a fault would. */
  readonly kill: () => Promise<unknown>;
}

async function open(options: Partial<EmbeddedStoreOptions> = {}): Promise<Opened> {
  let thread: Worker | undefined;
  const remember = (worker: Worker): void => {
    thread = worker;
  };
  process.once('worker', remember);
  const store = await openEmbeddedStore({ dataDir: ':memory:', ...options });
  process.off('worker', remember);
  return {
    store,
    kill: async () => thread?.terminate(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function refusal(promise: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw new Error(`expected a StoreError, got ${String(error)}`);
}

const to = 'match/1';

describe('the data directory', () => {
  test('belongs to one store at a time, and the refusal names the process that has it', async () => {
    await using dir = await temporaryDirectory();
    await using first = await open({ dataDir: dir.path });
    const error = await refusal(openEmbeddedStore({ dataDir: dir.path }));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(`process ${process.pid}`);
    expect(error.message).toContain(dir.path);
    // The refused one must not have broken the lock of the first.
    expect((await refusal(openEmbeddedStore({ dataDir: dir.path }))).code).toBe('locked');
    expect(await first.store.actors.send({ to, body: '1' })).toBe('accepted');
  });

  test('is free again once the store is closed, and has everything', async () => {
    await using dir = await temporaryDirectory();
    for (const expected of [1, 2, 3]) {
      await using opened = await open({ dataDir: dir.path });
      await opened.store.actors.send({ to, body: 'm' });
      expect((await opened.store.actors.peek(to))?.inboxLength).toBe(expected);
    }
  });

  test('can be read by its owner only', async () => {
    await using dir = await temporaryDirectory();
    const dataDir = join(dir.path, 'deep', 'data');
    await using opened = await open({ dataDir });
    await opened.store.actors.send({ to, body: '1' });
    const mode = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;
    expect(await mode(dataDir)).toBe(0o700);
    for (const file of ['belfry.db', 'belfry.db-wal', 'belfry.pid']) {
      expect([file, await mode(join(dataDir, file))]).toEqual([file, 0o600]);
    }
  });

  test('leaves the mode of a directory that was there before', async () => {
    await using dir = await temporaryDirectory();
    await chmod(dir.path, 0o755);
    await using opened = await open({ dataDir: dir.path });
    await opened.store.actors.send({ to, body: '1' });
    expect((await stat(dir.path)).mode & 0o777).toBe(0o755);
  });

  test('made with other partitions is refused with both numbers and the fix', async () => {
    await using dir = await temporaryDirectory();
    await (await openEmbeddedStore({ dataDir: dir.path, partitions: 8 })).close();
    const error = await refusal(openEmbeddedStore({ dataDir: dir.path, partitions: 16 }));
    expect(error.code).toBe('incompatible');
    expect(error.message).toMatch(/8 partitions.*16.*set partitions to 8/);
    await (await openEmbeddedStore({ dataDir: dir.path, partitions: 8 })).close();
  });

  test('with something else in the file is refused and left alone', async () => {
    await using dir = await temporaryDirectory();
    await writeFile(join(dir.path, 'belfry.db'), 'these are my notes, not a database'.repeat(100));
    const error = await refusal(openEmbeddedStore({ dataDir: dir.path }));
    expect(error.code).toBe('incompatible');
    expect((await stat(join(dir.path, 'belfry.db'))).size).toBe(3400);
  });

  test('that cannot be made is named with the reason', async () => {
    await using dir = await temporaryDirectory();
    const file = join(dir.path, 'file');
    await writeFile(file, '');
    const error = await refusal(openEmbeddedStore({ dataDir: join(file, 'data') }));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('dataDir');
  });

  test.each([
    [{ partitions: 0 }, 'partitions'],
    [{ partitions: 5000 }, 'partitions'],
    [{ dataDir: '' }, 'dataDir'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
    [{ dedupWindowMs: -1 }, 'dedupWindowMs'],
    [{ maxQueuedBytes: 10 }, 'maxQueuedBytes'],
  ])('is not opened with %j', async (options, name) => {
    const error = await refusal(openEmbeddedStore({ dataDir: ':memory:', ...options }));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain(name);
  });
});

describe('the queue to the thread', () => {
  test('groups what is asked in one turn of the event loop into one transaction', async () => {
    await using opened = await open();
    const before = opened.store.counters();
    await Promise.all(
      Array.from({ length: 500 }, () => opened.store.actors.send({ to, body: 'm' })),
    );
    const after = opened.store.counters();
    expect((after['ops'] ?? 0) - (before['ops'] ?? 0)).toBe(500);
    expect((after['batches'] ?? 0) - (before['batches'] ?? 0)).toBe(1);
    expect(after['queued_bytes']).toBe(0);
  });

  test('refuses what does not fit its limit, and takes more when it is through', async () => {
    await using opened = await open({ maxQueuedBytes: 2000 });
    const { actors } = opened.store;
    const body = 'x'.repeat(900);
    const sends = Array.from({ length: 5 }, () => actors.send({ to, body }));
    const results = await Promise.allSettled(sends);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(3);
    for (const one of refused) {
      expect(one).toMatchObject({ reason: { code: 'overloaded', temporary: true } });
    }
    expect(await actors.send({ to, body })).toBe('accepted');
    expect((await actors.peek(to))?.inboxLength).toBe(3);
    expect((await refusal(actors.send({ to, body: 'x'.repeat(3000) }))).code).toBe('invalid');
  });

  test('tells callers whose time is up, and what they asked may still be done', async () => {
    await using opened = await open({ timeoutMs: 5 });
    const { actors } = opened.store;
    const count = 30_000;
    const sends = Array.from({ length: count }, () =>
      actors.send({ to, body: 'm', inboxLimit: count }),
    );
    const results = await Promise.allSettled(sends);
    const late = results.filter(({ status }) => status === 'rejected');
    expect(late.length).toBeGreaterThan(0);
    expect(late[0]).toMatchObject({ reason: { code: 'timeout', temporary: true } });
    await expect
      .poll(async () => (await actors.peek(to).catch(() => null))?.inboxLength, { timeout: 15_000 })
      .toBe(count);
  });

  test('rejects bad input with the field and leaves the calls beside it alone', async () => {
    await using opened = await open();
    const { actors } = opened.store;
    const [good, bad, other] = await Promise.allSettled([
      actors.send({ to, body: '1' }),
      actors.send({ to: 'Match' as never, body: '2' }),
      actors.send({ to, body: '3' }),
    ]);
    expect(good).toMatchObject({ value: 'accepted' });
    expect(other).toMatchObject({ value: 'accepted' });
    expect(bad).toMatchObject({ reason: { code: 'invalid' } });
    expect((await actors.peek(to))?.inboxLength).toBe(2);
  });

  test('rejects what is pending and all that comes when the thread ends', async () => {
    await using opened = await open();
    const { actors } = opened.store;
    const pending = refusal(actors.send({ to, body: '1' }));
    await opened.kill();
    expect((await pending).code).toBe('unavailable');
    expect((await refusal(actors.send({ to, body: '2' }))).code).toBe('unavailable');
    const health = await opened.store.health();
    expect(health.ok).toBe(false);
    expect(health.warnings[0]).toContain('thread has ended');
  });
});

describe('closing', () => {
  test('finishes what was asked and refuses what comes later', async () => {
    await using dir = await temporaryDirectory();
    const { store } = await open({ dataDir: dir.path });
    const sends = Array.from({ length: 100 }, () => store.actors.send({ to, body: 'm' }));
    const closed = store.close();
    expect((await refusal(store.actors.send({ to, body: 'm' }))).code).toBe('closed');
    expect(await Promise.all(sends)).toEqual(Array(100).fill('accepted'));
    await Promise.all([closed, store.close()]);
    await using again = await open({ dataDir: dir.path });
    expect((await again.store.actors.peek(to))?.inboxLength).toBe(100);
  });
});

describe('health', () => {
  test('says what runs where', async () => {
    await using dir = await temporaryDirectory();
    await using opened = await open({ dataDir: dir.path });
    const health = await opened.store.health();
    expect(health).toMatchObject({ ok: true });
    expect(health.description).toMatch(/^sqlite 3\.\d+.*belfry\.db$/);
  });
});
