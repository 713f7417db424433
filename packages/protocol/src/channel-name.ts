/**
 * Names of channels and actors, and the key that decides where they live.
 *
 * A channel is `namespace:key` (`control:tictactoe/A1B2C3`, `user:#ann`) or a bare name (`broadcast`). An actor is
 * `kind/id`. What must commit together shares a *partition key*, so that `control:tictactoe/A1B2C3`,
 * `server:tictactoe/A1B2C3` and the actor `tictactoe/A1B2C3` are always neighbours.
 */

/** An actor's full name, `kind/id`. */
export type ActorKey = `${string}/${string}`;

/** The longest channel name a client may use, in characters (Centrifugo's default `channel.max_length`). */
export const MAX_CHANNEL_LENGTH = 255;

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const ACTOR_ID = /^[A-Za-z0-9_.~@+=-]{1,128}$/;

/** Whether `kind` may name a kind of actors: lower-case letters, digits and `-`, 1 to 32 characters. */
export function isActorKind(kind: string): boolean {
  return KIND.test(kind);
}

/** Whether `id` may name an actor of its kind: letters, digits and `_ . ~ @ + = -`, 1 to 128 characters. */
export function isActorId(id: string): boolean {
  return ACTOR_ID.test(id);
}

/** Joins a kind and an id. The caller has checked both. */
export function actorKey(kind: string, id: string): ActorKey {
  return `${kind}/${id}`;
}

/** Splits and checks `kind/id`; `null` when either half is not a legal name. */
export function parseActorKey(key: string): { kind: string; id: string } | null {
  const slash = key.indexOf('/');
  if (slash < 0) return null;
  const kind = key.slice(0, slash);
  const id = key.slice(slash + 1);
  return isActorKind(kind) && isActorId(id) ? { kind, id } : null;
}

/** The namespace of a channel: what stands before the first `:`, or `''` for a channel without one. */
export function channelNamespace(channel: string): string {
  const colon = channel.indexOf(':');
  return colon < 0 ? '' : channel.slice(0, colon);
}

/** What follows the namespace: `tictactoe/A1B2C3` of `control:tictactoe/A1B2C3`; a bare channel is its own key. */
export function channelKey(channel: string): string {
  return channel.slice(channel.indexOf(':') + 1);
}

/**
 * The string whose hash picks the partition of a channel or an actor.
 *
 * `…{tag}…` → `tag`; else the key after the first `:`, and of a key `kind/id` the id. So `server:match/42`, `server:42`,
 * and `match/42` all give `42`.
 */
export function partitionKey(name: string): string {
  const open = name.indexOf('{');
  if (open >= 0) {
    const close = name.indexOf('}', open + 1);
    if (close > open + 1) return name.slice(open + 1, close);
  }
  const key = channelKey(name);
  return key.slice(key.indexOf('/') + 1);
}

/** Where clients publish to an actor, and be there: `control:<kind>/<id>`. */
export function controlChannel(actor: ActorKey): string {
  return `control:${actor}`;
}

/** Where an actor's publications go: `server:<kind>/<id>`. */
export function serverChannel(actor: ActorKey): string {
  return `server:${actor}`;
}

/**
 * Whether `userChannel(user)` is private to that user. After the last `#` a channel names users with commas between them, so a user
 * whose own name has either would share the channel with whoever has a part of it as name.
 */
export function hasPrivateChannel(user: string): boolean {
  return user !== '' && !/[#,]/.test(user);
}

/** The private channel of one user: `user:#<user>`. See `hasPrivateChannel`. */
export function userChannel(user: string): string {
  return `user:#${user}`;
}
