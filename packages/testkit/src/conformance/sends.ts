import { describe, expect, test } from 'vitest';
import {
  actorIn,
  bodies,
  claim,
  claimActor,
  commit,
  create,
  give,
  lastSeq,
  view,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

/** `send`: accepted once, in order, bounded. */
export function describeSends(open: OpenStore): void {
  describe('send', () => {
    test('makes an actor due now in the message lane, and a claim brings the message', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(1);
      expect(await store.actors.send({ to: actor, body: 'hello' })).toBe('accepted');
      const { claimed } = await claim(store, 1, { overdueMs: { message: 0, tick: null } });
      expect(claimed).toHaveLength(1);
      expect(claimed[0]).toMatchObject({
        actor,
        state: null,
        meta: null,
        version: 0,
        wakeAt: null,
      });
      expect(claimed[0]?.messages).toMatchObject([{ body: 'hello', at: clock.now() }]);
      expect(claimed[0]?.inboxLength).toBe(1);
    });

    test('keeps the order of sends that were made without waiting in between', async () => {
      await using opened = await open();
      const { store } = opened;
      const [a, b] = [actorIn(0, 'a'), actorIn(2, 'b')];
      const sent = Array.from({ length: 120 }, (_, i) => `m${i}`);
      const results = await Promise.all(
        sent.flatMap((body) => [
          store.actors.send({ to: a, body }),
          store.actors.send({ to: b, body, id: body }),
        ]),
      );
      expect(new Set(results)).toEqual(new Set(['accepted']));
      for (const actor of [a, b]) {
        const held = await claimActor(store, actor, { maxMessages: 200 });
        expect(bodies(held.messages)).toEqual(sent);
        const first = held.messages[0]?.seq ?? 0;
        expect(held.messages.map(({ seq }) => seq - first)).toEqual([...sent.keys()]);
      }
    });

    test('goes on with the numbers of the messages after the inbox was empty', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'one');
      const held = await claimActor(store, actor);
      await commit(store, held, { state: 's', consumedThrough: lastSeq(held) });
      await give(store, actor, 'two');
      const again = await claimActor(store, actor);
      expect(lastSeq(again)).toBe(lastSeq(held) + 1);
    });

    test('passes a body on unchanged', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const odd = [
        '',
        '{"a":"\\u0000\\""}',
        '\u{1F514} Größe 18446744073709551615',
        'x'.repeat(200_000),
      ];
      for (const body of odd) await give(store, actor, body);
      expect(bodies((await claimActor(store, actor)).messages)).toEqual(odd);
    });

    test('accepts an id once per actor, whichever process asks, also after it was consumed', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const [a, b] = [actorIn(0, 'a'), actorIn(0, 'b')];
      expect(await store.actors.send({ to: a, body: '1', id: 'x' })).toBe('accepted');
      expect(await store.actors.send({ to: a, body: '1', id: 'x' })).toBe('duplicate');
      expect(await other.actors.send({ to: a, body: '1', id: 'x' })).toBe('duplicate');
      expect(await store.actors.send({ to: b, body: '1', id: 'x' })).toBe('accepted');
      expect(await store.actors.send({ to: a, body: '2', id: 'y' })).toBe('accepted');
      const held = await claimActor(store, a);
      expect(bodies(held.messages)).toEqual(['1', '2']);
      await commit(store, held, { state: 's', consumedThrough: lastSeq(held) });
      expect(await other.actors.send({ to: a, body: '1', id: 'x' })).toBe('duplicate');
      expect((await view(store, a)).inboxLength).toBe(0);
    });

    test('accepts an id once also when the actor was deleted in between', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, { body: '1', id: 'x' });
      const held = await claimActor(store, actor);
      await commit(store, held, { state: null, consumedThrough: lastSeq(held) });
      expect(await store.actors.send({ to: actor, body: '1', id: 'x' })).toBe('duplicate');
      expect(await store.actors.send({ to: actor, body: '1', id: 'x', mustExist: true })).toBe(
        'duplicate',
      );
      expect(await store.actors.peek(actor)).toBeNull();
    });

    test('remembers an id for the whole window, and not for ever', async () => {
      await using opened = await open({ dedupWindowMs: 10_000 });
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, { body: '1', id: 'x' });
      clock.advance(5_000);
      await give(store, actor, { body: '2', id: 'y' });
      clock.advance(4_999);
      expect(await store.actors.send({ to: actor, body: '1', id: 'x' })).toBe('duplicate');
      for (let i = 0; i < 10; i++) {
        clock.advance(10_000);
        await give(store, actor, { body: 'more', id: `more-${i}` });
      }
      expect(await store.actors.send({ to: actor, body: '1', id: 'x' })).toBe('accepted');
    });

    test('refuses as full what would exceed the limit, and remembers no id that it refused', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(3);
      const limited = { to: actor, inboxLimit: 2 };
      expect(await store.actors.send({ ...limited, body: '1', id: '1' })).toBe('accepted');
      expect(await store.actors.send({ ...limited, body: '2' })).toBe('accepted');
      expect(await store.actors.send({ ...limited, body: '3', id: '3' })).toBe('full');
      // What was accepted stays accepted.
      expect(await store.actors.send({ ...limited, body: '1', id: '1' })).toBe('duplicate');
      const held = await claimActor(store, actor);
      expect(bodies(held.messages)).toEqual(['1', '2']);
      await commit(store, held, { state: 's', consumedThrough: held.messages[0]?.seq ?? null });
      expect(await store.actors.send({ ...limited, body: '3', id: '3' })).toBe('accepted');
      expect(await store.actors.send({ ...limited, body: '4' })).toBe('full');
    });

    test('holds 1,000 messages when no limit is given', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const results = await Promise.all(
        Array.from({ length: 1_001 }, () => store.actors.send({ to: actor, body: 'm' })),
      );
      expect(results.indexOf('full')).toBe(1_000);
      expect((await view(store, actor)).inboxLength).toBe(1_000);
    });

    test('refuses with no-actor and leaves nothing when the actor must exist and does not', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const message = { to: actor, body: 'm', id: 'm', mustExist: true };
      expect(await store.actors.send(message)).toBe('no-actor');
      expect(await store.actors.peek(actor)).toBeNull();
      expect((await claim(store, 0)).claimed).toEqual([]);
      await create(store, actor);
      expect(await store.actors.send(message)).toBe('accepted');
      expect(await store.actors.send(message)).toBe('duplicate');
    });

    test('takes an actor that has only an inbox for one that does not exist', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'create');
      expect(await store.actors.send({ to: actor, body: 'm', mustExist: true })).toBe('no-actor');
      expect((await view(store, actor)).inboxLength).toBe(1);
    });
  });
}
