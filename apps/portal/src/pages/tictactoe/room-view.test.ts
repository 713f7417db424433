import type { Room, RoomPublication } from '@belfry/example-tic-tac-toe/shared';
import { expect, test } from 'vitest';
import {
  announcementOf,
  markOf,
  NO_MEMORY,
  offlineViewOf,
  remember,
  secondsLeft,
  viewOf,
} from './room-view.ts';

const ann = { user: 'a', name: 'Ann', connected: true };
const bea = { user: 'b', name: 'Bess', connected: true };

function room(changes: Partial<Room> = {}): Room {
  return {
    id: 'ROOM42',
    state: 'waiting',
    host: ann,
    guest: bea,
    board: Array.from({ length: 9 }, () => null),
    turn: null,
    turnEndsAt: null,
    result: null,
    ...changes,
  };
}

const view = (changes: Partial<Room>, user: string, memory = NO_MEMORY) =>
  viewOf(room(changes), user, memory);

test('a host alone is told to send the link and cannot start', () => {
  expect(view({ guest: null }, 'a')).toMatchObject({
    role: 'host',
    headline: 'Waiting for an opponent',
    detail: 'Send somebody the link: whoever opens it first plays.',
    start: null,
  });
});

test('either player may start when both are there, a watcher never', () => {
  expect(view({}, 'a').start).toEqual({ label: 'Start the game', enabled: true });
  expect(view({}, 'b').start).toEqual({ label: 'Start the game', enabled: true });
  expect(view({}, 'c').start).toBeNull();
  expect(view({ guest: { ...bea, connected: false } }, 'a')).toMatchObject({
    headline: 'Bess is away',
    start: { enabled: false },
  });
});

test('everybody is told whose turn it is, and only that one may put a mark', () => {
  const playing = { state: 'playing', turn: 'guest', turnEndsAt: 1 } as const;
  expect(view(playing, 'b')).toMatchObject({ headline: 'Your turn', canMark: true, mood: 'act' });
  expect(view(playing, 'a')).toMatchObject({ headline: 'Bess’ turn', canMark: false });
  expect(view(playing, 'c')).toMatchObject({ role: 'watcher', detail: 'You are watching.' });
});

test('who is offline is told of the clock and can do nothing; the others are told who it is', () => {
  const playing = { state: 'playing', turn: 'guest', turnEndsAt: 1 } as const;
  expect(offlineViewOf(view(playing, 'b'))).toMatchObject({
    headline: 'Your turn',
    detail: 'Your time goes on meanwhile.',
    canMark: false,
  });
  const gone = { ...playing, guest: { ...bea, connected: false } };
  expect(view(gone, 'a').detail).toBe('Your opponent is offline: 30 seconds to come back.');
  expect(view(gone, 'c').detail).toBe('The guest is offline: 30 seconds to come back.');
});

test.each([
  [{ winner: 'host', reason: 'line' }, 'a', 'You win', 'Three in a row.', 'won'],
  [{ winner: 'host', reason: 'line' }, 'b', 'Ann wins', 'Three in a row.', 'lost'],
  [{ winner: 'host', reason: 'time' }, 'b', 'Ann wins', 'You ran out of time.', 'lost'],
  [{ winner: 'host', reason: 'time' }, 'a', 'You win', 'Bess ran out of time.', 'won'],
  [{ winner: 'guest', reason: 'left' }, 'c', 'Bess wins', 'Ann left the game.', 'calm'],
  [
    { winner: null, reason: 'draw' },
    'a',
    'A draw',
    'The board is full and nobody has three in a row.',
    'calm',
  ],
] as const)('a result %o is told to %s', (result, user, headline, detail, mood) => {
  const memory = { ...NO_MEMORY, names: { host: 'Ann', guest: 'Bess' } };
  expect(view({ state: 'finishing', result }, user, memory)).toMatchObject({
    headline,
    detail,
    mood,
  });
});

test('the last result and the names of those who left are remembered until the seats change hands', () => {
  const finished: RoomPublication = {
    type: 'finished',
    room: room({ state: 'finishing', host: null, result: { winner: 'guest', reason: 'left' } }),
  };
  let memory = remember(NO_MEMORY, { type: 'started', room: room() });
  memory = remember(memory, finished);
  expect(viewOf(finished.room, 'b', memory).detail).toBe('Ann left the game.');
  memory = remember(memory, { type: 'reset', room: room() });
  expect(view({}, 'a', memory)).toMatchObject({
    headline: 'Bess wins',
    start: { label: 'Rematch', enabled: true },
  });
  memory = remember(memory, { type: 'joined', room: room() });
  expect(view({}, 'a', memory).start?.label).toBe('Start the game');
});

test('a guest who is promoted in the middle of a game has won, is told so, and keeps the ring until the table is cleared', () => {
  const started: RoomPublication = { type: 'started', room: room({ state: 'playing' }) };
  const board = room().board.with(0, 'guest').with(4, 'host');
  const finished: RoomPublication = {
    type: 'finished',
    room: room({
      state: 'finishing',
      host: null,
      board,
      result: { winner: 'guest', reason: 'left' },
    }),
  };
  const promoted: RoomPublication = {
    type: 'host-changed',
    room: room({
      state: 'finishing',
      host: bea,
      guest: null,
      board: room().board.with(0, 'host').with(4, 'guest'),
      result: { winner: 'host', reason: 'left' },
    }),
  };
  let memory = [started, finished, promoted].reduce(remember, NO_MEMORY);
  expect(viewOf(promoted.room, 'b', memory)).toMatchObject({
    role: 'host',
    headline: 'You win',
    detail: 'Ann left the game. You are the host now.',
    mood: 'won',
    start: null,
  });
  expect(viewOf(promoted.room, 'c', memory)).toMatchObject({
    headline: 'Bess wins',
    detail: 'Ann left the game.',
  });
  expect(memory.names).toEqual({ host: 'Bess', guest: 'Ann' });
  expect([markOf('host', memory), markOf('guest', memory)]).toEqual(['guest', 'host']);
  memory = remember(memory, { type: 'reset', room: room({ host: bea, guest: null }) });
  expect(markOf('host', memory)).toBe('host');
});

test('a winner who leaves while the result is shown has won nonetheless', () => {
  const result = { winner: 'host', reason: 'line' } as const;
  const memory = [
    { type: 'finished', room: room({ state: 'finishing', result }) } as const,
    { type: 'left', room: room({ state: 'finishing', host: null, result }) } as const,
  ].reduce(remember, NO_MEMORY);
  const promoted: RoomPublication = {
    type: 'host-changed',
    room: room({
      state: 'finishing',
      host: bea,
      guest: null,
      result: { winner: 'guest', reason: 'line' },
    }),
  };
  expect(viewOf(promoted.room, 'b', remember(memory, promoted))).toMatchObject({
    headline: 'Ann wins',
    detail: 'Three in a row. You are the host now.',
    mood: 'lost',
  });
});

test('a screen reader hears the other one’s mark and whose turn it is', () => {
  const before = room({ state: 'playing', turn: 'host', turnEndsAt: 1 });
  const board = before.board.with(5, 'host');
  const marked: RoomPublication = {
    type: 'marked',
    room: room({ state: 'playing', board, turn: 'guest', turnEndsAt: 2 }),
  };
  const heard = (user: string) =>
    announcementOf(before, marked, viewOf(marked.room, user, NO_MEMORY));
  expect(heard('b')).toBe('Ann marked row 2, column 3. Your turn.');
  expect(heard('a')).toBe('Bess’ turn');
});

test('the countdown shows the seconds that are left, the last one until it is over', () => {
  expect(
    [30_000, 29_999, 1_000, 1, 0, -500].map((left) => secondsLeft(5_000 + left, 5_000)),
  ).toEqual([30, 30, 1, 1, 0, 0]);
});
