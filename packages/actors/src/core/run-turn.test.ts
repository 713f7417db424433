import type { ActorMessage } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { wantsDelta } from '@belfry/protocol';
import { askOf, fromAnn, fromSystem, localActor, published } from './turn-lab.ts';

const create: ActorMessage = {
  type: 'create',
  from: { type: 'system' },
  ask: 'c1',
  replyTo: 'reply:x',
  data: null,
};

const counter = defineActor('counter', {
  control: z.union([
    z.object({ add: z.number() }),
    z.object({ throw: z.string() }),
    z.object({ reject: z.string() }),
    z.object({ destroy: z.literal(true) }),
  ]),
  server: z.object({ total: z.number() }),
  internal: z.object({ ask: z.enum(['reply', 'silence', 'throw', 'reject']) }),
  maxAttempts: 3,
  initial: () => ({ total: 0, log: [] as string[] }),
  onMessage(ctx, message) {
    if ('add' in message) ctx.state.total += message.add;
    ctx.state.log.push(JSON.stringify(message));
    ctx.publish({ total: ctx.state.total });
    if ('throw' in message) throw new RangeError(message.throw);
    if ('reject' in message) ctx.reject('no', message.reject);
    if ('destroy' in message) ctx.destroy();
  },
  onInternal(ctx, message) {
    ctx.state.total += 100;
    if (message.ask === 'reply') ctx.reply({ total: ctx.state.total });
    if (message.ask === 'throw') throw new Error('cannot');
    if (message.ask === 'reject') ctx.reject('busy', 'try later');
  },
});

describe('messages', () => {
  test('are handled in order, in one commit', () => {
    const actor = localActor(counter);
    const { commit, counts } = actor.turn(1000, [fromAnn({ add: 1 }), fromAnn({ add: 2 })]);
    expect(actor.state()).toMatchObject({ total: 3 });
    expect(commit).toMatchObject({ actor: 'counter/1', version: 0, consumedThrough: 2 });
    expect(published(commit.publications)).toEqual([
      ['server:counter/1', { total: 1 }],
      ['server:counter/1', { total: 3 }],
    ]);
    expect(counts).toMatchObject({ messages: 2, created: 1, failures: 0 });
  });

  test('an empty turn is idle and leaves the state text alone', () => {
    const actor = localActor(counter);
    actor.turn(1000, [fromAnn({ add: 1 })]);
    const { idle, commit } = actor.turn(2000);
    expect(idle).toBe(true);
    expect(commit.state).toBeUndefined();
  });

  test('that do not fit the schema are dead letters at once, and their client is told', () => {
    const actor = localActor(counter);
    const { commit, counts } = actor.turn(0, [
      { ...fromAnn({ add: 'x' }), id: 'm7' } as ActorMessage,
    ]);
    expect(counts).toMatchObject({ messages: 1, invalid: 1, deadLetters: 1, created: 0 });
    expect(commit.deadLetters).toEqual([
      { seq: 1, attempts: 1, error: expect.stringContaining('actor counter, control:') },
    ]);
    expect(published(commit.publications)).toEqual([
      [
        'user:#ann',
        {
          type: 'rejected',
          actor: 'counter/1',
          code: 'invalid',
          message: expect.any(String),
          id: 'm7',
        },
      ],
    ]);
    expect(commit.state).toBeNull();
  });

  test('that cannot be read are dead letters', () => {
    const actor = localActor(counter);
    const broken = { type: 'message', data: 1 } as unknown as ActorMessage;
    expect(actor.turn(0, [broken]).counts).toMatchObject({ invalid: 1, deadLetters: 1 });
  });

  test('of a kind that declares none are dead letters that name the kind', () => {
    const mute = defineActor('mute', { initial: () => ({}) });
    const { commit } = localActor(mute).turn(0, [fromSystem(1)]);
    expect(commit.deadLetters[0]?.error).toContain('actor mute, internal');
  });

  test('whose schema answers asynchronously fail with an error that names the kind', () => {
    const slow = defineActor('slow', {
      control: z.string().refine(async () => true),
      initial: () => ({}),
    });
    const { failures } = localActor(slow).turn(0, [fromAnn('x')]);
    expect(String(failures[0]?.error)).toMatch(/actor slow, control: .*asynchronously/);
  });

  test('reach handlers as the schema makes them', () => {
    const trim = defineActor('trim', {
      control: z.string().trim(),
      initial: () => ({ last: '' }),
      onMessage(ctx, message) {
        ctx.state.last = message;
      },
    });
    const actor = localActor(trim);
    actor.turn(0, [fromAnn('  hi ')]);
    expect(actor.state()).toEqual({ last: 'hi' });
  });
});

describe('a handler that throws', () => {
  test('leaves no trace of its message, keeps it at the head and holds the inbox back', () => {
    const actor = localActor(counter);
    const { commit, counts } = actor.turn(1000, [
      fromAnn({ add: 1 }),
      fromAnn({ throw: 'bad luck' }),
      fromAnn({ add: 10 }),
    ]);
    expect(actor.state()).toEqual({ total: 1, log: ['{"add":1}'] });
    expect(commit).toMatchObject({ consumedThrough: 1, holdUntil: 1100, deadLetters: [] });
    expect(published(commit.publications)).toEqual([['server:counter/1', { total: 1 }]]);
    expect(counts).toMatchObject({ messages: 1, failures: 1 });
    expect(actor.snapshot.meta).toContain('RangeError: bad luck');
  });

  test('is tried again after a growing pause, then becomes a dead letter and the actor goes on', () => {
    const actor = localActor(counter);
    actor.turn(1000, [fromAnn({ throw: 'x' }), fromAnn({ add: 10 })]);
    expect(actor.snapshot.state).toBeNull();
    const early = actor.turn(1099);
    expect(early.counts).toMatchObject({ messages: 0, failures: 0 });
    expect(early.idle).toBe(false);
    expect(early.commit.holdUntil).toBe(1100);
    expect(actor.turn(1100).commit.holdUntil).toBe(1300);
    const { commit, failures } = actor.turn(1300);
    expect(commit).toMatchObject({
      consumedThrough: 2,
      holdUntil: null,
      deadLetters: [{ seq: 1, error: 'RangeError: x', attempts: 3 }],
    });
    expect(failures).toMatchObject([{ during: 'message', number: 1, attempts: 3, final: true }]);
    expect(actor.state()).toMatchObject({ total: 10 });
  });

  test('an asynchronous handler is an error that says what to do', () => {
    const late = defineActor('late', {
      control: z.string(),
      initial: () => ({}),
      // Assignable to a handler without a result, and wrong.
      // oxlint-disable-next-line typescript/no-misused-promises -- that is what is tested
      onMessage: () => Promise.resolve(),
    });
    const { failures } = localActor(late).turn(0, [fromAnn('x')]);
    expect(String(failures[0]?.error)).toContain('onMessage is asynchronous');
  });

  test('state that is no JSON, or too long, fails the message that made it', () => {
    const keeper = defineActor('keeper', {
      control: z.unknown(),
      initial: (): { value: unknown } => ({ value: 0 }),
      onMessage(ctx, message) {
        ctx.state.value = message === 'nan' ? { deep: [NaN] } : message;
      },
    });
    const actor = localActor(keeper, { maxStateLength: 30 });
    const first = actor.turn(0, [fromAnn('ok'), fromAnn('nan')]);
    expect(String(first.failures[0]?.error)).toContain('the state.value.deep[0] is NaN');
    expect(actor.state()).toEqual({ value: 'ok' });
    const other = localActor(keeper, { maxStateLength: 30 });
    const second = other.turn(0, [fromAnn('x'.repeat(40))]);
    expect(String(second.failures[0]?.error)).toContain('30 are allowed');
  });

  test('what a handler publishes is checked against the schema, unless that is switched off', () => {
    const wrong = defineActor('wrong', {
      control: z.string(),
      server: z.object({ n: z.number() }),
      initial: () => ({}),
      onMessage: (ctx) => ctx.publish({ n: 'one' as unknown as number }),
    });
    const checked = localActor(wrong).turn(0, [fromAnn('x')]);
    expect(String(checked.failures[0]?.error)).toMatch(/actor wrong, server: n: /);
    const unchecked = localActor(wrong, { validatePublications: false }).turn(0, [fromAnn('x')]);
    expect(published(unchecked.commit.publications)).toEqual([['server:wrong/1', { n: 'one' }]]);
  });
});

describe('what goes along with a publication', () => {
  const stock = defineActor('stock', {
    control: z.object({ tags: z.any() }),
    initial: () => ({}),
    onMessage: (ctx, { tags }) => {
      ctx.publishTo('market:1', 1, { tags, delta: true });
      ctx.publishTo('market:1', 2);
    },
  });

  test('is there for its subscribers', () => {
    const { commit } = localActor(stock).turn(0, [fromAnn({ tags: { ticker: 'AAPL' } })]);
    expect(commit.publications.map(({ body }) => [JSON.parse(body), wantsDelta(body)])).toEqual([
      [{ data: 1, tags: { ticker: 'AAPL' } }, true],
      [{ data: 2 }, false],
    ]);
  });

  test('is refused when a tag is no text', () => {
    const { failures } = localActor(stock).turn(0, [fromAnn({ tags: { price: 1 } })]);
    expect(String(failures[0]?.error)).toContain('publishTo(): the tag "price" is no text but 1');
  });
});

describe('reject', () => {
  test('undoes the message, consumes it and tells its client', () => {
    const actor = localActor(counter);
    const messages = [fromAnn({ add: 1 }), fromAnn({ reject: 'not now' }), fromAnn({ add: 2 })];
    const { commit, counts } = actor.turn(0, messages);
    expect(actor.state()).toEqual({ total: 3, log: ['{"add":1}', '{"add":2}'] });
    expect(commit.consumedThrough).toBe(3);
    expect(counts).toMatchObject({ messages: 3, rejections: 1, failures: 0 });
    expect(published(commit.publications)).toEqual([
      ['server:counter/1', { total: 1 }],
      ['user:#ann', { type: 'rejected', actor: 'counter/1', code: 'no', message: 'not now' }],
      ['server:counter/1', { total: 3 }],
    ]);
  });

  test('is not told on a channel that others may read, whatever the user is called', () => {
    const actor = localActor(counter);
    for (const user of ['ann,bob', 'x#ann', '']) {
      const from = { type: 'client', user, client: 'c1' } as const;
      const { commit } = actor.turn(0, [{ type: 'message', from, data: { reject: 'no' } }]);
      expect(published(commit.publications)).toEqual([]);
    }
  });

  test('cannot be swallowed by the handler', () => {
    const sly = defineActor('sly', {
      control: z.string(),
      initial: () => ({ n: 0 }),
      onMessage(ctx) {
        ctx.state.n = 1;
        try {
          ctx.reject('no', 'no');
        } catch {
          ctx.state.n = 2;
        }
      },
    });
    const { counts, commit } = localActor(sly).turn(0, [fromAnn('x')]);
    expect(counts).toMatchObject({ rejections: 1, messages: 1 });
    expect(commit.state).toBeNull();
  });
});

describe('asks', () => {
  const reply = (ask: string) =>
    published(localActor(counter).turn(0, [askOf({ ask })]).commit.publications);

  test('are answered with the reply, in the same commit', () => {
    expect(reply('reply')).toEqual([['reply:x', { ask: 'q1', ok: true, data: { total: 100 } }]]);
  });

  test('without a reply are told so', () => {
    expect(reply('silence')).toEqual([
      ['reply:x', { ask: 'q1', ok: false, code: 'no-reply', message: expect.any(String) }],
    ]);
  });

  test('that are refused carry the reason', () => {
    const refused = {
      ask: 'q1',
      ok: false,
      code: 'rejected',
      message: 'try later',
      reason: 'busy',
    };
    expect(reply('reject')).toEqual([['reply:x', refused]]);
  });

  test('that become dead letters are told that they failed', () => {
    const actor = localActor(counter);
    actor.turn(0, [askOf({ ask: 'throw' })]);
    actor.turn(1000);
    const { commit } = actor.turn(2000);
    expect(published(commit.publications)).toMatchObject([
      ['reply:x', { ok: false, code: 'failed' }],
    ]);
  });
});

describe('the life of an actor', () => {
  const room = defineActor('room', {
    control: z.string(),
    server: z.string(),
    creation: 'explicit',
    initial: ({ id, now }) => ({ id, now, users: [] as string[] }),
    onCreate: (ctx) => ctx.publish('created'),
    onMessage(ctx, message) {
      ctx.publish(message);
      if (message === 'close') ctx.destroy();
    },
    onPresence(ctx, { type, user }) {
      if (type === 'enter') ctx.state.users.push(user);
      else ctx.state.users = ctx.state.users.filter((name) => name !== user);
    },
  });

  test('an explicit kind comes into being by a create alone, once', () => {
    const actor = localActor(room);
    const before = actor.turn(0, [fromAnn('hi'), askOf('x'), { type: 'enter', user: 'ann' }]);
    expect(before.counts).toMatchObject({ messages: 3, ignored: 3, created: 0 });
    expect(before.commit.state).toBeNull();
    expect(published(before.commit.publications)).toMatchObject([
      ['reply:x', { code: 'no-actor' }],
    ]);

    const made = actor.turn(5, [create, create]);
    expect(actor.state()).toEqual({ id: '1', now: 5, users: [] });
    expect(published(made.commit.publications)).toEqual([
      ['server:room/1', 'created'],
      ['reply:x', { ask: 'c1', ok: true, data: null }],
      ['reply:x', { ask: 'c1', ok: false, code: 'exists', message: 'room/1 exists already' }],
    ]);
  });

  test('destroy deletes the state and the history, and an explicit kind stays dead', () => {
    const actor = localActor(room);
    actor.turn(0, [create]);
    const { commit, counts } = actor.turn(1, [fromAnn('close'), fromAnn('hello?')]);
    expect(commit).toMatchObject({ state: null, meta: null, forget: ['server:room/1'] });
    expect(commit).toMatchObject({ wakeAt: null, consumedThrough: 3 });
    expect(commit.publications).toMatchObject([{ history: { size: 10, ttlMs: 1 } }]);
    expect(counts).toMatchObject({ destroyed: 1, ignored: 1 });
  });

  test('an on-demand kind that was destroyed is new with the next message', () => {
    const actor = localActor(counter);
    actor.turn(0, [fromAnn({ add: 5 })]);
    const { counts } = actor.turn(1, [fromAnn({ destroy: true }), fromAnn({ add: 2 })]);
    expect(counts).toMatchObject({ destroyed: 1, created: 1 });
    expect(actor.state()).toEqual({ total: 2, log: ['{"add":2}'] });
  });

  test('entering creates an on-demand kind, leaving does not', () => {
    const lobby = defineActor('lobby', {
      initial: () => ({ users: [] as string[] }),
      onPresence: (ctx, event) => void ctx.state.users.push(`${event.type} ${event.user}`),
    });
    const actor = localActor(lobby);
    const left = actor.turn(0, [{ type: 'leave', user: 'bob' }]);
    expect(left.counts).toMatchObject({ ignored: 1, created: 0 });
    actor.turn(1, [
      { type: 'enter', user: 'ann' },
      { type: 'leave', user: 'ann' },
    ]);
    expect(actor.state()).toEqual({ users: ['enter ann', 'leave ann'] });
  });

  test('a create with data hands it to the kind’s internal handler, in the same step', () => {
    const seeded = defineActor('seeded', {
      internal: z.object({ size: z.number() }),
      creation: 'explicit',
      initial: () => ({ size: 0 }),
      onInternal(ctx, message) {
        if (message.size > 9) ctx.reject('too-big', 'at most 9');
        ctx.state.size = message.size;
        ctx.reply('made');
      },
    });
    const actor = localActor(seeded);
    const refused = actor.turn(0, [{ ...create, data: { size: 10 } }]);
    expect(refused.commit.state).toBeNull();
    expect(published(refused.commit.publications)).toMatchObject([
      ['reply:x', { reason: 'too-big' }],
    ]);
    const made = actor.turn(0, [{ ...create, data: { size: 3 } }]);
    expect(actor.state()).toEqual({ size: 3 });
    expect(published(made.commit.publications)).toMatchObject([['reply:x', { data: 'made' }]]);
  });
});

describe('the context', () => {
  test('ends with the turn', () => {
    let leaked: (() => void) | undefined;
    const leaky = defineActor('leaky', {
      control: z.string(),
      initial: () => ({}),
      onMessage(ctx) {
        leaked = () => ctx.publishTo('server:x', 1);
      },
    });
    localActor(leaky).turn(0, [fromAnn('x')]);
    expect(leaked).toThrow('the turn of leaky/1 is over');
  });

  test('time never goes back for one actor', () => {
    const clock = defineActor('clock', {
      control: z.string(),
      initial: () => ({ now: 0 }),
      onMessage: (ctx) => void (ctx.state.now = ctx.now),
    });
    const actor = localActor(clock);
    actor.turn(5000, [fromAnn('x')]);
    actor.turn(3000, [fromAnn('x')]);
    expect(actor.state()).toEqual({ now: 5000 });
  });

  test('sends carry the actor as their sender and the receiver’s inbox limit', () => {
    const sender = defineActor('sender', {
      control: z.string(),
      initial: () => ({}),
      onMessage: (ctx) => ctx.send({ key: 'counter/9', kind: 'counter' }, { ask: 'reply' }),
    });
    const actor = localActor(sender, {
      inboxLimitOf: (kind) => (kind === 'counter' ? 7 : undefined),
    });
    const { commit } = actor.turn(0, [fromAnn('x')]);
    expect(commit.sends).toEqual([{ to: 'counter/9', inboxLimit: 7, body: expect.any(String) }]);
    expect(JSON.parse(commit.sends[0]!.body)).toEqual({
      type: 'message',
      from: { type: 'actor', actor: 'sender/1' },
      data: { ask: 'reply' },
    });
  });

  test('bad names are refused with the name in the error', () => {
    const bad = defineActor('bad', {
      control: z.enum(['send', 'publish']),
      initial: () => ({}),
      onMessage(ctx, message) {
        if (message === 'send') ctx.send({ key: 'No/such kind', kind: 'x' }, 1);
        else ctx.publishTo('ümlaut', 1);
      },
    });
    const send = localActor(bad).turn(0, [fromAnn('send')]);
    expect(String(send.failures[0]?.error)).toContain('"No/such kind" names no actor');
    const publish = localActor(bad).turn(0, [fromAnn('publish')]);
    expect(String(publish.failures[0]?.error)).toContain('"ümlaut" names no channel');
  });

  test('a turn that is full leaves the rest of its messages for the next one', () => {
    const actor = localActor(counter, { maxEffects: 2 });
    const messages = [1, 2, 3].map((add) => fromAnn({ add }));
    const first = actor.turn(0, messages);
    expect(first.commit).toMatchObject({ consumedThrough: 2, holdUntil: null });
    expect(first.counts).toMatchObject({ messages: 2, failures: 0 });
    expect(actor.turn(1).commit.consumedThrough).toBe(3);
    expect(actor.state()).toMatchObject({ total: 6 });
  });
});
