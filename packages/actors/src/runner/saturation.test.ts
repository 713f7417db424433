import { setTimeout as sleep } from 'node:timers/promises';
import type { ActorKey } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { LABS, startRunner, stateOf, tell, withActors } from './runner-lab.ts';

const ACTORS = 60;

/** How often each ticked. */
const ticks = new Map<string, number>();

const adder = defineActor('adder', {
  internal: z.number(),
  initial: () => ({ sum: 0 }),
  onInternal: (ctx, n) => void (ctx.state.sum += n),
});

const metronome = defineActor('metronome', {
  internal: z.null(),
  tick: { hz: 5 },
  initial: () => ({}),
  onTick: (ctx) => void ticks.set(ctx.key, (ticks.get(ctx.key) ?? 0) + 1),
});

test.each(LABS)(
  '%s: while the store is slow few actors are under way at a time, ticks go on, and afterwards it is many again',
  async (_, createLab) => {
    await using lab = await createLab();
    const real = (await lab.open()).actors;
    let delayMs = 0;
    let underWay = 0;
    let most = 0;
    const slow = withActors(lab.store, {
      listen: (...args) => real.listen(...args),
      claim: async (request) => {
        await sleep(delayMs);
        const reply = await real.claim(request);
        underWay += reply.claimed.filter(({ actor }) => actor.startsWith('adder')).length;
        most = Math.max(most, underWay);
        return reply;
      },
      commit: async (batch) => {
        await sleep(delayMs);
        const results = await real.commit(batch);
        for (const [i, result] of results.entries()) {
          const letGo = result.status === 'committed' && result.leaseUntil === null;
          if (letGo && batch[i]?.actor.startsWith('adder') === true) underWay--;
        }
        return results;
      },
    });
    // Leases are not kept, so that each tick needs a claim.
    await using runner = await startRunner(slow, [adder, metronome], {
      options: { minActive: 4, hotMs: 0, leaseMs: 10_000 },
    });
    const clock: ActorKey = 'metronome/1';
    const keys = Array.from({ length: ACTORS }, (__, i): ActorKey => `adder/${i}`);
    const limit = (): number => runner.snapshot().gauges.active_limit;
    const tellAll = (): Promise<unknown> => Promise.all(keys.map((key) => tell(lab.store, key, 1)));
    await tell(lab.store, clock, null);
    await waitFor(() => (ticks.get(clock) ?? 0) >= 5);
    expect(limit()).toBe(1_024);

    delayMs = 100;
    let rounds = 0;
    while (limit() > 4) {
      await tellAll();
      rounds++;
      // Seldom enough for thin turns: thick ones are allowed to take as long as the delay.
      await sleep(500);
      expect(rounds).toBeLessThan(60);
    }
    expect(runner.snapshot().counters.limit_reductions).toBeGreaterThan(0);
    await waitFor(() => underWay <= 4, { timeoutMs: 20_000 });
    most = 0;
    const before = ticks.get(clock) ?? 0;
    await waitFor(() => (ticks.get(clock) ?? 0) >= before + 5, { timeoutMs: 20_000 });
    // On a busy machine the limit moves a little by itself; without one all would be under way.
    expect(most).toBeLessThan(ACTORS / 2);

    delayMs = 0;
    await waitFor(
      async () => {
        const sums = await Promise.all(
          keys.map(async (key) => (await stateOf<{ sum: number }>(lab.store, key))?.sum),
        );
        return sums.every((sum) => sum === rounds);
      },
      { timeoutMs: 20_000 },
    );
    await waitFor(() => limit() === 1_024, { timeoutMs: 20_000 });
  },
  60_000,
);
