import { shareChannels } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { LABS, startRunner, stateOf } from '../runner/runner-lab.ts';
import { createAsker } from './create-asker.ts';

const desk = defineActor('desk', {
  creation: 'explicit',
  internal: z.enum(['double', 'refuse', 'fail', 'ignore']).or(z.number()),
  maxAttempts: 1,
  initial: () => ({ sum: 0 }),
  onInternal(ctx, message, from) {
    if (message === 'refuse') ctx.reject('closed', 'come tomorrow');
    if (message === 'fail') throw new Error('broken');
    if (message === 'double') ctx.reply({ sum: (ctx.state.sum *= 2), from });
    if (typeof message === 'number') ctx.state.sum = message;
  },
});

describe.each(LABS)('on the %s store', (_name, openLab) => {
  test('actors are created and answer, in every partition', async () => {
    await using lab = await openLab();
    await using _runner = await startRunner(await lab.open(), [desk]);
    const asker = createAsker({ store: lab.store, id: 'a1' });
    const ids = Array.from({ length: 40 }, (_, i) => i);
    expect(await Promise.all(ids.map((i) => asker.create(`desk/${i}`, i)))).toEqual(
      ids.map(() => null),
    );
    const answers = await Promise.all(ids.map((i) => asker.ask(`desk/${i}`, 'double')));
    expect(answers).toEqual(ids.map((i) => ({ sum: 2 * i, from: { type: 'system' } })));
    await asker.close();
  });

  test('what is no answer has a code', async () => {
    await using lab = await openLab();
    await using _runner = await startRunner(await lab.open(), [desk]);
    const asker = createAsker({ store: lab.store, id: 'a1' });
    await asker.create('desk/1');
    await expect(asker.create('desk/1')).rejects.toMatchObject({ code: 'exists' });
    await expect(asker.ask('desk/2', 'double')).rejects.toMatchObject({ code: 'no-actor' });
    await expect(asker.ask('desk/3', 'double', { mustExist: true })).rejects.toMatchObject({
      code: 'no-actor',
      message: 'desk/3 does not exist',
    });
    await expect(asker.ask('desk/1', 'refuse')).rejects.toMatchObject({
      name: 'AskError',
      code: 'rejected',
      reason: 'closed',
      message: 'come tomorrow',
    });
    await expect(asker.ask('desk/1', 'fail')).rejects.toMatchObject({ code: 'failed' });
    await expect(asker.ask('desk/1', 'nonsense')).rejects.toMatchObject({ code: 'failed' });
    await expect(asker.ask('desk/1', 'ignore')).rejects.toMatchObject({ code: 'no-reply' });
    const from = { type: 'client', user: 'ann', client: 'c' } as const;
    await expect(asker.ask('desk/1', 'double', { from })).rejects.toMatchObject({ code: 'failed' });
    expect(await stateOf(lab.store, 'desk/1')).toEqual({ sum: 0 });
  });

  test('without a worker a question times out, and closing ends those that wait', async () => {
    await using lab = await openLab();
    const asker = createAsker({ store: lab.store, id: 'a1', maxPending: 2 });
    await expect(asker.ask('desk/1', 'double', { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'desk/1 did not answer within 30 ms',
    });
    const waiting = [asker.ask('desk/1', 'double'), asker.ask('desk/1', 'double')];
    const ends = Promise.allSettled(waiting);
    await expect(asker.ask('desk/1', 'double')).rejects.toMatchObject({ code: 'full' });
    await asker.close();
    for (const end of await ends) expect(end).toMatchObject({ reason: { code: 'closed' } });
    await expect(asker.ask('desk/1', 'double')).rejects.toMatchObject({ code: 'closed' });
  });

  test('two askers of one process share its channels', async () => {
    await using lab = await openLab();
    await using _runner = await startRunner(await lab.open(), [desk]);
    const share = shareChannels(lab.store.channels);
    const { actors, partitions } = lab.store;
    const [one, two] = ['one', 'two'].map((id) =>
      createAsker({ store: { actors, partitions, channels: share() }, id }),
    );
    await one!.create('desk/1', 4);
    const answers = await Promise.all([one!.ask('desk/1', 'double'), two!.ask('desk/1', 'double')]);
    expect(answers).toMatchObject([{ sum: 8 }, { sum: 16 }]);
  });
});
