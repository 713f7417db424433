/**
 * Who sits, who watches, and how seats change hands.
 *
 * A guest whose host has left is promoted at once. If a result is on the table then, it is told anew from the new seats (what was the
 * guest's is the host's), so that within one publication `host` and `guest` always mean those who sit there now.
 *
 * Seats are given to others only while the room waits: who comes or is next in line meanwhile watches, so that nobody sits behind
 * marks that somebody else has made.
 */
import { finish } from './game.ts';
import type { Scene } from './game.ts';
import { otherSide, swapSides } from './rules.ts';
import type { Side } from './rules.ts';
import { sideOf } from './room-state.ts';
import type { RoomState, Seat } from './room-state.ts';

/** The most watchers a room remembers by name; the rest are counted. */
const MAX_WATCHERS = 200;

/** A user's first connection has come. */
export function enter(scene: Scene, user: string, name: string): void {
  const { room } = scene;
  room.unclaimedUntil = null;
  const side = sideOf(room, user);
  const seat = side === null ? null : room[side];
  if (seat !== null) {
    const was = { ...seat };
    seat.name = name;
    seat.goneSince = null;
    if (was.goneSince !== null || was.name !== name) scene.changed('reconnected');
    return;
  }
  const known = room.watchers.find((watcher) => watcher.user === user);
  if (known !== undefined) Object.assign(known, { name, resting: false });
  else if (room.watchers.length < MAX_WATCHERS) room.watchers.push({ user, name, resting: false });
  else room.crowd += 1;
  fillSeats(scene);
}

/** A user's last connection has gone. A seat is kept for `graceMs`. */
export function goAway(scene: Scene, user: string): void {
  const { room } = scene;
  const side = sideOf(room, user);
  const seat = side === null ? null : room[side];
  if (seat !== null) {
    if (seat.goneSince !== null) return;
    seat.goneSince = scene.now;
    scene.changed('disconnected');
    return;
  }
  const index = room.watchers.findIndex((watcher) => watcher.user === user);
  if (index >= 0) room.watchers.splice(index, 1);
  else room.crowd = Math.max(0, room.crowd - 1);
}

/** A player gives the seat up but may still be looking on. */
export function standUp(scene: Scene, user: string): void {
  const { room } = scene;
  const side = sideOf(room, user);
  const seat = side === null ? null : room[side];
  if (side === null || seat === null) {
    return scene.refuse('not-a-player', 'You have no seat in this room.');
  }
  if (seat.goneSince === null) {
    if (room.watchers.length < MAX_WATCHERS) {
      room.watchers.push({ user, name: seat.name, resting: true });
    } else room.crowd += 1;
  }
  vacate(scene, side);
}

/** The seat is free from now on; a game that was on is won by the other, who is the host if there is none. */
export function vacate(scene: Scene, side: Side): void {
  scene.room[side] = null;
  scene.changed('left');
  if (scene.room.phase === 'playing') finish(scene, { winner: otherSide(side), reason: 'left' });
  promote(scene);
  fillSeats(scene);
}

/** A guest without a host becomes the host. */
function promote(scene: Scene): void {
  const { room } = scene;
  if (room.host !== null || room.guest === null) return;
  room.host = room.guest;
  room.guest = null;
  room.board = swapSides(room.board);
  const { result } = room;
  if (result !== null && result.winner !== null) {
    room.result = { ...result, winner: otherSide(result.winner) };
  }
  room.first = 'host';
  scene.changed('host-changed');
}

/** Seats those who wait, the longest present first. */
export function fillSeats(scene: Scene): void {
  const { room } = scene;
  if (room.phase !== 'waiting') return;
  for (const side of ['host', 'guest'] as const) {
    if (room[side] !== null) continue;
    const next = takeNext(room);
    if (next === null) return;
    room[side] = next;
    // A new pair: the host begins its first game.
    room.first = 'host';
    scene.changed('joined');
  }
}

function takeNext(room: RoomState): Seat | null {
  const index = room.watchers.findIndex(({ resting }) => !resting);
  const [next] = index < 0 ? [] : room.watchers.splice(index, 1);
  return next === undefined ? null : { user: next.user, name: next.name, goneSince: null };
}
