/**
 * How the two threads of the embedded driver talk: flat arrays of strings, numbers, booleans and nulls, which structured clone copies
 * several times faster than nested objects. An operation is `code, length, …fields`; its answer is `true, …fields` or
 * `false, error code, error message`.
 */

export type WireValue = string | number | boolean | null;

/** Operation codes. They never leave the process. */
export const op = {
  send: 1,
  claim: 2,
  commit: 3,
  release: 4,
  inbox: 5,
  resume: 6,
  peek: 7,
  list: 8,
  listDead: 9,
  deadLetters: 10,
  redrive: 11,
  drop: 12,
  publish: 13,
  history: 14,
  removeHistory: 15,
  updatePresence: 16,
  removePresence: 17,
  presence: 18,
  presenceStats: 19,
  heartbeat: 20,
  leave: 21,
  listen: 22,
  ping: 23,
} as const;

export type OpCode = (typeof op)[keyof typeof op];

/** What a commit does to the state. */
export const stateChange = { leave: 0, remove: 1, set: 2 } as const;

/** What becomes of the lease. */
export const leaseWish = { release: 0, keep: 1, keepIfMessages: 2 } as const;

/** What the main thread posts: a batch to apply in one transaction, or the request to close. */
export type ToThread =
  | {
      readonly type: 'batch';
      /** The clock of the options, read when the batch was posted; `null`: the thread reads its own. */
      readonly now: number | null;
      readonly ops: readonly WireValue[];
    }
  | { readonly type: 'close' };

/** What the thread posts. */
export type FromThread =
  | { readonly type: 'open'; readonly sqlite: string }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  /** The answers of the oldest batch that was not answered, and the wakes it caused. */
  | {
      readonly type: 'done';
      readonly results: readonly WireValue[];
      readonly wakes: readonly WireValue[];
    }
  | { readonly type: 'closed' };

/** Wake codes. */
export const wakeType = { dueMessage: 0, dueTick: 1, inbox: 2 } as const;

/** Reads a flat array from the front. Both ends are ours, so a field is what the writer put there. */
export class WireReader {
  position = 0;
  readonly #values: readonly WireValue[];

  constructor(values: readonly WireValue[]) {
    this.#values = values;
  }

  get done(): boolean {
    return this.position >= this.#values.length;
  }

  text(): string {
    return this.#values[this.position++] as string;
  }

  textOrNull(): string | null {
    return this.#values[this.position++] as string | null;
  }

  number(): number {
    return this.#values[this.position++] as number;
  }

  numberOrNull(): number | null {
    return this.#values[this.position++] as number | null;
  }

  flag(): boolean {
    return this.#values[this.position++] as boolean;
  }
}
