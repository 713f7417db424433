/** What the Beacon must know of a kind of actors that clients can reach. */
export interface ActorKind {
  readonly kind: string;
  /** The most messages that may wait for one actor; past it a publish gets error 106. */
  readonly inboxLimit: number;
  /** Only what was created exists: what is sent to others, and presence there, is refused with error 102. */
  readonly explicit: boolean;
  /** What is wrong with a message, in words for its sender (error 107); `null`: nothing. */
  validate(data: unknown): string | null;
}

/** By kind. One that is not here cannot be reached by clients at all. */
export type ActorKinds = ReadonlyMap<string, ActorKind>;
