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
  Held,
  InboxMessage,
  Send,
  SendResult,
  Wake,
} from '../actor-store.ts';
import type { Partition } from '../partition.ts';
import { tellListener } from './delivery.ts';
import {
  deadLettersOperation,
  dropOperation,
  listDeadOperation,
  listOperation,
  peekOperation,
  redriveOperation,
} from './inspect-operations.ts';
import type { EmbeddedLink, Operation } from './link.ts';
import { inboxOperation, releaseOperation, sendOperation } from './send-operations.ts';
import {
  checkPartition,
  claimOperation,
  commitOperation,
  resumeOperation,
} from './turn-operations.ts';
import type { CommitNeeds } from './turn-operations.ts';
import { op, WireReader, wakeType } from './wire.ts';
import type { WireValue } from './wire.ts';

/** The wakes of a batch go to whoever listened last. */
export class WakeListener {
  listener: ((wake: Wake) => void) | null = null;

  tell(values: readonly WireValue[]): void {
    const { listener } = this;
    if (listener === null) return;
    const from = new WireReader(values);
    while (!from.done) {
      const wake = readWake(from);
      tellListener(() => listener(wake));
    }
  }
}

function readWake(from: WireReader): Wake {
  const type = from.number();
  const partition = from.number() as Partition;
  if (type === wakeType.inbox) {
    return { type: 'inbox', partition, actor: from.text() as ActorKey, holder: from.text() };
  }
  const lane = type === wakeType.dueTick ? 'tick' : 'message';
  return { type: 'due', partition, lane, dueAt: from.number() };
}

interface Needs extends CommitNeeds {
  readonly link: EmbeddedLink;
  readonly wakes: WakeListener;
  readonly partitions: number;
}

/** The actors' side of the embedded store. */
export class EmbeddedActors implements ActorStore {
  readonly #link: EmbeddedLink;
  readonly #wakes: WakeListener;
  readonly #claim: Operation<ClaimRequest, ClaimReply>;
  readonly #commit: Operation<Commit, CommitResult>;
  readonly #listen: Operation<readonly Partition[], void>;

  constructor(needs: Needs) {
    const { partitions } = needs;
    this.#link = needs.link;
    this.#wakes = needs.wakes;
    this.#commit = commitOperation(needs);
    this.#claim = {
      ...claimOperation,
      write(out, request) {
        checkPartition(request.partition, partitions);
        claimOperation.write(out, request);
      },
    };
    this.#listen = {
      code: op.listen,
      write(out, wanted) {
        out.push(wanted.length);
        for (const partition of wanted) out.push(checkPartition(partition, partitions));
      },
      read: () => undefined,
    };
  }

  send(message: Send): Promise<SendResult> {
    return this.#link.call(sendOperation, message);
  }

  claim(request: ClaimRequest): Promise<ClaimReply> {
    return this.#link.call(this.#claim, request);
  }

  commit(batch: readonly Commit[]): Promise<CommitResult[]> {
    return this.#link.callMany(this.#commit, batch);
  }

  async release(batch: readonly Held[]): Promise<void> {
    await this.#link.callMany(releaseOperation, batch);
  }

  inbox(held: Held, maxMessages: number): Promise<readonly InboxMessage[] | null> {
    return this.#link.call(inboxOperation, { held, maxMessages });
  }

  resume(actor: ActorKey): Promise<boolean> {
    return this.#link.call(resumeOperation, actor);
  }

  peek(actor: ActorKey): Promise<ActorView | null> {
    return this.#link.call(peekOperation, actor);
  }

  list(query: ActorListQuery): Promise<ActorPage> {
    return this.#link.call(listOperation, query);
  }

  listDead(query: ActorListQuery): Promise<ActorPage> {
    return this.#link.call(listDeadOperation, query);
  }

  deadLetters(actor: ActorKey): Promise<readonly DeadLetter[]> {
    return this.#link.call(deadLettersOperation, actor);
  }

  redrive(actor: ActorKey, ids?: readonly number[]): Promise<number> {
    return this.#link.call(redriveOperation, { actor, ids });
  }

  drop(actor: ActorKey, ids?: readonly number[]): Promise<number> {
    return this.#link.call(dropOperation, { actor, ids });
  }

  async listen(partitions: readonly Partition[], listener: (wake: Wake) => void): Promise<void> {
    await this.#link.call(this.#listen, partitions);
    this.#wakes.listener = listener;
  }
}
