import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createAsker } from '../asker/create-asker.ts';
import { defineActor } from '../define-actor.ts';
import { defineConsumer, type ConsumerMessage, type ConsumerSpec } from '../define-consumer.ts';
import { LABS, startRunner, tell } from './runner-lab.ts';

const numbers = z.int();
type Numbers = ConsumerSpec<typeof numbers>;

/** A consumer of numbers that notes what it is given. */
function noting(spec: Partial<Numbers> = {}) {
  const batches: (readonly ConsumerMessage<number>[])[] = [];
  const attempts: number[] = [];
  const definition = defineConsumer('sink', {
    schema: numbers,
    ...spec,
    async handle(batch, ctx) {
      batches.push(batch);
      attempts.push(ctx.attempt);
      return spec.handle?.(batch, ctx);
    },
  });
  return { definition, batches, attempts, handled: () => batches.flat().map(({ data }) => data) };
}

describe.each(LABS)('consumers on the %s store', (_, openLab) => {
  test('get what turns send, in order and once, and keep nothing of it', async () => {
    await using lab = await openLab();
    const { definition, batches, handled } = noting({ batch: 3 });
    const source = defineActor('source', {
      internal: z.int(),
      initial: () => 0,
      onInternal: (ctx, n) => ctx.send(definition.ref('one'), n),
    });
    for (let n = 1; n <= 20; n++) await tell(lab.store, 'source/a', n);
    await using runner = await startRunner(await lab.open(), [definition, source]);
    await waitFor(() => handled().length === 20);
    expect(handled()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(3);
    expect(batches[0]?.[0]?.from).toEqual({ type: 'actor', actor: 'source/a' });
    expect(new Set(batches.flat().map(({ key }) => key)).size).toBe(20);
    await waitFor(async () => (await lab.store.actors.peek('sink/one'))?.lease === null);
    expect(await lab.store.actors.peek('sink/one')).toMatchObject({ inboxLength: 0 });
    expect(runner.snapshot().counters).toMatchObject({ consumer_messages: 20 });
    expect(runner.snapshot().gauges).toMatchObject({ consumer_backlog: 0, held_consumers: 0 });
  });

  test('keep their lease for as long as the handler takes', async () => {
    await using lab = await openLab();
    const { definition, batches } = noting({ handle: () => sleep(1_500) });
    const options = { leaseMs: 400, sweepMs: 200, sweepOverdueMs: 0 };
    await using one = await startRunner(await lab.open(), [definition], { options });
    await using two = await startRunner(await lab.open(), [definition], { options });
    await tell(lab.store, 'sink/one', 1);
    await waitFor(async () => (await lab.store.actors.peek('sink/one'))?.inboxLength === 0);
    expect(batches.length).toBe(1);
    const stale = [one, two].map((each) => each.snapshot().counters.stale_commits);
    expect(stale).toEqual([0, 0]);
  });

  test('try what failed again with its key, alone, and bury what never succeeds; the rest goes on', async () => {
    await using lab = await openLab();
    const { definition, batches, attempts } = noting({
      maxAttempts: 3,
      firstPauseMs: 10,
      handle: async (batch) => {
        if (batch.some(({ data }) => data === 13)) throw new Error('unlucky');
      },
    });
    for (const n of [13, 1, 2]) await tell(lab.store, 'sink/one', n);
    await using runner = await startRunner(await lab.open(), [definition]);
    await waitFor(async () => (await lab.store.actors.peek('sink/one'))?.inboxLength === 0);
    const seen = batches.map((batch) => batch.map(({ data }) => data));
    expect(seen).toEqual([[13, 1, 2], [13], [13], [1, 2]]);
    expect(attempts).toEqual([1, 2, 3, 1]);
    expect(new Set(batches.slice(0, 3).map((batch) => batch[0]?.key)).size).toBe(1);
    expect(await lab.store.actors.deadLetters('sink/one')).toMatchObject([
      { error: 'Error: unlucky', attempts: 3 },
    ]);
    const failed = runner.events.filter(({ type }) => type === 'consumer-failed');
    expect(failed).toMatchObject([
      { attempts: 1, final: false },
      { attempts: 2, final: false },
      { attempts: 3, final: true },
    ]);
  });

  test('may be done with a part, discard single messages, and never see what fits no schema', async () => {
    await using lab = await openLab();
    const { definition, batches } = noting({
      handle: async (batch, ctx) => {
        for (const each of batch) if (each.data === 2) ctx.discard(each, 'not this one');
        return 2;
      },
    });
    for (const n of [1, 'two', 2, 3, 'four', 4]) await tell(lab.store, 'sink/one', n);
    await using runner = await startRunner(await lab.open(), [definition]);
    await waitFor(async () => (await lab.store.actors.peek('sink/one'))?.inboxLength === 0);
    const seen = batches.map((batch) => batch.map(({ data }) => data));
    expect(seen).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
    const dead = await lab.store.actors.deadLetters('sink/one');
    expect(dead.map(({ body }) => (JSON.parse(body) as { data: unknown }).data)).toEqual([
      'two',
      2,
      'four',
    ]);
    expect(dead[1]).toMatchObject({ error: 'not this one' });
    expect(runner.snapshot().counters).toMatchObject({ invalid_messages: 2, dead_letters: 3 });
  });

  test('end a handler that takes too long, and answer whoever asks when it is done', async () => {
    await using lab = await openLab();
    let slow = true;
    const reasons: string[] = [];
    const { definition } = noting({
      timeoutMs: 100,
      firstPauseMs: 10,
      handle: async (_batch, { signal }) => {
        if (!slow) return;
        slow = false;
        signal.addEventListener('abort', () => reasons.push(String(signal.reason)));
        await new Promise(() => undefined);
      },
    });
    const own = await lab.open();
    await using _runner = await startRunner(own, [definition]);
    const asker = createAsker({ store: own, id: 'asker' });
    expect(await asker.ask('sink/one', 5, { timeoutMs: 10_000 })).toBeNull();
    await asker.close();
    expect(reasons).toEqual(['HandlerTimeout: the handler took longer than 100 ms']);
  });

  test('finish what they do before a drain ends, and leave what they have not begun', async () => {
    await using lab = await openLab();
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const { definition, handled } = noting({
      batch: 1,
      concurrency: 1,
      handle: async () => {
        resolve();
        await sleep(300);
      },
    });
    for (const n of [1, 2]) await tell(lab.store, 'sink/one', n);
    await tell(lab.store, 'sink/two', 1);
    await using runner = await startRunner(await lab.open(), [definition]);
    await begun;
    await runner.drain();
    expect(handled().length).toBe(1);
    const views = await Promise.all(
      (['sink/one', 'sink/two'] as const).map((actor) => lab.store.actors.peek(actor)),
    );
    expect(views.map((view) => view?.lease)).toEqual([null, null]);
    expect(views.reduce((sum, view) => sum + (view?.inboxLength ?? 0), 0)).toBe(2);
  });

  test('a handler that is stopped has its batch handled by another runner', async () => {
    await using lab = await openLab();
    const { promise: begun, resolve } = Promise.withResolvers<AbortSignal>();
    const { definition, batches } = noting({
      handle: async (_batch, { signal }) => {
        if (batches.length > 1) return;
        resolve(signal);
        await new Promise(() => undefined);
      },
    });
    const options = { leaseMs: 300 };
    await using one = await startRunner(await lab.open(), [definition], { options });
    await tell(lab.store, 'sink/one', 7);
    const signal = await begun;
    one.stop();
    expect(signal.aborted).toBe(true);
    await using _two = await startRunner(await lab.open(), [definition], { options });
    await waitFor(() => batches.length === 2);
    expect(batches[1]?.[0]?.key).toBe(batches[0]?.[0]?.key);
  });
});

describe('defineConsumer', () => {
  test('names everything that is wrong', () => {
    const wrong = { handle: 5, batch: 0, concurency: 3 } as unknown as Numbers;
    expect(() => defineConsumer('sink', wrong)).toThrow(
      /^consumer sink: schema is undefined; it must be a schema .*; handle is 5; .*; batch is 0; it must be a whole number from 1 to 10000; concurency: unknown key\. Did you mean concurrency\?$/,
    );
    expect(() => defineConsumer('No', { schema: numbers, handle: async () => {} })).toThrow(
      /lower-case/,
    );
  });
});
