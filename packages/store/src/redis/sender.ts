import type { Send, SendResult } from '../actor-store.ts';
import { Batcher } from './batcher.ts';
import { partitionIn, placeOf, type Core } from './core.ts';
import { checkActor, checkLine, checkWhole } from './validate.ts';

export const DEFAULT_INBOX_LIMIT = 1_000;
const MAX_BATCH = 256;
const OVERHEAD_BYTES = 64;

const RESULTS: Readonly<Record<number, SendResult>> = {
  1: 'accepted',
  2: 'duplicate',
  3: 'full',
  4: 'no-actor',
};

/** Checks a message. Throws a StoreError 'invalid'. */
export function checkSend({ to, id, inboxLimit }: Send): void {
  checkActor(to);
  if (id !== undefined) checkLine('id', id);
  if (inboxLimit !== undefined) checkWhole('inboxLimit', inboxLimit, { min: 0 });
}

/** The three arguments by which scripts take a message: actor, body, and `<1 when the actor must exist else 0> <inbox limit> <id>`. */
export function pushSend(args: string[], send: Send): void {
  const { to, body, id = '' } = send;
  args.push(to, body, `${termsOf(send)} ${id}`);
}

/** Begins the third argument of a message in a call to `send.lua` that has terms of its own. Ids have no control characters. */
const MARK = '\u0001';

function termsOf({ mustExist, inboxLimit = DEFAULT_INBOX_LIMIT }: Send): string {
  return `${mustExist === true ? 1 : 0} ${inboxLimit}`;
}

/** Sends messages, those to one partition together. */
export class Sender {
  readonly #core: Core;
  readonly #batches: Batcher<Send, SendResult>;

  constructor(core: Core) {
    this.#core = core;
    this.#batches = new Batcher({
      ...core,
      maxItems: MAX_BATCH,
      keepsOrder: true,
      run: (partition, sends) => this.#run(partition, sends),
    });
  }

  /** Not async: a promise less for each message. */
  send(message: Send): Promise<SendResult> {
    try {
      checkSend(message);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    const { to, body } = message;
    return this.#batches.add(
      partitionIn(this.#core, to),
      message,
      to.length + body.length + OVERHEAD_BYTES,
    );
  }

  async #run(partition: number, sends: readonly Send[]): Promise<readonly SendResult[]> {
    const { link, counters } = this.#core;
    const args = link.head('send');
    // Most have the same terms: those of the first stand once before all.
    const common = termsOf(sends[0] as Send);
    args.push(common);
    for (const send of sends) {
      const { to, body, id = '' } = send;
      const terms = termsOf(send);
      args.push(to, body, terms === common ? id : `${MARK}${terms} ${id}`);
    }
    const reply = (await link.run(placeOf(this.#core, partition), args, {
      internal: true,
    })) as [unknown, ...number[]];
    counters.addStats(reply[0]);
    return sends.map((_, i) => RESULTS[reply[i + 1] as number] ?? 'accepted');
  }
}
