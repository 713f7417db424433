/**
 * The actor itself, turn by turn as an engine runs it, on a clock that jumps: ticks come late, and what people did meanwhile waits in
 * the inbox. Whatever happens, nobody gains or loses a move by it.
 */
import { runTurn } from '@belfry/actors';
import type { TurnOptions, TurnSnapshot } from '@belfry/actors';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tictactoe } from './actor.ts';
import type { RoomPublication } from './messages.ts';
import { DEFAULT_TIMES } from './room-state.ts';
import type { RoomState } from './room-state.ts';
import { otherSide } from './rules.ts';

interface Inbound {
  readonly type: 'create' | 'enter' | 'leave' | 'message';
  readonly user: string;
  readonly data?: { readonly type: string; readonly cell?: number };
}

/** What a turn told: to everybody, and to single users. */
interface Told {
  readonly changes: RoomPublication[];
  readonly refusals: { readonly user: string; readonly code: string }[];
}

const OPTIONS: TurnOptions = {
  secret: 'test',
  historyFor: () => ({ size: 1, ttlMs: 60_000, metaTtlMs: 60_000 }),
};

function bodyOf({ type, user, data }: Inbound): string {
  const from = { type: 'client', user, client: `of-${user}` };
  if (type === 'message') return JSON.stringify({ type, from, id: `by-${user}`, data });
  if (type !== 'create') return JSON.stringify({ type, user, info: { name: user } });
  return JSON.stringify({ type, from: { type: 'system' }, ask: 'q', replyTo: 'reply:q', data: {} });
}

/** A room that lives in a variable; a turn runs what is in the inbox, then the tick if one is due. */
function openRoom(start: number) {
  let seq = 0;
  let now = start;
  let snapshot = {
    key: 'tictactoe/R',
    version: 0,
    fence: 1,
    state: null,
    meta: null,
    wakeAt: null,
    messages: [],
    now,
  } as unknown as TurnSnapshot;
  const turn = (...messages: Inbound[]): Told => {
    const inbox = messages.map((each) => ({ seq: ++seq, at: now, body: bodyOf(each) }));
    const { commit, failures } = runTurn(tictactoe, { ...snapshot, now, messages: inbox }, OPTIONS);
    expect(failures).toEqual([]);
    snapshot = {
      ...snapshot,
      version: (snapshot.version + 1) as TurnSnapshot['version'],
      state: commit.state === undefined ? snapshot.state : commit.state,
      meta: commit.meta,
      wakeAt: commit.wakeAt,
    };
    const sent = commit.publications.map(({ channel, body }) => ({
      channel,
      data: (JSON.parse(body) as { data: unknown }).data,
    }));
    return {
      changes: sent
        .filter(({ channel }) => channel === 'server:tictactoe/R')
        .map(({ data }) => data as RoomPublication),
      refusals: sent
        .filter(({ channel }) => channel.startsWith('user:#'))
        .map(({ channel, data }) => ({
          user: channel.slice('user:#'.length),
          code: (data as { code: string }).code,
        })),
    };
  };
  turn({ type: 'create', user: '' });
  return {
    turn,
    get now() {
      return now;
    },
    get wakeAt() {
      return snapshot.wakeAt;
    },
    get state(): RoomState | null {
      return snapshot.state === null ? null : (JSON.parse(snapshot.state) as RoomState);
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

type OpenRoom = ReturnType<typeof openRoom>;

function game(): OpenRoom {
  const room = openRoom(1_000_000);
  for (const user of ['ann', 'bea']) room.turn({ type: 'enter', user });
  room.turn(message('ann', { type: 'start' }));
  return room;
}

function message(user: string, data: Inbound['data'] & object): Inbound {
  return { type: 'message', user, data };
}

function presence(type: 'enter' | 'leave', user: string): Inbound {
  return { type, user };
}

test('a mark that runs when its time is over is refused to its sender alone, and the time-out comes with the same turn', () => {
  const room = game();
  room.pass(30_000);
  const { changes, refusals } = room.turn(message('ann', { type: 'mark', cell: 4 }));
  expect(refusals).toEqual([{ user: 'ann', code: 'too-late' }]);
  expect(changes.map(({ type }) => type)).toEqual(['timed-out', 'finished']);
  expect(changes.at(-1)?.room).toMatchObject({
    board: Array(9).fill(null),
    result: { winner: 'guest', reason: 'time' },
  });
});

test('a mark in the last millisecond counts', () => {
  const room = game();
  room.pass(29_999);
  const { changes, refusals } = room.turn(message('ann', { type: 'mark', cell: 4 }));
  expect(refusals).toEqual([]);
  expect(changes.map(({ type }) => type)).toEqual(['marked']);
});

/** By the clock alone: what ends a game that is on at `state`, if nobody does anything before `now`. */
function endByTime(state: RoomState, now: number): { winner: string; reason: string } | null {
  if (state.turn === null || state.turnEndsAt === null) return null;
  const ends = [
    { at: state.turnEndsAt, winner: otherSide(state.turn), reason: 'time' },
    ...(['host', 'guest'] as const).map((side) => ({
      at: (state[side]?.goneSince ?? Infinity) + DEFAULT_TIMES.graceMs,
      winner: otherSide(side),
      reason: 'left',
    })),
  ];
  const [first] = ends.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
  return first === undefined ? null : { winner: first.winner, reason: first.reason };
}

const user = fc.constantFrom('ann', 'bea', 'cid');
const act: fc.Arbitrary<Inbound> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ user, cell: fc.nat({ max: 8 }) })
      .map(({ user, cell }) => message(user, { type: 'mark', cell })),
  },
  { weight: 3, arbitrary: user.map((user) => message(user, { type: 'start' })) },
  { weight: 1, arbitrary: user.map((user) => message(user, { type: 'leave' })) },
  { weight: 2, arbitrary: user.map((user): Inbound => ({ type: 'leave', user })) },
  { weight: 3, arbitrary: user.map((user): Inbound => ({ type: 'enter', user })) },
);
/** So late is a turn, and this is what it finds in the inbox. */
const lateTurn = fc.record({
  pause: fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 9_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(29_999, 30_000, 30_001) },
    { weight: 1, arbitrary: fc.nat({ max: 80_000 }) },
  ),
  inbox: fc.array(act, { maxLength: 4 }),
});

test('however late its turns run, a room counts no mark after its time, and ends a game as the clock says', () => {
  let [tooLate, byClock] = [0, 0];
  fc.assert(
    fc.property(fc.array(lateTurn, { minLength: 1, maxLength: 40, size: 'max' }), (turns) => {
      const room = game();
      let present = new Set(['ann', 'bea']);
      for (const { pause, inbox } of turns) {
        const before = room.state;
        if (before === null) return;
        room.pass(pause);
        // Presence comes as Beacons send it: one enter, then one leave, per user.
        const messages = inbox.filter(({ type, user }) => {
          const is = present.has(user);
          if (type === 'enter') present = new Set([...present, user]);
          if (type === 'leave') present = new Set([...present].filter((each) => each !== user));
          return type === 'enter' ? !is : is;
        });
        const { changes, refusals } = room.turn(...messages);

        const end = endByTime(before, room.now);
        if (end !== null) {
          byClock += 1;
          const finished = changes.find(({ type }) => type === 'finished');
          expect(finished?.room.result).toEqual(end);
          expect(finished?.room.board).toEqual(before.board);
        }
        let turnEndsAt = before.turnEndsAt;
        for (const { type, room: after } of changes) {
          if (type === 'marked') expect(turnEndsAt).toBeGreaterThan(room.now);
          turnEndsAt = after.turnEndsAt;
        }
        // Every mark has an answer: it is on the board, or its sender is told why not. Only a room that was abandoned and deleted
        // within this turn answers nothing that comes after: it is not there any more.
        const marks = messages.filter(({ data }) => data?.type === 'mark').length;
        const others = messages.filter(({ type }) => type === 'message').length - marks;
        const made = changes.filter(({ type }) => type === 'marked').length;
        if (room.state !== null) expect(made + refusals.length).toBeGreaterThanOrEqual(marks);
        expect(made + refusals.length).toBeLessThanOrEqual(marks + others);
        tooLate += refusals.filter(({ code }) => code === 'too-late').length;
        // Nothing that is due is left for later.
        if (room.wakeAt !== null) expect(room.wakeAt).toBeGreaterThan(room.now);
      }
    }),
    {
      numRuns: 400,
      // Once a failure: the last one leaves, so that the room is deleted, and comes back and marks within one turn.
      examples: [
        [
          [
            { pause: 0, inbox: [presence('leave', 'ann')] },
            { pause: 0, inbox: [presence('enter', 'cid')] },
            { pause: 30_000, inbox: [presence('leave', 'bea')] },
            { pause: 29_999, inbox: [message('cid', { type: 'leave' })] },
            {
              pause: 29_999,
              inbox: [
                presence('leave', 'cid'),
                presence('enter', 'cid'),
                message('cid', { type: 'mark', cell: 0 }),
              ],
            },
          ],
        ],
      ],
    },
  );
  // The property says something only if this happens.
  expect(tooLate).toBeGreaterThan(10);
  expect(byClock).toBeGreaterThan(100);
});
