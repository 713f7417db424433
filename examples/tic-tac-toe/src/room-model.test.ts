/** Random visits, moves and pauses: what must hold in every room, whatever people do. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { act, nextDeadline } from './deadlines.ts';
import { mark, start } from './game.ts';
import type { Scene } from './game.ts';
import type { RoomPublication } from './messages.ts';
import { roomPublication } from './messages.ts';
import { DEFAULT_TIMES, isAbandoned, newRoom, sideOf, viewOfRoom } from './room-state.ts';
import type { RoomState } from './room-state.ts';
import { boardOutcome, CELLS, emptyBoard, otherSide, swapSides } from './rules.ts';
import { enter, goAway, standUp } from './seats.ts';

type Step =
  | { do: 'enter' | 'away' | 'start' | 'stand'; user: string }
  | { do: 'mark'; user: string; cell: number }
  | { do: 'pass'; ms: number }
  | { do: 'stall'; ms: number };

const user = fc.constantFrom('ann', 'bea', 'cid', 'dan');
const cell = fc.nat({ max: CELLS });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enter'), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('away'), user }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('start'), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stand'), user }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('mark'), user, cell }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.nat({ max: 40_000 }) }) },
  // Time passes, and the ticks of it come late: after whatever is done next.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stall'), ms: fc.nat({ max: 40_000 }) }) },
);

interface Outcome {
  state: RoomState;
  log: RoomPublication[];
  abandonedAt: number | null;
}

const REFUSED = new Error('refused');

/** Presence comes as Beacons send it: one enter, then one leave, per user. */
function run(steps: readonly Step[], check: (state: RoomState, now: number) => void): Outcome {
  let now = 5_000;
  let state = newRoom('R', now, DEFAULT_TIMES);
  const present = new Set<string>();
  const log: RoomPublication[] = [];
  const turn = (rules: (scene: Scene) => void): void => {
    const room = structuredClone(state);
    const published: RoomPublication[] = [];
    const scene: Scene = {
      room,
      times: DEFAULT_TIMES,
      now,
      changed: (type) => published.push({ type, room: viewOfRoom(room) }),
      refuse: () => {
        throw REFUSED;
      },
    };
    try {
      act(scene, rules);
    } catch (error) {
      if (error !== REFUSED) throw error;
      return;
    }
    state = room;
    log.push(...published);
    check(state, now);
  };
  const tickUntil = (end: number): void => {
    for (;;) {
      const at = nextDeadline(state, DEFAULT_TIMES);
      if (at === null || at > end || isAbandoned(state)) break;
      now = Math.max(now, at);
      turn(() => undefined);
    }
    now = Math.max(now, end);
  };
  for (const each of steps) {
    if (isAbandoned(state)) return { state, log, abandonedAt: now };
    if (each.do === 'pass') tickUntil(now + each.ms);
    else if (each.do === 'stall') now += each.ms;
    else if (each.do === 'enter') {
      if (!present.has(each.user)) turn((scene) => enter(scene, each.user, each.user));
      present.add(each.user);
    } else if (each.do === 'away') {
      if (present.delete(each.user)) turn((scene) => goAway(scene, each.user));
    } else if (present.has(each.user)) {
      if (each.do === 'mark') turn((scene) => mark(scene, each.user, each.cell));
      else if (each.do === 'start') turn((scene) => start(scene, each.user));
      else turn((scene) => standUp(scene, each.user));
    }
  }
  return { state, log, abandonedAt: isAbandoned(state) ? now : null };
}

const steps = fc.array(step, { maxLength: 120, size: 'max' });

test('a room is never in a state that makes no sense', () => {
  fc.assert(
    fc.property(steps, (all) => {
      run(all, (room, now) => {
        const [host, guest] = [room.host?.user, room.guest?.user];
        if (host !== undefined) expect(host).not.toBe(guest);
        for (const { user } of room.watchers) expect(sideOf(room, user)).toBeNull();
        expect(room.turn !== null).toBe(room.phase === 'playing');
        expect(room.turnEndsAt !== null).toBe(room.phase === 'playing');
        expect(room.result !== null).toBe(room.phase === 'finishing');
        expect(room.resetAt !== null).toBe(room.phase === 'finishing');
        if (room.phase === 'playing') {
          expect(host).toBeDefined();
          expect(guest).toBeDefined();
          expect(boardOutcome(room.board)).toBeNull();
        }
        // A guest without a host is promoted at once, whatever the room is at.
        if (host === undefined) expect(guest).toBeUndefined();
        if (room.phase === 'waiting') {
          expect(room.board).toEqual(emptyBoard());
          if (room.watchers.some(({ resting }) => !resting)) expect(guest).toBeDefined();
        }
        const marks = (side: string): number => room.board.filter((mark) => mark === side).length;
        expect(Math.abs(marks('host') - marks('guest'))).toBeLessThanOrEqual(1);
        const next = nextDeadline(room, DEFAULT_TIMES);
        if (next !== null) expect(next).toBeGreaterThan(now);
        // A room that nobody will touch again still ends: something is always scheduled or somebody is there.
        if (next === null && !isAbandoned(room)) {
          expect(room.host !== null || room.watchers.length > 0).toBe(true);
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('the publications alone tell the whole game: replaying them gives the same board and winner, turns alternate, one ends each game', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { log, state } = run(all, () => undefined);
      let board = emptyBoard();
      let last: 'host' | 'guest' | null = null;
      let open = false;
      let before: RoomPublication['room'] | null = null;
      let players: Record<'host' | 'guest', string | undefined> | null = null;
      let winner: string | null | undefined = null;
      for (const publication of log) {
        expect(roomPublication['~standard'].validate(publication)).toEqual({ value: publication });
        const { type, room } = publication;
        if (type === 'started') {
          board = emptyBoard();
          last = room.turn === 'host' ? 'guest' : 'host';
          open = true;
          players = { host: room.host?.user, guest: room.guest?.user };
        }
        if (type === 'host-changed') {
          // Who was the guest is the host, and what was the guest's is the host's.
          expect(before).toMatchObject({ host: null, guest: room.host });
          expect(room.guest).toBeNull();
          board = swapSides(board);
          if (players !== null) players = { host: players.guest, guest: players.host };
        }
        if (type === 'marked') {
          const changed = room.board.flatMap((mark, i) => (mark === board[i] ? [] : [i]));
          expect(changed).toHaveLength(1);
          const cell = changed[0]!;
          const side = room.board[cell]!;
          expect(board[cell]).toBeNull();
          expect(side).toBe(otherSide(last!));
          board[cell] = side;
          last = side;
        }
        if (type === 'finished') {
          expect(open).toBe(true);
          open = false;
          const { reason } = room.result!;
          const side = room.result!.winner;
          const outcome = boardOutcome(board);
          if (reason === 'line' || reason === 'draw') {
            expect(outcome).toEqual({ reason, winner: side });
          } else expect(outcome).toBeNull();
          // Who leaves cannot win by it.
          if (reason === 'left') expect(room[side!]?.user).toBeDefined();
          winner = side === null ? null : players![side];
        }
        // Whatever becomes of the seats, the same user has won for as long as the result is told.
        if (room.result !== null) {
          const side = room.result.winner;
          expect(side === null ? null : players![side]).toBe(winner);
          for (const seat of ['host', 'guest'] as const) {
            if (room[seat] !== null) expect(room[seat].user).toBe(players![seat]);
          }
        }
        if (type === 'reset') board = emptyBoard();
        expect(room.board).toEqual(board);
        before = room;
      }
      expect(state.board).toEqual(board);
      const latest = log.at(-1);
      if (latest !== undefined) expect(latest.room).toEqual(viewOfRoom(state));
    }),
    { numRuns: 300 },
  );
});

test('a room that everybody leaves is abandoned within 70 s', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const people = ['ann', 'bea', 'cid', 'dan'];
      const { abandonedAt, state } = run(
        [...all, ...people.map((user): Step => ({ do: 'away', user })), { do: 'pass', ms: 70_000 }],
        () => undefined,
      );
      expect({ abandonedAt, state }).not.toMatchObject({ abandonedAt: null });
    }),
    { numRuns: 300 },
  );
});
