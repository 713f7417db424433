import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { askOf, fromAnn, fromSystem, localActor, published } from './turn-lab.ts';

/** Gathers what it is told and says it on once, at the end of the turn. */
const gatherer = defineActor('gatherer', {
  internal: z.union([z.number(), z.enum(['throw', 'reject', 'destroy', 'tick'])]),
  maxAttempts: 1,
  initial: () => ({ news: [] as unknown[], said: 0, ends: 0 }),
  onInternal(ctx, message) {
    ctx.state.news.push(message);
    if (message === 'throw') throw new Error('thrown');
    if (message === 'destroy') ctx.destroy();
    if (message === 'tick') ctx.scheduleTick(ctx.now);
    ctx.reply('handled');
  },
  onTick(ctx) {
    ctx.state.news.push('ticked');
  },
  onTurnEnd(ctx) {
    const { state } = ctx;
    state.ends += 1;
    const { news } = state;
    state.news = [];
    state.said += news.length;
    ctx.publishTo('news', news);
    ctx.send({ key: 'other/1', kind: 'other' }, news);
    ctx.reply('from the end');
    if (news.includes('reject')) ctx.reject('no', 'refused');
    if (news.includes(13)) throw new Error('unlucky');
    if (news.includes(99)) ctx.destroy();
  },
});

const turn = (...messages: unknown[]) => {
  const actor = localActor(gatherer);
  const outcome = actor.turn(1000, messages.map(fromSystem));
  return { actor, outcome, said: published(outcome.commit.publications) };
};

describe('the end of a turn', () => {
  test('comes once for all messages of the turn', () => {
    const { actor, outcome, said } = turn(1, 2, 3);
    expect(said).toEqual([['news', [1, 2, 3]]]);
    expect(outcome.commit.sends).toHaveLength(1);
    expect(actor.state()).toEqual({ news: [], said: 3, ends: 1 });
  });

  test('comes after the tick of the turn, and after a tick alone', () => {
    const actor = localActor(gatherer);
    const both = actor.turn(1000, [fromSystem(1), fromSystem('tick')]);
    expect(published(both.commit.publications)).toEqual([['news', [1, 'tick', 'ticked']]]);
    const ticking = localActor(gatherer);
    ticking.turn(1000, [fromSystem('tick')]);
    expect(ticking.state()).toMatchObject({ said: 2 });
  });

  test('does not come to a turn in which nothing was handled', () => {
    const actor = localActor(gatherer);
    actor.turn(1000, [fromSystem(1)]);
    const { idle } = actor.turn(2000);
    expect(idle).toBe(true);
    const invalid = actor.turn(3000, [fromSystem('nonsense'), fromAnn('nonsense')]);
    expect(invalid.counts).toMatchObject({ invalid: 2 });
    expect(actor.state()).toMatchObject({ ends: 1 });
  });

  test('is undone with the message that throws, and comes for each of the others', () => {
    const { actor, outcome, said } = turn(1, 'throw', 2);
    expect(said).toEqual([
      ['news', [1]],
      ['news', [2]],
    ]);
    expect(outcome.counts).toMatchObject({ messages: 3, deadLetters: 1 });
    expect(actor.state()).toEqual({ news: [], said: 2, ends: 2 });
  });

  test('fails or refuses the message that it follows', () => {
    const { actor, outcome, said } = turn(1, 13, 'reject', 2);
    expect(said).toEqual([
      ['news', [1]],
      ['news', [2]],
    ]);
    expect(outcome.counts).toMatchObject({ deadLetters: 1, rejections: 1 });
    expect(outcome.commit.deadLetters[0]?.error).toContain('unlucky');
    expect(actor.state()).toEqual({ news: [], said: 2, ends: 2 });
  });

  test('may destroy the actor, and does not come after somebody else has', () => {
    const { actor, said } = turn(1, 99);
    expect(said).toEqual([['news', [1, 99]]]);
    expect(actor.snapshot.state).toBeNull();
    const destroyed = turn('destroy');
    expect(destroyed.said).toEqual([]);
    expect(destroyed.actor.snapshot.state).toBeNull();
  });

  test('leaves the answer to an ask alone', () => {
    const actor = localActor(gatherer);
    const { commit } = actor.turn(1000, [askOf(1)]);
    expect(published(commit.publications.filter(({ channel }) => channel === 'news'))).toEqual([
      ['news', [1]],
    ]);
    const reply = commit.publications.find(({ channel }) => channel === 'reply:x');
    expect(reply?.body).toContain('"handled"');
  });
});

describe('gathering', () => {
  const patient = defineActor('patient', {
    internal: z.number(),
    maxAttempts: 2,
    initial: () => 0,
    onInternal(ctx, ms) {
      if (ms === 13) throw new Error('unlucky');
      ctx.gather(ms);
    },
  });

  test('holds back what comes after the turn, by the longest time, and for that turn alone', () => {
    const actor = localActor(patient);
    expect(actor.turn(1000, [20, 50, 0].map(fromSystem)).commit.holdUntil).toBe(1050);
    expect(actor.turn(1100, [fromSystem(0)]).commit.holdUntil).toBeNull();
  });

  test('does not shorten the wait of a message that failed', () => {
    const actor = localActor(patient);
    expect(actor.turn(1000, [20, 13].map(fromSystem)).commit.holdUntil).toBe(1100);
  });

  test('holds nothing back where there are more messages than a turn takes', () => {
    const actor = localActor(patient, { maxMessages: 2 });
    expect(actor.turn(1000, [20, 20].map(fromSystem)).commit.holdUntil).toBeNull();
    expect(actor.turn(1100, [20].map(fromSystem)).commit.holdUntil).toBe(1120);
    expect(actor.turn(1200, [20, 13].map(fromSystem)).commit.holdUntil).toBe(1300);
  });

  test('takes a time that is one', () => {
    const actor = localActor(patient);
    const { failures } = actor.turn(1000, [fromSystem(10_001)]);
    expect(String(failures[0]?.error)).toContain('gather(): 10001 is not a time from 0 to 10000');
  });
});

test('a kind may have a longer state than others', () => {
  const keeper = (maxStateLength?: number) =>
    defineActor('keeper', {
      internal: z.string(),
      ...(maxStateLength !== undefined && { maxStateLength }),
      initial: () => '',
      onInternal(ctx, text) {
        ctx.state = text;
      },
    });
  const text = 'x'.repeat(100);
  const small = localActor(keeper(), { maxStateLength: 50 });
  expect(small.turn(0, [fromSystem(text)]).counts.failures).toBe(1);
  const large = localActor(keeper(200), { maxStateLength: 50 });
  expect(large.turn(0, [fromSystem(text)]).counts.failures).toBe(0);
});
