/** The room as an actor: every turn runs the rules, then says when to look again. */
import { defineActor } from '@belfry/actors';
import type { ActorDefinition, TurnContext } from '@belfry/actors';
import { act, nextDeadline } from './deadlines.ts';
import { mark, start } from './game.ts';
import type { Scene } from './game.ts';
import { controlMessage, roomPublication } from './messages.ts';
import type { RoomPublication } from './messages.ts';
import { DEFAULT_TIMES, isAbandoned, newRoom, viewOfRoom } from './room-state.ts';
import type { RoomState, RoomTimes } from './room-state.ts';
import { enter, goAway, standUp } from './seats.ts';

type Turn = TurnContext<RoomState, RoomPublication, never>;

export type TicTacToe = ActorDefinition<
  'tictactoe',
  RoomState,
  typeof controlMessage,
  typeof roomPublication,
  undefined,
  undefined
>;

/** The longest name that is shown, in characters. */
const MAX_NAME = 40;

/** The name of a connection's info `{"name": …}`, or the user's id when it has none. */
function nameOf(info: unknown, user: string): string {
  const name =
    typeof info === 'object' && info !== null && 'name' in info && typeof info.name === 'string'
      ? info.name.trim()
      : '';
  // By characters, not by UTF-16 units: a name must not end in half an emoji.
  return Array.from(name === '' ? user : name)
    .slice(0, MAX_NAME)
    .join('');
}

/**
 * A room for two players and any number of watchers.
 *
 * @param options times in ms, for tests and for other games than the usual; see `RoomTimes` for the defaults
 */
export function createTicTacToe(options: Partial<RoomTimes> = {}): TicTacToe {
  const times: RoomTimes = { ...DEFAULT_TIMES, ...options };

  /** Runs the rules on the actor's state, then deletes an abandoned room or sets its next tick. */
  function play(ctx: Turn, rules: (scene: Scene) => void): void {
    const room = ctx.state;
    const scene: Scene = {
      room,
      times,
      now: ctx.now,
      changed: (type) => ctx.publish({ type, room: viewOfRoom(room) }),
      refuse: (code, message) => ctx.reject(code, message),
    };
    act(scene, rules);
    if (isAbandoned(room)) return ctx.destroy();
    const at = nextDeadline(room, times);
    if (at === null) ctx.cancelTick();
    else ctx.scheduleTick(at);
  }

  return defineActor('tictactoe', {
    control: controlMessage,
    server: roomPublication,
    creation: 'explicit',
    initial: ({ id, now }) => newRoom(id, now, times),
    // Whoever comes gets the latest publication with the subscription, so there must always be one.
    onCreate: (ctx) => play(ctx, ({ changed }) => changed('reset')),
    onMessage: (ctx, message, { user }) =>
      play(ctx, (scene) => {
        switch (message.type) {
          case 'start':
            return start(scene, user);
          case 'mark':
            return mark(scene, user, message.cell);
          case 'leave':
            return standUp(scene, user);
        }
      }),
    onPresence: (ctx, { type, user, info }) =>
      play(ctx, (scene) =>
        type === 'enter' ? enter(scene, user, nameOf(info, user)) : goAway(scene, user),
      ),
    onTick: (ctx) => play(ctx, () => undefined),
  });
}

/** The room with its usual times. */
export const tictactoe: TicTacToe = createTicTacToe();
