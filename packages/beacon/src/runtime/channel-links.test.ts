import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelStore } from '@belfry/store';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelLinks } from './channel-links.ts';

/** What a store is asked for; it answers when it is told to. */
class Asked {
  readonly log: string[] = [];
  there = false;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  get store(): ChannelStore {
    const ask = (what: string, there: boolean) => async (): Promise<void> => {
      this.log.push(what);
      const answer = Promise.withResolvers<void>();
      this.#waiting.push(answer);
      await answer.promise;
      this.there = there;
    };
    return {
      subscribe: ask('subscribe', true),
      unsubscribe: ask('unsubscribe', false),
    } as unknown as ChannelStore;
  }

  get open(): number {
    return this.#waiting.length;
  }

  async answer(error?: Error): Promise<void> {
    const first = this.#waiting.shift();
    if (error === undefined) first?.resolve();
    else first?.reject(error);
    await sleep(0);
  }
}

test('who comes and goes while the store is slow adds nothing to what it is asked', async () => {
  const asked = new Asked();
  const links = new ChannelLinks(asked.store, () => undefined);
  for (let n = 0; n < 100; n++) {
    void links.ensure('a');
    links.release('a');
  }
  const last = links.ensure('a');
  expect(asked.log).toEqual(['subscribe']);
  await asked.answer();
  await last;
  expect(asked.log).toEqual(['subscribe']);
  links.release('a');
  await asked.answer();
  await links.idle();
  expect(asked.log).toEqual(['subscribe', 'unsubscribe']);
});

test('who comes while it is being given up gets it again', async () => {
  const asked = new Asked();
  const links = new ChannelLinks(asked.store, () => undefined);
  const first = links.ensure('a');
  await asked.answer();
  await first;
  links.release('a');
  let ready = false;
  const again = links.ensure('a').then(() => (ready = true));
  await asked.answer();
  expect(ready).toBe(false);
  await asked.answer();
  await again;
  expect(asked.log).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
});

test('what the store refuses is told to those who asked, and tried again for the next', async () => {
  const asked = new Asked();
  const links = new ChannelLinks(asked.store, () => undefined);
  const refused = links.ensure('a');
  await asked.answer(new Error('away'));
  await expect(refused).rejects.toThrow('away');
  const again = links.ensure('a');
  await asked.answer();
  await again;
  expect(asked.there).toBe(true);
});

test('whatever happens meanwhile, in the end it is as was wanted last', async () => {
  const step = fc.constantFrom('ensure', 'release', 'answer', 'fail');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const asked = new Asked();
      const links = new ChannelLinks(asked.store, () => undefined);
      let wanted = false;
      for (const each of steps) {
        if (each === 'answer') await asked.answer();
        if (each === 'fail') await asked.answer(new Error('away'));
        if (each === 'ensure') links.ensure('a').catch(() => undefined);
        if (each === 'release') links.release('a');
        if (each === 'ensure') wanted = true;
        if (each === 'release') wanted = false;
        expect(asked.open).toBeLessThanOrEqual(1);
      }
      const last = wanted ? links.ensure('a') : undefined;
      while (asked.open > 0) await asked.answer();
      await links.idle();
      await last;
      // An unsubscribe that failed leaves the store as it was; nobody here is told of the channel any more.
      if (wanted || !steps.includes('fail')) expect(asked.there).toBe(wanted);
    }),
  );
});
