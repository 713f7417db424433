import type { Store } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { HISTORY, NO_HISTORY } from './harness.ts';
import type { OpenStore } from './harness.ts';

/** `attach`, `subscribe`, `signal`: what reaches the processes that have subscribers. */
export function describeDelivery(open: OpenStore): void {
  describe('delivery', () => {
    test('brings a subscribed process everything that is published later, whole and in order', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const heard = listenTo(other);
      await store.channels.publish({
        channel: 'a:1',
        body: 'before',
        origin: '',
        history: HISTORY,
      });
      await other.channels.subscribe('a:1');
      const { epoch } = await store.channels.publish({
        channel: 'a:1',
        body: 'first',
        origin: 'c1',
        history: HISTORY,
      });
      await waitFor(() => heard.publications.length === 1);
      expect(heard.publications).toEqual([
        ['a:1', { offset: 2, time: clock.now(), body: 'first', origin: 'c1' }, epoch],
      ]);
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.channels.publish({ channel: 'a:1', body: `${i}`, origin: '', history: HISTORY }),
        ),
      );
      await waitFor(() => heard.publications.length === 51);
      expect(heard.publications.map(([, { offset }]) => offset)).toEqual(
        Array.from({ length: 51 }, (_, i) => i + 2),
      );
      expect(heard.interrupted).toEqual([]);
    });

    test('brings the process that publishes its own publications', async () => {
      await using opened = await open();
      const { store } = opened;
      const heard = listenTo(store);
      await store.channels.subscribe('a:1');
      await store.channels.publish({
        channel: 'a:1',
        body: 'own',
        origin: '',
        history: NO_HISTORY,
      });
      await waitFor(() => heard.publications.length === 1);
      expect(heard.publications[0]?.[1]).toMatchObject({ body: 'own', offset: 0 });
    });

    test('brings nothing of a publication that was suppressed', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const heard = listenTo(other);
      await other.channels.subscribe('a:1');
      const input = { channel: 'a:1', body: 'once', origin: '', history: HISTORY };
      await store.channels.publish(input, { idempotencyKey: 'k', version: 1 });
      await store.channels.publish(input, { idempotencyKey: 'k' });
      await store.channels.publish(input, { version: 1 });
      await store.channels.publish({ ...input, body: 'end' });
      await waitFor(() => heard.publications.at(-1)?.[1].body === 'end');
      expect(heard.publications.map(([, { body }]) => body)).toEqual(['once', 'end']);
    });

    test('brings nothing of channels that are not subscribed or not any more', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const heard = listenTo(other);
      const publish = (channel: string): Promise<unknown> =>
        store.channels.publish({ channel, body: channel, origin: '', history: NO_HISTORY });
      for (const channel of ['a:1', 'a:2', 'b:1']) await other.channels.subscribe(channel);
      // Twice is once.
      await other.channels.subscribe('a:1');
      await other.channels.unsubscribe('a:2');
      await other.channels.unsubscribe('never:1');
      for (const channel of ['a:2', 'a:3', 'a:1', 'b:1']) await publish(channel);
      await waitFor(() => heard.publications.length >= 2);
      await other.channels.subscribe('a:2');
      await publish('a:2');
      await waitFor(() => heard.publications.some(([channel]) => channel === 'a:2'));
      expect(heard.publications.map(([channel]) => channel).toSorted()).toEqual([
        'a:1',
        'a:2',
        'b:1',
      ]);
    });

    test('of a signal reaches every subscribed process and keeps nothing', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const heard = listenTo(other);
      await other.channels.subscribe('a:1');
      await store.channels.signal('a:1', 'join \u{1F514}');
      await store.channels.signal('a:2', 'not for us');
      await store.channels.publish({ channel: 'a:1', body: 'after', origin: '', history: HISTORY });
      await waitFor(() => heard.publications.length === 1);
      expect(heard.signals).toEqual([['a:1', 'join \u{1F514}']]);
      expect(heard.publications[0]?.[1].offset).toBe(1);
    });
  });
}

type Listener = Parameters<Store['channels']['attach']>[0];

interface Heard {
  readonly publications: Parameters<Listener['onPublication']>[];
  readonly signals: Parameters<Listener['onSignal']>[];
  readonly interrupted: Parameters<Listener['onInterrupted']>[];
}

function listenTo(store: Store): Heard {
  const heard: Heard = { publications: [], signals: [], interrupted: [] };
  store.channels.attach({
    onPublication: (...event) => void heard.publications.push(event),
    onSignal: (...event) => void heard.signals.push(event),
    onInterrupted: (...event) => void heard.interrupted.push(event),
  });
  return heard;
}
