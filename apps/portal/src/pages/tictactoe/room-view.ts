/** What a page says about a room, from the room and who looks at it. Pure. */
import { otherSide } from '@belfry/example-tic-tac-toe/shared';
import type { Player, Room, RoomPublication, Side } from '@belfry/example-tic-tac-toe/shared';

export type Role = Side | 'watcher';

export interface RoomView {
  readonly role: Role;
  /** In a word or two: whose turn, who won, what to wait for. */
  readonly headline: string;
  /** One sentence more. */
  readonly detail: string;
  /** How it stands for the one who looks. */
  readonly mood: 'calm' | 'act' | 'won' | 'lost';
  /** May one put a mark now? */
  readonly canMark: boolean;
  readonly start: { readonly label: string; readonly enabled: boolean } | null;
}

/** What the page knows beside the room as it is now. */
export interface RoomMemory {
  /** The last game that ended here while the page was open. */
  readonly lastGame: Room | null;
  /** Who sits there, or sat there last and has left. */
  readonly names: Readonly<Record<Side, string>>;
  /** The host left and the guest was promoted while the result was shown: what was a ring stays a ring until the table is cleared. */
  readonly promoted: boolean;
}

export const NO_MEMORY: RoomMemory = {
  lastGame: null,
  names: { host: 'The host', guest: 'The guest' },
  promoted: false,
};

/** What to remember of a room once the next publication has come. */
export function remember(memory: RoomMemory, { type, room }: RoomPublication): RoomMemory {
  const changedHands = type === 'host-changed' || type === 'joined';
  // With a promotion, who was the host is in the place of the guest.
  const { host, guest } =
    type === 'host-changed' ? { host: memory.names.guest, guest: memory.names.host } : memory.names;
  return {
    lastGame: type === 'finished' ? room : changedHands ? null : memory.lastGame,
    names: { host: room.host?.name ?? host, guest: room.guest?.name ?? guest },
    promoted: room.state === 'finishing' && (memory.promoted || type === 'host-changed'),
  };
}

/** Whose mark is drawn for a seat: the host has the cross, and keeps a ring that was made as a guest. */
export function markOf(side: Side, { promoted }: RoomMemory): Side {
  return promoted ? otherSide(side) : side;
}

export function roleOf(room: Room, user: string | null): Role {
  if (user === null) return 'watcher';
  if (room.host?.user === user) return 'host';
  return room.guest?.user === user ? 'guest' : 'watcher';
}

export function viewOf(room: Room, user: string | null, memory: RoomMemory): RoomView {
  const role = roleOf(room, user);
  switch (room.state) {
    case 'playing':
      return playing(room, role);
    case 'finishing':
      return finishing(room, role, memory);
    case 'waiting':
      return waiting(room, role, memory);
  }
}

/** The same while one is offline: nothing can be done, and time goes on. */
export function offlineViewOf(view: RoomView): RoomView {
  if (!view.canMark) return view;
  return { ...view, detail: 'Your time goes on meanwhile.', mood: 'calm', canMark: false };
}

function playing(room: Room, role: Role): RoomView {
  const { turn } = room;
  const mine = turn !== null && turn === role;
  const mover = turn === null ? null : room[turn];
  const away = awayPlayer(room, role);
  const headline = mine ? 'Your turn' : `${possessive(mover?.name ?? 'Nobody')} turn`;
  let detail = mine ? 'Pick a free cell.' : 'Waiting for the move.';
  if (role === 'watcher') detail = 'You are watching.';
  if (away !== null) {
    // Without the name, which may be long: the board is not to move when somebody goes.
    const who =
      role === 'watcher' ? `The ${away === room.host ? 'host' : 'guest'}` : 'Your opponent';
    detail = `${who} is offline: 30 seconds to come back.`;
  }
  return {
    role,
    headline,
    detail,
    mood: mine ? 'act' : 'calm',
    canMark: mine,
    start: null,
  };
}

function finishing(room: Room, role: Role, { names, promoted }: RoomMemory): RoomView {
  const reason = role === 'watcher' ? reasonOf(room, names) : reasonOf(room, names, role);
  const both = room.host !== null && room.guest !== null;
  return {
    role,
    headline: resultOf(room, role, names),
    detail: promoted && role === 'host' ? `${reason} You are the host now.` : reason,
    mood: moodOf(room, role),
    canMark: false,
    start: role === 'watcher' || !both ? null : { label: 'Rematch soon', enabled: false },
  };
}

function waiting(room: Room, role: Role, { lastGame, names }: RoomMemory): RoomView {
  const { host, guest } = room;
  const calm = { role, mood: 'calm', canMark: false } as const;
  if (host === null || guest === null) {
    const detail =
      role === 'watcher'
        ? 'You are watching. A reload takes the free seat.'
        : 'Send somebody the link: whoever opens it first plays.';
    return { ...calm, headline: 'Waiting for an opponent', detail, start: null };
  }
  const label = lastGame === null ? 'Start the game' : 'Rematch';
  const away = awayPlayer(room, role);
  if (away !== null) {
    return {
      ...calm,
      headline: `${away.name} is away`,
      detail: 'The seat is kept for 30 seconds.',
      start: role === 'watcher' ? null : { label, enabled: false },
    };
  }
  const headline = lastGame === null ? 'Ready to play' : resultOf(lastGame, role, names);
  if (role === 'watcher') {
    const detail = 'You are watching. A seat that gets free goes to whoever has waited longest.';
    return { ...calm, headline, detail, start: null };
  }
  const other = role === 'host' ? guest : host;
  return {
    ...calm,
    headline,
    detail:
      lastGame === null
        ? `${other.name} is here. Either of you may start.`
        : `Once more against ${other.name}?`,
    start: { label, enabled: true },
  };
}

/** A player, other than oneself, whose connection is gone. */
function awayPlayer(room: Room, role: Role): Player | null {
  if (room.host?.connected === false && role !== 'host') return room.host;
  return room.guest?.connected === false && role !== 'guest' ? room.guest : null;
}

function moodOf({ result }: Room, role: Role): RoomView['mood'] {
  if (result === null || result.winner === null || role === 'watcher') return 'calm';
  return result.winner === role ? 'won' : 'lost';
}

function resultOf({ result }: Room, role: Role, names: RoomMemory['names']): string {
  if (result === null || result.winner === null) return 'A draw';
  if (result.winner === role) return 'You win';
  return `${names[result.winner]} wins`;
}

function reasonOf({ result }: Room, names: RoomMemory['names'], role?: Side): string {
  if (result === null) return '';
  const loser = result.winner === 'host' ? 'guest' : 'host';
  const subject = loser === role ? 'You' : names[loser];
  switch (result.reason) {
    case 'line':
      return 'Three in a row.';
    case 'draw':
      return 'The board is full and nobody has three in a row.';
    case 'time':
      return `${subject} ran out of time.`;
    case 'left':
      return `${subject} left the game.`;
  }
}

export function possessive(name: string): string {
  return name.endsWith('s') ? `${name}’` : `${name}’s`;
}

/** Row and column of a cell, as people count them. */
export function placeOf(cell: number): string {
  return `row ${Math.floor(cell / 3) + 1}, column ${(cell % 3) + 1}`;
}

/** What a screen reader is told when the room has changed; `''`: nothing worth an interruption. */
export function announcementOf(
  before: Room | null,
  { type, room }: RoomPublication,
  view: RoomView,
): string {
  const now = `${view.headline}. ${view.detail}`;
  switch (type) {
    case 'marked': {
      const cell = room.board.findIndex((mark, i) => mark !== (before?.board[i] ?? null));
      const side = room.board[cell] ?? null;
      if (side === null || side === view.role) return room.turn === null ? '' : view.headline;
      const marked = `${room[side]?.name ?? side} marked ${placeOf(cell)}.`;
      return room.turn === null ? marked : `${marked} ${view.headline}.`;
    }
    case 'timed-out':
    case 'left':
      return '';
    case 'joined':
    case 'disconnected':
    case 'reconnected':
    case 'host-changed':
    case 'started':
    case 'finished':
    case 'reset':
      return now;
  }
}

/** From here on time is short. */
export const SHORT_SECONDS = 10;

/** Whole seconds left, as a clock that counts down shows them. */
export function secondsLeft(endsAt: number, now: number): number {
  return Math.max(0, Math.ceil((endsAt - now) / 1000));
}
