import { waitFor } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { runLocally, type JobNode } from '@belfry/protocol';
import { STORES } from './testing/live-fleet.ts';
import { sums } from './testing/sums.ts';

const QUICK = { heartbeatMs: 100, suspectMs: 200, deadMs: 400, ackMs: 300, stallMs: 5_000 };
const input = { rounds: 2, blocks: 300, count: 20 };
const expected = JSON.stringify(runLocally(sums, input, { seed: 7 }).result);

/** As long as a machine with much else to do may take. */
const PATIENCE = { timeoutMs: 60_000 };

describe.each(STORES)('on the %s store', { timeout: 120_000 }, (_name, open) => {
  test('a job that nodes without trust share comes to what one machine would have computed', async () => {
    await using fleet = await open({ simulations: [sums] });
    for (const owner of ['bob', 'cy', 'dee']) await fleet.addNode(owner, { slots: 2, owner });
    await fleet.submit('j', { simulation: 'sums', input });
    await waitFor(async () => (await fleet.view('j')).endedAt !== null, PATIENCE);
    expect(await fleet.view('j')).toMatchObject({ status: 'done', failure: null });
    expect(JSON.stringify((await fleet.result('j')).result)).toBe(expected);
    expect(fleet.problems()).toEqual([]);
  });

  test('nodes die, hear nothing, and a Sentinel dies; the job ends all the same', async () => {
    const settings = { times: QUICK };
    await using fleet = await open({ simulations: [sums], settings });
    const mortal = await fleet.addNode('mortal', { slots: 4, trusted: true, silent: true });
    await fleet.addNode('deaf', { slots: 1, trusted: true, deaf: true });
    await fleet.submit('j', { simulation: 'sums', input });
    const isMortal = ({ node, holds }: JobNode): boolean => node === 'mortal' && holds > 0;
    await waitFor(async () => (await fleet.view('j')).nodes.some(isMortal), PATIENCE);
    mortal.stop();
    fleet.runners[0]?.stop();
    await fleet.startRunner();
    await fleet.addNode('solid', { slots: 2, trusted: true });
    await waitFor(async () => (await fleet.view('j')).endedAt !== null, PATIENCE);
    const view = await fleet.view('j');
    expect(view).toMatchObject({ status: 'done', failure: null });
    // What the dead one held was taken from it, or done by another before that.
    expect(view.counts.lost + view.counts.copies).toBeGreaterThan(0);
    expect(JSON.stringify((await fleet.result('j')).result)).toBe(expected);
  });
});
