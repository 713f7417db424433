import { describe, expect, test } from 'vitest';
import { act, nextDeadline } from './deadlines.ts';
import { mark, start } from './game.ts';
import type { Scene } from './game.ts';
import type { RoomPublication } from './messages.ts';
import { roomPublication } from './messages.ts';
import { DEFAULT_TIMES, isAbandoned, newRoom, viewOfRoom } from './room-state.ts';
import { enter, goAway, standUp } from './seats.ts';

class Refusal extends Error {}

/** A room driven by hand: every call runs the rules as one turn does. */
function openRoom() {
  let now = 1_000_000;
  let state = newRoom('ROOM42', now, DEFAULT_TIMES);
  const log: RoomPublication[] = [];
  const turn = (rules: (scene: Scene) => void): void => {
    const room = structuredClone(state);
    const published: RoomPublication[] = [];
    const scene: Scene = {
      room,
      times: DEFAULT_TIMES,
      now,
      changed: (type) => published.push({ type, room: viewOfRoom(room) }),
      refuse: (code) => {
        throw new Refusal(code);
      },
    };
    act(scene, rules);
    state = room;
    log.push(...published.map((each) => roomPublication['~standard'].validate(each) && each));
  };
  return {
    log,
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    types: () => log.map(({ type }) => type),
    enter: (user: string, name = user) => turn((scene) => enter(scene, user, name)),
    away: (user: string) => turn((scene) => goAway(scene, user)),
    start: (user: string) => turn((scene) => start(scene, user)),
    mark: (user: string, cell: number) => turn((scene) => mark(scene, user, cell)),
    stand: (user: string) => turn((scene) => standUp(scene, user)),
    pass: (ms: number) => {
      const end = now + ms;
      for (let at = nextDeadline(state, DEFAULT_TIMES); at !== null && at <= end;) {
        now = Math.max(now, at);
        turn(() => undefined);
        at = nextDeadline(state, DEFAULT_TIMES);
      }
      now = end;
    },
    /** Time passes and no tick comes. */
    stall: (ms: number) => {
      now += ms;
    },
    /** The tick comes. */
    tick: () => turn(() => undefined),
  };
}

function playing() {
  const room = openRoom();
  room.enter('ann');
  room.enter('bea');
  room.start('ann');
  room.log.length = 0;
  return room;
}

describe('seats', () => {
  test('the first two to enter are host and guest, others watch', () => {
    const room = openRoom();
    for (const user of ['ann', 'bea', 'cid']) room.enter(user, user.toUpperCase());
    expect(room.types()).toEqual(['joined', 'joined']);
    expect(room.log.at(-1)?.room).toMatchObject({
      id: 'ROOM42',
      state: 'waiting',
      host: { user: 'ann', name: 'ANN', connected: true },
      guest: { user: 'bea', name: 'BEA', connected: true },
    });
    expect(room.state.watchers.map(({ user }) => user)).toEqual(['cid']);
  });

  test('a host who leaves is followed by the guest, and the guest by the one who has watched longest', () => {
    const room = openRoom();
    for (const user of ['ann', 'bea', 'cid', 'dan']) room.enter(user);
    room.log.length = 0;
    room.stand('ann');
    expect(room.types()).toEqual(['left', 'host-changed', 'joined']);
    expect(room.state.host?.user).toBe('bea');
    expect(room.state.guest?.user).toBe('cid');
    // Ann gave her seat up: she is not next in line although she is still here.
    room.stand('cid');
    room.stand('dan');
    expect(room.state.guest).toBeNull();
    room.away('ann');
    room.enter('ann');
    expect(room.state.guest?.user).toBe('ann');
  });

  test('a player who is gone for 30 s while the room waits loses the seat, one who comes back keeps it', () => {
    const room = openRoom();
    room.enter('ann');
    room.enter('bea');
    room.away('bea');
    room.pass(29_999);
    room.enter('bea');
    room.pass(60_000);
    expect(room.state.guest?.user).toBe('bea');
    room.away('bea');
    room.pass(30_000);
    expect(room.state.guest).toBeNull();
    expect(room.types()).toEqual([
      'joined',
      'joined',
      'disconnected',
      'reconnected',
      'disconnected',
      'left',
    ]);
  });

  test('a host who leaves in the middle of a game is followed by the guest at once, and by others when the table is cleared', () => {
    const room = playing();
    room.mark('ann', 4);
    room.mark('bea', 0);
    room.log.length = 0;
    room.stand('ann');
    room.enter('cid');
    expect(room.types()).toEqual(['left', 'finished', 'host-changed']);
    const [, finished, promoted] = room.log.map((each) => each.room);
    expect(finished).toMatchObject({
      host: null,
      guest: { user: 'bea' },
      board: ['guest', null, null, null, 'host', null, null, null, null],
      result: { winner: 'guest', reason: 'left' },
    });
    // Told from the new seats: what is Bea's is the host's.
    expect(promoted).toMatchObject({
      state: 'finishing',
      host: { user: 'bea' },
      guest: null,
      board: ['host', null, null, null, 'guest', null, null, null, null],
      result: { winner: 'host', reason: 'left' },
    });
    room.pass(5_000);
    expect(room.types().slice(3)).toEqual(['reset', 'joined']);
    expect(room.state).toMatchObject({ phase: 'waiting', host: { user: 'bea' } });
    expect(room.state.guest?.user).toBe('cid');
    room.start('cid');
    expect(room.state.turn).toBe('host');
  });

  test('a host who is gone for good in the middle of a game is followed by the guest at once', () => {
    const room = playing();
    room.mark('ann', 4);
    room.away('ann');
    room.pass(20_000);
    room.mark('bea', 0);
    room.pass(10_000);
    expect(room.types().slice(-3)).toEqual(['left', 'finished', 'host-changed']);
    expect(room.state).toMatchObject({
      phase: 'finishing',
      host: { user: 'bea' },
      guest: null,
      result: { winner: 'host', reason: 'left' },
    });
  });

  test('a host who has won and leaves while the result is shown has still won', () => {
    const room = playing();
    [0, 3, 1, 4, 2].forEach((cell, i) => room.mark(i % 2 === 0 ? 'ann' : 'bea', cell));
    room.log.length = 0;
    room.stand('ann');
    expect(room.types()).toEqual(['left', 'host-changed']);
    expect(room.log.at(-1)?.room).toMatchObject({
      host: { user: 'bea' },
      guest: null,
      board: ['guest', 'guest', 'guest', 'host', 'host', null, null, null, null],
      result: { winner: 'guest', reason: 'line' },
    });
    room.pass(5_000);
    expect(room.types()).toEqual(['left', 'host-changed', 'reset']);
  });

  test('a guest who leaves in the middle of a game leaves the host where they are', () => {
    const room = playing();
    room.stand('bea');
    expect(room.types()).toEqual(['left', 'finished']);
    expect(room.state).toMatchObject({
      host: { user: 'ann' },
      guest: null,
      result: { winner: 'host', reason: 'left' },
    });
  });

  test('a room nobody enters for 60 s, and one that everybody has left, are abandoned', () => {
    const unclaimed = openRoom();
    unclaimed.pass(59_999);
    expect(isAbandoned(unclaimed.state)).toBe(false);
    unclaimed.pass(1);
    expect(isAbandoned(unclaimed.state)).toBe(true);

    const room = playing();
    room.enter('cid');
    room.away('ann');
    room.away('cid');
    room.stand('bea');
    room.pass(29_000);
    expect(isAbandoned(room.state)).toBe(false);
    room.pass(1_000);
    expect(isAbandoned(room.state)).toBe(false);
    room.away('bea');
    expect(isAbandoned(room.state)).toBe(true);
  });

  test('more watchers than are remembered by name are counted, so that the room knows when it is empty', () => {
    const room = openRoom();
    const users = Array.from({ length: 300 }, (_, i) => `user${i}`);
    for (const user of users) room.enter(user);
    expect(room.state.watchers.length + room.state.crowd).toBe(298);
    for (const user of users.toReversed()) room.away(user);
    room.pass(120_000);
    expect(isAbandoned(room.state)).toBe(true);
  });
});

describe('a game', () => {
  test('is won by three in a row, and the room waits again after 5 s', () => {
    const room = playing();
    for (const [user, cell] of [
      ['ann', 0],
      ['bea', 3],
      ['ann', 1],
      ['bea', 4],
      ['ann', 2],
    ] as const) {
      room.mark(user, cell);
    }
    expect(room.types()).toEqual(['marked', 'marked', 'marked', 'marked', 'marked', 'finished']);
    expect(room.log.at(-1)?.room).toMatchObject({
      state: 'finishing',
      turn: null,
      turnEndsAt: null,
      result: { winner: 'host', reason: 'line' },
    });
    room.pass(5_000);
    expect(room.log.at(-1)).toMatchObject({
      type: 'reset',
      room: { state: 'waiting', result: null, board: Array(9).fill(null) },
    });
  });

  test('is drawn when the board is full', () => {
    const room = playing();
    [0, 1, 2, 4, 3, 5, 7, 6, 8].forEach((cell, i) => room.mark(i % 2 === 0 ? 'ann' : 'bea', cell));
    expect(room.log.at(-1)?.room.result).toEqual({ winner: null, reason: 'draw' });
  });

  test('is begun by the host the first time and by the other one each time after', () => {
    const room = playing();
    expect(room.state.turn).toBe('host');
    room.pass(30_000 + 5_000);
    room.start('bea');
    expect(room.state.turn).toBe('guest');
    room.pass(30_000 + 5_000);
    room.start('ann');
    expect(room.state.turn).toBe('host');
    // A new pair starts afresh.
    room.pass(30_000 + 5_000);
    room.stand('bea');
    room.enter('cid');
    room.start('cid');
    expect(room.state.turn).toBe('host');
  });

  test('is lost by a player who does not move for 30 s', () => {
    const room = playing();
    room.mark('ann', 4);
    expect(room.state.turnEndsAt).toBe(room.now + 30_000);
    room.pass(29_999);
    expect(room.state.phase).toBe('playing');
    room.pass(1);
    expect(room.types()).toEqual(['marked', 'timed-out', 'finished']);
    expect(room.state.result).toEqual({ winner: 'host', reason: 'time' });
  });

  test('is lost by a player who leaves, or who is gone for 30 s', () => {
    const left = playing();
    left.stand('bea');
    expect(left.state.result).toEqual({ winner: 'host', reason: 'left' });

    const gone = playing();
    gone.away('ann');
    gone.pass(29_999);
    gone.enter('ann');
    // The turn's time does not stop for her.
    expect(gone.types()).toEqual(['disconnected', 'reconnected']);
    gone.mark('ann', 0);
    gone.away('ann');
    gone.pass(20_000);
    gone.mark('bea', 1);
    gone.pass(10_000);
    expect(gone.log.findLast(({ type }) => type === 'finished')?.room).toMatchObject({
      state: 'finishing',
      result: { winner: 'guest', reason: 'left' },
    });
  });
});

describe('a tick that is late', () => {
  test('lets no mark through once the time for it is over: the game ends by time', () => {
    const room = playing();
    room.stall(30_000);
    expect(() => room.mark('ann', 0)).toThrow('too-late');
    expect(() => room.mark('bea', 0)).toThrow('not-playing');
    expect(room.state.phase).toBe('playing');
    // Nothing of a refused message applies; the tick, which is due, does it.
    expect(nextDeadline(room.state, DEFAULT_TIMES)).toBe(room.now);
    room.tick();
    expect(room.types()).toEqual(['timed-out', 'finished']);
    expect(room.state.result).toEqual({ winner: 'guest', reason: 'time' });
    expect(() => room.mark('ann', 0)).toThrow('too-late');
    expect(() => room.mark('bea', 0)).toThrow('not-playing');
  });

  test('saves nobody: who let the time run out has lost although the other one left since, and who was gone for 30 s has no seat', () => {
    const room = playing();
    room.stall(31_000);
    room.stand('bea');
    expect(room.types()).toEqual(['timed-out', 'finished', 'left']);
    expect(room.state.result).toEqual({ winner: 'guest', reason: 'time' });

    const gone = playing();
    gone.away('ann');
    gone.mark('ann', 0);
    gone.pass(29_000);
    gone.mark('bea', 3);
    gone.stall(2_000);
    expect(() => gone.mark('ann', 1)).toThrow('not-a-player');
    gone.enter('ann');
    expect(gone.types().slice(-3)).toEqual(['left', 'finished', 'host-changed']);
    expect(gone.state.watchers.map(({ user }) => user)).toEqual(['ann']);
  });

  test('keeps nobody from starting the next game', () => {
    const room = playing();
    room.pass(30_000);
    room.stall(5_000);
    room.start('bea');
    expect(room.types().slice(-2)).toEqual(['reset', 'started']);
  });
});

describe('what is refused changes nothing', () => {
  test.each([
    ['a move out of turn', 'not-your-turn', (room: Room) => room.mark('bea', 0)],
    ['a move on a taken cell', 'cell-taken', (room: Room) => room.mark('bea', 4)],
    ['a move out of range', 'no-such-cell', (room: Room) => room.mark('ann', 9)],
    ['a move between cells', 'no-such-cell', (room: Room) => room.mark('ann', 0.5)],
    ['a move by a watcher', 'not-a-player', (room: Room) => room.mark('cid', 0)],
    ['a start while playing', 'already-playing', (room: Room) => room.start('ann')],
    ['leaving without a seat', 'not-a-player', (room: Room) => room.stand('cid')],
  ])('%s', (what, code, act) => {
    const room = playing();
    room.enter('cid');
    if (what.includes('taken')) room.mark('ann', 4);
    const before = structuredClone(room.state);
    expect(() => act(room)).toThrow(code);
    expect(room.state).toEqual(before);
  });

  test('a start without an opponent, with one who is away, or just after a game; a move when not playing', () => {
    const room = openRoom();
    room.enter('ann');
    expect(() => room.start('ann')).toThrow('no-opponent');
    expect(() => room.mark('ann', 0)).toThrow('not-playing');
    room.enter('bea');
    room.away('bea');
    expect(() => room.start('ann')).toThrow('player-away');
    room.enter('bea');
    room.start('ann');
    room.stand('bea');
    expect(() => room.start('ann')).toThrow('still-finishing');
    expect(() => room.mark('ann', 0)).toThrow('not-playing');
  });
});

type Room = ReturnType<typeof openRoom>;
