import type { Room, Side } from '@belfry/example-tic-tac-toe/shared';
import type { JSX } from 'preact';
import { Mark } from './mark.tsx';
import { markOf } from './room-view.ts';
import type { RoomMemory, RoomView } from './room-view.ts';

interface PlayersProps {
  readonly room: Room;
  readonly role: RoomView['role'];
  readonly memory: RoomMemory;
}

const SEATS = ['host', 'guest'] as const;

/** Who plays, with which mark, and whether they are there. */
export function Players(props: PlayersProps): JSX.Element {
  return (
    <ul class="players" aria-label="Players">
      {SEATS.map((side) => (
        <Seat key={side} side={side} {...props} />
      ))}
    </ul>
  );
}

function Seat({ side, room, role, memory }: PlayersProps & { readonly side: Side }): JSX.Element {
  const player = room[side];
  const onTurn = room.turn === side;
  const won = room.result?.winner === side;
  const mark = markOf(side, memory);
  const classes = ['seat', `seat-${mark}`, onTurn ? 'is-on-turn' : '', won ? 'has-won' : ''];
  if (player === null) {
    return (
      <li class={`${classes.join(' ')} is-free`}>
        <Mark side={mark} />
        <span class="seat-who">
          <span class="seat-name">Free seat</span>
          <span class="seat-note">{side === 'host' ? 'Host' : 'Guest'}</span>
        </span>
      </li>
    );
  }
  const notes = [side === 'host' ? 'Host' : 'Guest'];
  if (role === side) notes.push('you');
  return (
    <li class={classes.filter(Boolean).join(' ')}>
      <Mark side={mark} />
      <span class="seat-who">
        <span class="seat-name" title={player.name}>
          {player.name}
        </span>
        <span class="seat-note">
          <span class={`dot ${player.connected ? 'is-on' : 'is-off'}`} aria-hidden="true" />
          {player.connected ? notes.join(' · ') : 'Offline'}
        </span>
      </span>
      {won && <span class="seat-won">won</span>}
    </li>
  );
}
