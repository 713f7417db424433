/** What time alone does to a room. One pending tick is enough: it is set to the earliest deadline. */
import { reset, timeOut } from './game.ts';
import type { Scene } from './game.ts';
import type { RoomState, RoomTimes, Seat } from './room-state.ts';
import { fillSeats, vacate } from './seats.ts';

type Deadline = 'unclaimed' | 'turn' | 'reset' | 'host-gone' | 'guest-gone';

function seatDeadline(seat: Seat | null, { graceMs }: RoomTimes): number | null {
  return seat === null || seat.goneSince === null ? null : seat.goneSince + graceMs;
}

/** The earliest deadline; of equal ones the first in the order written here. */
function earliest(room: RoomState, times: RoomTimes): { what: Deadline; at: number } | null {
  const all: [Deadline, number | null][] = [
    ['unclaimed', room.unclaimedUntil],
    ['turn', room.turnEndsAt],
    ['reset', room.resetAt],
    ['host-gone', seatDeadline(room.host, times)],
    ['guest-gone', seatDeadline(room.guest, times)],
  ];
  let found: { what: Deadline; at: number } | null = null;
  for (const [what, at] of all) {
    if (at !== null && (found === null || at < found.at)) found = { what, at };
  }
  return found;
}

/** When the room wants to be looked at; `null`: only when something comes in. */
export function nextDeadline(room: RoomState, times: RoomTimes): number | null {
  return earliest(room, times)?.at ?? null;
}

/**
 * One turn of the rules. What was due by now comes first, also when its tick is late, so that what somebody does never counts after the
 * time for it was over. When the act is refused none of it applies; the tick that is due then does what was due.
 */
export function act(scene: Scene, rules: (scene: Scene) => void): void {
  runDeadlines(scene);
  rules(scene);
}

/** Does what is due, the earliest first. */
export function runDeadlines(scene: Scene): void {
  const { room, times, now } = scene;
  for (;;) {
    const due = earliest(room, times);
    if (due === null || due.at > now) return;
    switch (due.what) {
      case 'unclaimed':
        room.unclaimedUntil = null;
        break;
      case 'turn':
        timeOut(scene);
        break;
      case 'reset':
        reset(scene);
        fillSeats(scene);
        break;
      case 'host-gone':
        vacate(scene, 'host');
        break;
      case 'guest-gone':
        vacate(scene, 'guest');
        break;
    }
  }
}
