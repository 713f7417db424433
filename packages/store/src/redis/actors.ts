import type { ActorKey } from '@belfry/protocol';
import type {
  ActorListQuery,
  ActorPage,
  ActorStore,
  ActorView,
  ClaimReply,
  ClaimRequest,
  Commit,
  CommitResult,
  DeadLetter,
  Fence,
  Held,
  InboxMessage,
  Send,
  SendResult,
  Version,
  Wake,
} from '../actor-store.ts';
import type { Partition } from '../partition.ts';
import { claim } from './claimer.ts';
import { Committer } from './committer.ts';
import { partitionIn, placeOf, type Core } from './core.ts';
import { deadLetters, takeDeadLetters } from './dead-letters.ts';
import { listActors } from './listing.ts';
import { readMessages, readNumber, readText } from './message-codec.ts';
import type { Relay } from './relay.ts';
import { Sender } from './sender.ts';
import { checkActor, checkWhole } from './validate.ts';
import type { WakeListener } from './wake-listener.ts';

/** Actors on Redis; see the port for what each method promises, and scripts/ for how. */
export class RedisActors implements ActorStore {
  readonly #core: Core;
  readonly #relay: Relay;
  readonly #wakes: WakeListener;
  readonly #sender: Sender;
  readonly #committer: Committer;

  constructor(core: Core, relay: Relay, wakes: WakeListener) {
    this.#core = core;
    this.#relay = relay;
    this.#wakes = wakes;
    this.#sender = new Sender(core);
    this.#committer = new Committer(core, relay);
  }

  send(message: Send): Promise<SendResult> {
    return this.#sender.send(message);
  }

  claim(request: ClaimRequest): Promise<ClaimReply> {
    return claim(this.#core, this.#relay, request);
  }

  commit(batch: readonly Commit[]): Promise<CommitResult[]> {
    return this.#committer.commit(batch);
  }

  async release(batch: readonly Held[]): Promise<void> {
    const partitions = Map.groupBy(batch, ({ actor }) => partitionIn(this.#core, actor));
    await Promise.all(
      [...partitions].map(async ([partition, held]) => {
        const args = this.#core.link.head('release');
        for (const { actor, fence } of held) args.push(actor, String(fence));
        const place = placeOf(this.#core, partition);
        await this.#core.link.run(place, args, { idempotent: true });
      }),
    );
  }

  async inbox(
    { actor, fence }: Held,
    maxMessages: number,
  ): Promise<readonly InboxMessage[] | null> {
    checkWhole('maxMessages', maxMessages, { min: 0 });
    const reply = await this.#run('inbox', actor, {
      args: [String(fence), String(maxMessages)],
      idempotent: true,
    });
    if (reply === null) return null;
    const [firstSeq, items] = reply as [number, string[]];
    return readMessages(items, firstSeq);
  }

  async resume(actor: ActorKey): Promise<boolean> {
    return (await this.#run('resume', actor, {})) === 1;
  }

  async peek(actor: ActorKey): Promise<ActorView | null> {
    const reply = await this.#run('peek', actor, { idempotent: true });
    if (reply === null) return null;
    const [version, fence, state, meta, suspended, wake, hold, holder, until, inbox, dead] =
      reply as [string, string, ...(string | null)[]];
    return {
      actor,
      version: Number(version) as Version,
      fence: Number(fence) as Fence,
      state: state ?? null,
      meta: readText(meta ?? null),
      suspended: readText(suspended ?? null),
      wakeAt: readNumber(wake ?? null),
      holdUntil: readNumber(hold ?? null),
      lease:
        until === null || until === undefined || until === ''
          ? null
          : { holder: holder ?? '', until: Number(until) },
      inboxLength: Number(inbox),
      deadLetters: Number(dead),
    };
  }

  list(query: ActorListQuery): Promise<ActorPage> {
    return listActors(this.#core, 'actors', query);
  }

  listDead(query: ActorListQuery): Promise<ActorPage> {
    return listActors(this.#core, 'dead', query);
  }

  deadLetters(actor: ActorKey): Promise<readonly DeadLetter[]> {
    return deadLetters(this.#core, actor);
  }

  redrive(actor: ActorKey, ids?: readonly number[]): Promise<number> {
    return takeDeadLetters(this.#core, 'redrive', { actor, ids });
  }

  drop(actor: ActorKey, ids?: readonly number[]): Promise<number> {
    return takeDeadLetters(this.#core, 'drop', { actor, ids });
  }

  listen(partitions: readonly Partition[], listener: (wake: Wake) => void): Promise<void> {
    return this.#wakes.listen(partitions, listener);
  }

  async #run(
    name: string,
    actor: ActorKey,
    { args = [], idempotent = false }: { args?: readonly string[]; idempotent?: boolean },
  ): Promise<unknown> {
    checkActor(actor);
    const all = this.#core.link.head(name);
    all.push(actor, ...args);
    const place = placeOf(this.#core, partitionIn(this.#core, actor));
    return this.#core.link.run(place, all, { idempotent });
  }
}
