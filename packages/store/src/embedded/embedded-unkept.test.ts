import { expect, test } from 'vitest';
import type { HistoryPolicy, Publication } from '../channel-store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

const NONE: HistoryPolicy = { size: 0, ttlMs: 0, metaTtlMs: 0 };
const KEPT: HistoryPolicy = { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 };

test('what is not kept is delivered in its turn, among what is kept', async () => {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  try {
    const got: Publication[] = [];
    store.channels.attach({
      onPublication: (_channel, publication) => void got.push(publication),
      onSignal: () => undefined,
      onInterrupted: () => undefined,
    });
    await store.channels.subscribe('c');
    const wanted: string[] = [];
    const published = Array.from({ length: 50 }, (_, n) => {
      const body = `{"data":${n}}`;
      wanted.push(body);
      const history = n % 7 === 3 ? KEPT : NONE;
      return store.channels.publish({ channel: 'c', body, origin: 'o', history });
    });
    const results = await Promise.all(published);
    expect(got.map(({ body }) => body)).toEqual(wanted);
    expect(results.filter(({ offset }) => offset > 0)).toHaveLength(7);
    expect(results.every((each) => each.published)).toBe(true);
    expect(store.counters()['publications']).toBe(50);
  } finally {
    await store.close();
  }
});

test('what is not kept is checked as everything is, and refused once the store is closed', async () => {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  const publish = (channel: string): Promise<unknown> =>
    store.channels.publish({ channel, body: '{"data":1}', origin: '', history: NONE });
  await expect(publish('')).rejects.toMatchObject({ code: 'invalid' });
  await expect(publish('c')).resolves.toMatchObject({ published: true, offset: 0, epoch: '' });
  await store.close();
  await expect(publish('c')).rejects.toMatchObject({ code: 'closed' });
});
