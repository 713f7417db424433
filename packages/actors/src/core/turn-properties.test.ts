import type { ActorMessage } from '@belfry/protocol';
import type { ActorPublication } from '@belfry/store';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { fromAnn, localActor, published, type LocalActor } from './turn-lab.ts';

/** Does a bit of everything before it fails, so that whatever is not undone shows. */
const busy = defineActor('busy', {
  control: z.object({
    n: z.int(),
    act: z.enum(['go on', 'throw', 'reject', 'spoil', 'destroy', 'later']),
  }),
  tick: { hz: 10 },
  maxAttempts: 1,
  initial: ({ random }) => ({
    born: random(),
    list: [] as number[],
    rolls: [] as number[],
    bad: 0,
  }),
  onCreate: (ctx) => ctx.publishTo('server:made', ctx.random()),
  onMessage(ctx, { n, act }) {
    ctx.state.list.push(n);
    ctx.state.rolls.push(ctx.random());
    ctx.publishTo('server:list', ctx.state.list.length);
    ctx.send({ key: 'other/1', kind: 'other' }, n);
    if (act === 'later') ctx.scheduleTick(ctx.now + n);
    if (act === 'destroy') ctx.destroy();
    if (act === 'throw') throw new Error('thrown');
    if (act === 'reject') ctx.reject('no', 'refused');
    if (act === 'spoil') ctx.state.bad = NaN;
  },
  onTick: (ctx, tick) => void ctx.state.list.push(-tick.n),
});

// State that is no JSON is found when it is to be stored; a message that destroys the actor before that would hide it.
const batches = fc.constantFrom('spoil', 'destroy').chain((end) => {
  const message = fc.record({
    n: fc.integer({ min: 1, max: 300 }),
    act: fc.constantFrom('go on', 'go on', 'throw', 'reject', 'later', end),
  });
  return fc.array(fc.array(message, { maxLength: 12 }), { maxLength: 6 });
});

type Message = { n: number; act: string };
const isBad = ({ act }: Message) => act === 'throw' || act === 'reject' || act === 'spoil';

const isNotice = ({ channel }: ActorPublication) => channel.startsWith('user:');

/** Runs the batches 70 ms apart; what came out, without the refusals. */
function play(actor: LocalActor, batches: readonly (readonly Message[])[]): unknown[] {
  return batches.map((batch, i) => {
    const { commit } = actor.turn(
      1000 + 70 * i,
      batch.map((data): ActorMessage => fromAnn(data)),
    );
    const publications = published(commit.publications.filter((p) => !isNotice(p)));
    return [publications, commit.sends, commit.wakeAt, actor.state()];
  });
}

test('property: bad messages leave what the good ones alone would have left', () => {
  fc.assert(
    fc.property(batches, (batches) => {
      const good = batches.map((batch) => batch.filter((message) => !isBad(message)));
      expect(play(localActor(busy), batches)).toEqual(play(localActor(busy), good));
    }),
    { numRuns: 300 },
  );
});

test('property: a turn that is run again, or over a copy, has the same outcome', () => {
  fc.assert(
    fc.property(batches, (batches) => {
      expect(play(localActor(busy), batches)).toEqual(play(localActor(busy), batches));
    }),
    { numRuns: 100 },
  );
});

test('property: every message is consumed once, in order, or stays with all that follow', () => {
  const picky = defineActor('picky', {
    control: z.object({ n: z.int(), act: z.string() }),
    maxAttempts: 2,
    initial: () => ({ seen: [] as number[] }),
    onMessage(ctx, { n, act }) {
      ctx.state.seen.push(n);
      if (act === 'throw') throw new Error('thrown');
    },
  });
  fc.assert(
    fc.property(batches, (batches) => {
      const actor = localActor(picky);
      let n = 0;
      let dead = 0;
      const expected: number[] = [];
      const turn = (now: number, batch: readonly Message[]): void => {
        const messages = batch.map(({ act }) => {
          n++;
          if (act !== 'throw') expected.push(n);
          return fromAnn({ n, act });
        });
        dead += actor.turn(now, messages).commit.deadLetters.length;
      };
      batches.forEach((batch, i) => turn(1000 * i, batch));
      // Every message is tried twice at most, 100 ms apart.
      for (let i = 0; i <= n; i++) turn(10_000 + 1000 * i, []);
      expect((actor.state() as { seen: number[] } | null)?.seen ?? []).toEqual(expected);
      expect(dead + expected.length).toBe(n);
    }),
    { numRuns: 100 },
  );
});

test('random numbers depend on the secret, the actor and its version', () => {
  const dice = defineActor('dice', {
    control: z.null(),
    initial: () => ({ rolls: [] as number[] }),
    onMessage: (ctx) => void ctx.state.rolls.push(ctx.random(), ctx.random()),
  });
  const rolls = (secret: string): number[] => {
    const actor = localActor(dice, { secret });
    actor.turn(0, [fromAnn(null)]);
    actor.turn(1, [fromAnn(null)]);
    return (actor.state() as { rolls: number[] }).rolls;
  };
  const all = [...rolls('a'), ...rolls('b')];
  expect(rolls('a')).toEqual(all.slice(0, 4));
  expect(new Set(all).size).toBe(8);
  expect(all.every((roll) => roll >= 0 && roll < 1)).toBe(true);
});

test('an actor that is deleted and made again does not draw the numbers of its earlier life', () => {
  const dice = defineActor('dice', {
    control: z.boolean(),
    initial: () => ({ rolls: [] as number[] }),
    onMessage(ctx, over) {
      if (over) ctx.destroy();
      else ctx.state.rolls.push(ctx.random(), ctx.random());
    },
  });
  const actor = localActor(dice);
  const life = (): unknown => {
    actor.turn(0, [fromAnn(false)]);
    actor.turn(1, [fromAnn(false)]);
    const state = actor.state();
    actor.turn(2, [fromAnn(true)]);
    expect(actor.snapshot).toMatchObject({ state: null, version: 0 });
    return state;
  };
  const rolls = [life(), life()].flatMap((state) => (state as { rolls: number[] }).rolls);
  expect(new Set(rolls).size).toBe(8);
});
