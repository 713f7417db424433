/** The client knows the game's messages from its definition. Compiled, not run. */
import type { ActorHandle, BelfryClient } from '@belfry/client';
import type { ControlMessage, RoomPublication, tictactoe } from './index.ts';

declare const client: BelfryClient;

const room = client.actor<typeof tictactoe>('tictactoe', 'ROOM42');
room satisfies ActorHandle<ControlMessage, RoomPublication, never>;

void room.send({ type: 'mark', cell: 4 });
// @ts-expect-error there is no such message
void room.send({ type: 'jump' });
// @ts-expect-error a mark needs a cell
void room.send({ type: 'mark' });
// @ts-expect-error there is no such kind
client.actor<typeof tictactoe>('chess', 'ROOM42');

room.onPublication(({ message }) => {
  message.room.board satisfies ('host' | 'guest' | null)[];
  // @ts-expect-error a room has no score
  void message.room.score;
});

const plain = client.actor<{ type: 'go' }, { at: number }>('car', 'c1');
void plain.send({ type: 'go' });
// @ts-expect-error there is no such message
void plain.send({ type: 'stop' });
