import type { BelfryError } from './belfry-error.ts';
import type { Accepted } from './actor-sender.ts';
import type { Off } from './listeners.ts';

/** How one is with an actor. */
export type ActorPresence =
  | { readonly type: 'outside' }
  /** Coming in, or coming back after the connection was lost; it is tried until it works. */
  | { readonly type: 'entering' }
  | { readonly type: 'inside' }
  /** The server does not let one in: `not-found` when the actor does not exist (any more), `forbidden`, … */
  | { readonly type: 'refused'; readonly error: BelfryError };

/** What the actor published to everyone. */
export interface ActorPublication<Server> {
  readonly message: Server;
  /** Its place in the channel; `null` where the channel keeps no history. */
  readonly offset: number | null;
  /** How many publications before it this client did not get. A channel that recovers its latest state leaves some out. */
  readonly missed: number;
}

/** The actor refused a message. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  /** The message's id, as `send` gave it. */
  readonly id: string | undefined;
}

/**
 * One actor, seen from a client. Put listeners on, then `enter`.
 *
 * `Control` is what may be sent to it, `Server` what it publishes to everyone, `User` what it publishes to single users.
 */
export interface ActorHandle<Control, Server, User> {
  readonly kind: string;
  readonly id: string;
  /** `kind/id`. */
  readonly key: string;
  readonly presence: ActorPresence;
  /** The latest publication that came; `null` before the first. */
  readonly latest: ActorPublication<Server> | null;

  /**
   * Comes in: the actor hears of it, and its latest publication is delivered. Resolves when one is inside; rejects with a `BelfryError`
   * when the server refuses, at once when the connection is closed or closes for good (`unauthorized` for a bad token), or with `timeout`
   * when it is not done in time. But for a refusal it goes on being tried until `leave`.
   */
  enter(): Promise<void>;
  /**
   * Sends a message. Resolves when the server has it for good: the actor will handle it, once. Rejects with a `BelfryError`. Lost replies
   * and connections are retried by themselves. Messages are handled in the order they were sent; while the server's store fails, one
   * that is under way may overtake one that has to be sent again. Wait for the promise where that matters.
   */
  send(message: Control): Promise<Accepted>;
  /** Goes: the actor hears of it unless the same user is there by another connection. What is under way is given up. */
  leave(): void;

  onPublication(listener: (publication: ActorPublication<Server>) => void): Off;
  /** The actor refused a message of this user, of whatever connection. */
  onRejected(listener: (rejection: Rejection) => void): Off;
  /** What came on the user's private channel and is not a rejection. All actors share that channel: the message must tell which. */
  onUserMessage(listener: (message: User) => void): Off;
  /** The connection was lost and the server could not bring back what was published meanwhile. */
  onLost(listener: () => void): Off;
  onPresence(listener: (presence: ActorPresence) => void): Off;
}
