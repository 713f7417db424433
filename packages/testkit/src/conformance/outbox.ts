import type { ActorKey } from '@belfry/protocol';
import type { Fence, Version } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import {
  HISTORY,
  NO_HISTORY,
  actorIn,
  bodies,
  claim,
  claimActor,
  claimSoon,
  commit,
  create,
  give,
  history,
  lastSeq,
  view,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

/** What a commit sends and publishes, in its partition and in others. */
export function describeOutbox(open: OpenStore): void {
  describe('what a commit sends', () => {
    test('is in an inbox of its partition with the commit, its own included, in order', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const [actor, near] = [actorIn(0), actorIn(0, 'near')];
      await give(store, actor, '1');
      const held = await claimActor(store, actor);
      await give(store, actor, '2');
      await commit(store, held, {
        state: 's',
        consumedThrough: lastSeq(held),
        sends: [
          { to: near, body: 'n1' },
          { to: actor, body: 'self' },
          { to: near, body: 'n2' },
        ],
      });
      expect(await view(store, near)).toMatchObject({ inboxLength: 2, state: null });
      const { claimed } = await claim(store, 0);
      expect(bodies(claimed.find((one) => one.actor === actor)?.messages ?? [])).toEqual([
        '2',
        'self',
      ]);
      expect(claimed.find((one) => one.actor === near)?.messages).toMatchObject([
        { body: 'n1', at: clock.now() },
        { body: 'n2', at: clock.now() },
      ]);
    });

    test('arrives in other partitions once and in order', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const far = actorIn(3, 'far');
      const farther = actorIn(2, 'farther');
      const held = await startKept(opened, actor);
      const sent: string[] = [];
      for (let round = 0; round < 10; round++) {
        const batch = [`${round}a`, `${round}b`];
        sent.push(...batch);
        const { version } = await commit(store, held, {
          sends: batch.flatMap((body) => [
            { to: far, body },
            { to: farther, body },
          ]),
          lease: { type: 'keep', ms: 60_000, maxMessages: 0 },
        });
        held.version = version;
      }
      for (const to of [far, farther]) {
        await waitFor(async () => (await store.actors.peek(to))?.inboxLength === sent.length);
        const there = await claimActor(store, to);
        expect(bodies(there.messages)).toEqual(sent);
        await commit(store, there, { state: 's', consumedThrough: lastSeq(there) });
      }
      // Something later on the same way brings nothing of it again.
      await commit(store, held, { sends: [{ to: far, body: 'last' }] });
      expect(bodies((await claimSoon(store, far)).messages)).toEqual(['last']);
    });

    test('is accepted once per id', async () => {
      await using opened = await open();
      const { store } = opened;
      const [actor, near, far] = [actorIn(0), actorIn(0, 'near'), actorIn(1, 'far')];
      await give(store, near, { body: 'first', id: 'x' });
      await give(store, far, { body: 'first', id: 'x' });
      const held = await startKept(opened, actor);
      await commit(store, held, {
        sends: [near, far].flatMap((to) => [
          { to, body: 'again', id: 'x' },
          { to, body: 'new', id: 'y' },
          { to, body: 'new again', id: 'y' },
          { to, body: 'end' },
        ]),
      });
      await waitFor(async () => (await view(store, far)).inboxLength === 3);
      for (const to of [near, far]) {
        expect(bodies((await claimActor(store, to)).messages)).toEqual(['first', 'new', 'end']);
      }
    });

    test('is dropped when the receiver must exist and does not', async () => {
      await using opened = await open();
      const { store } = opened;
      const [actor, near, far] = [actorIn(0), actorIn(0, 'near'), actorIn(1, 'far')];
      const there = actorIn(1, 'there');
      await create(store, there);
      const held = await startKept(opened, actor);
      await commit(store, held, {
        sends: [near, far, there].map((to) => ({ to, body: 'm', mustExist: true })),
      });
      expect(bodies((await claimSoon(store, there)).messages)).toEqual(['m']);
      expect(await store.actors.peek(near)).toBeNull();
      expect(await store.actors.peek(far)).toBeNull();
    });

    test('becomes a dead letter of the receiver beyond twice its inbox limit, and is not lost', async () => {
      await using opened = await open();
      const { store } = opened;
      const held = await startKept(opened, actorIn(0));
      const receivers = [actorIn(0, 'near'), actorIn(1, 'far')];
      const sent = ['1', '2', '3', '4', '5', '6'];
      await commit(store, held, {
        sends: receivers.flatMap((to) => sent.map((body) => ({ to, body, inboxLimit: 2 }))),
      });
      for (const to of receivers) {
        await waitFor(async () => (await store.actors.peek(to))?.deadLetters === 2);
        expect(bodies((await claimActor(store, to)).messages)).toEqual(['1', '2', '3', '4']);
        expect(await store.actors.deadLetters(to)).toMatchObject([
          { body: '5', error: 'inbox full' },
          { body: '6', error: 'inbox full' },
        ]);
      }
    });

    test('makes the receiver due now', async () => {
      await using opened = await open();
      const { store } = opened;
      const receivers = [actorIn(0, 'near'), actorIn(1, 'far')];
      for (const to of receivers) await create(store, to);
      const held = await startKept(opened, actorIn(0));
      await commit(store, held, { sends: receivers.map((to) => ({ to, body: 'm' })) });
      for (const to of receivers) {
        expect(bodies((await claimSoon(store, to)).messages)).toEqual(['m']);
      }
    });
  });

  describe('what a commit publishes', () => {
    test('is in the channel’s history with the commit, in order', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const channel = `server:${actor}`;
      const held = await startKept(opened, actor);
      await commit(store, held, {
        publications: ['1', '2'].map((body) => ({ channel, body, history: HISTORY })),
      });
      const { publications, offset } = await history(store, channel);
      expect(offset).toBe(2);
      expect(publications).toEqual([
        { offset: 1, time: clock.now(), body: '1', origin: '' },
        { offset: 2, time: clock.now(), body: '2', origin: '' },
      ]);
    });

    test('reaches another partition once and in the order of the commits', async () => {
      await using opened = await open();
      const { store } = opened;
      const channel = `server:${actorIn(2, 'far')}`;
      const held = await startKept(opened, actorIn(0));
      for (const body of ['1', '2', '3']) {
        const { version } = await commit(store, held, {
          publications: [
            { channel, body, history: HISTORY },
            { channel, body: `${body}'`, history: HISTORY },
          ],
          lease: { type: 'keep', ms: 60_000, maxMessages: 0 },
        });
        held.version = version;
      }
      await waitFor(async () => (await history(store, channel)).offset >= 6);
      const { publications } = await history(store, channel);
      expect(bodies(publications)).toEqual(['1', "1'", '2', "2'", '3', "3'"]);
      expect(publications.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test('is delivered to subscribers in another process, with or without history, near or far', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const [near, far] = [`server:${actorIn(0)}`, `server:${actorIn(1, 'far')}`];
      const heard: string[] = [];
      other.channels.attach({
        onPublication: (channel, { body, offset }) => heard.push(`${channel} ${body} ${offset}`),
        onSignal: () => undefined,
        onInterrupted: () => undefined,
      });
      await other.channels.subscribe(near);
      await other.channels.subscribe(far);
      const held = await startKept(opened, actorIn(0));
      await commit(store, held, {
        publications: [near, far].flatMap((channel) => [
          { channel, body: 'kept', history: HISTORY },
          { channel, body: 'fleeting', history: NO_HISTORY },
        ]),
      });
      await waitFor(() => heard.length >= 4);
      expect(heard.filter((one) => one.startsWith(near))).toEqual([
        `${near} kept 1`,
        `${near} fleeting 0`,
      ]);
      expect(heard.filter((one) => one.startsWith(far))).toEqual([
        `${far} kept 1`,
        `${far} fleeting 0`,
      ]);
    });

    test('comes after the channels that the commit forgets were emptied', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const channel = `server:${actor}`;
      await store.channels.publish({ channel, body: 'old', origin: '', history: HISTORY });
      const { epoch } = await history(store, channel);
      const held = await startKept(opened, actor);
      await commit(store, held, {
        forget: [channel, `control:${actor}`],
        publications: [{ channel, body: 'new', history: HISTORY }],
      });
      const after = await history(store, channel);
      expect(after).toMatchObject({ offset: 2, epoch });
      expect(after.publications).toMatchObject([{ offset: 2, body: 'new' }]);
    });
  });
}

/** A new actor with a lease of a minute. */
async function startKept(
  { store }: Awaited<ReturnType<OpenStore>>,
  actor: ActorKey,
): Promise<{ actor: ActorKey; fence: Fence; version: Version }> {
  await give(store, actor, 'start');
  const held = await claimActor(store, actor, { leaseMs: 60_000 });
  const { version } = await commit(store, held, {
    state: 's',
    consumedThrough: lastSeq(held),
    lease: { type: 'keep', ms: 60_000, maxMessages: 0 },
  });
  return { actor, fence: held.fence, version };
}
