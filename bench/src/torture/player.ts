/** One player of one room: plays as fast as the game lets it, now and then wrongly, and keeps a log of all it saw and was told. */
import { BelfryError, type ActorHandle, type BelfryClient } from '@belfry/client';
import type { RoomPublication, Side } from '@belfry/example-tic-tac-toe/shared';
import type { SeededRandom } from '@belfry/testkit';
import { connectPatiently } from './connect-patiently.ts';
import type { Logged, MoveLog, SentMove } from './room-check.ts';
import type { tictactoe, TracedMessage } from './torture-actors.ts';

export interface PlayerOptions {
  readonly url: string;
  readonly user: string;
  readonly token: string;
  readonly random: SeededRandom;
}

const THINK_MS = 50;
/** Of the moves, how many are made although the rules forbid them. */
const WRONG_SHARE = 0.1;

export class Player {
  readonly user: string;
  readonly client: BelfryClient;
  readonly log: Logged<RoomPublication>[] = [];
  lost = 0;
  starts = 0;
  readonly #random: SeededRandom;
  readonly #accepted: SentMove[] = [];
  readonly #unknown: number[] = [];
  readonly #refused: string[] = [];
  #lastMove = 0;
  #room: ActorHandle<TracedMessage, RoomPublication, never> | undefined;
  #sending: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: PlayerOptions) {
    this.user = options.user;
    this.#random = options.random;
    this.client = connectPatiently(options);
  }

  get moves(): MoveLog {
    return {
      user: this.user,
      accepted: this.#accepted,
      unknown: this.#unknown,
      refused: this.#refused,
    };
  }

  /** The seat it has, as far as it knows. */
  get seat(): Side | null {
    const room = this.log.at(-1)?.data.room;
    if (room?.host?.user === this.user) return 'host';
    return room?.guest?.user === this.user ? 'guest' : null;
  }

  /** Comes into the room and plays until `stop`. */
  play(roomId: string): void {
    const room = this.client.actor<typeof tictactoe>('tictactoe', roomId);
    this.#room = room;
    room.onPublication(({ offset, message }) => {
      this.log.push({ offset: offset ?? 0, data: message });
    });
    room.onRejected(({ id }) => {
      if (id !== undefined) this.#refused.push(id);
    });
    room.onLost(() => void this.lost++);
    // A refusal here is tried again by the client until it works; the run's checks see a player who never came.
    room.enter().catch(() => undefined);
    this.#timer = setInterval(() => this.#act(), THINK_MS + this.#random.int(0, THINK_MS));
  }

  /** Makes no further move; resolves when the last one has its answer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  /** Stands up and goes. */
  async leave(): Promise<void> {
    await this.#send({ type: 'leave' });
    this.#room?.leave();
  }

  #act(): void {
    if (this.#sending !== undefined) return;
    const message = this.#nextMessage();
    if (message === undefined) return;
    this.#sending = this.#send(message).finally(() => {
      this.#sending = undefined;
    });
  }

  #nextMessage(): TracedMessage | undefined {
    const room = this.log.at(-1)?.data.room;
    if (room === undefined) return undefined;
    const side = this.seat;
    if (side === null) return undefined;
    if (room.state === 'waiting') {
      const ready = room.host?.connected === true && room.guest?.connected === true;
      return ready && side === 'host' ? { type: 'start' } : undefined;
    }
    if (room.state !== 'playing') return undefined;
    const wrong = this.#random.chance(WRONG_SHARE);
    if (room.turn !== side && !(wrong && this.#random.chance(WRONG_SHARE))) return undefined;
    const cells = room.board.flatMap((mark, cell) => ((mark === null) === wrong ? [] : [cell]));
    return cells.length === 0
      ? undefined
      : { type: 'mark', cell: this.#random.pick(cells), move: ++this.#lastMove };
  }

  async #send(message: TracedMessage): Promise<void> {
    const seen = this.log.length;
    try {
      const { id } = (await this.#room?.send(message)) ?? {};
      if (id === undefined) return;
      if (message.move !== undefined) this.#accepted.push({ move: message.move, id });
      if (message.type === 'start') this.starts++;
      // Not the same move again before the answer to this one has come, but not for ever either.
      for (let i = 0; i < 20 && this.log.length === seen && !this.#refused.includes(id); i++) {
        await new Promise((resolve) => setTimeout(resolve, THINK_MS));
      }
    } catch (error) {
      const code = error instanceof BelfryError ? error.code : 'unknown';
      if (message.move !== undefined && (code === 'timeout' || code === 'closed')) {
        this.#unknown.push(message.move);
      }
    }
  }
}
