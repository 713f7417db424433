import type { ActorKey, ActorMessage } from '@belfry/protocol';
import type { ActorPublication, DeadLetterInput, InboxMessage } from '@belfry/store';
import type { AnyConsumerDefinition, ConsumerMessage } from '../define-consumer.ts';
import { engineSpec } from './engine-spec.ts';
import { routeMessage, type Receiver, type Route } from './route-message.ts';
import { answer, answerNo } from './tell-sender.ts';

/** A message that its handler gets, and where it came from. */
interface Item {
  readonly seq: number;
  readonly message: ConsumerMessage;
  readonly source: ActorMessage;
}

/** The first messages of a consumer's inbox, sorted: what the handler gets, and what fits no schema. */
export interface ConsumerBatch {
  readonly items: readonly Item[];
  readonly invalid: readonly DeadLetterInput[];
  /** The last message that is looked at. */
  readonly through: number;
}

/** What of a batch is over. */
export interface Consumed {
  readonly through: number;
  readonly deadLetters: readonly DeadLetterInput[];
  /** Answers to those that ask: `null` once it is done. */
  readonly answers: readonly ActorPublication[];
}

/** Names a message for ever: sequence numbers begin anew where data was lost, times alone may be equal. */
function keyOf(actor: ActorKey, { at, seq }: InboxMessage): string {
  return `${actor}:${at}:${seq}`;
}

/** What its schema throws on is for people to look at. */
function routeSafely(body: string, receiver: Receiver): Route {
  try {
    return routeMessage(body, receiver);
  } catch (error) {
    return { type: 'invalid', problem: String(error), message: null };
  }
}

/** Takes at most `limit` messages for the handler. */
export function takeBatch(
  definition: AnyConsumerDefinition,
  { actor, messages }: { readonly actor: ActorKey; readonly messages: readonly InboxMessage[] },
  limit: number,
): ConsumerBatch {
  const receiver = { kind: definition.kind, spec: engineSpec(definition), exists: true };
  const items: Item[] = [];
  const invalid: DeadLetterInput[] = [];
  let through = 0;
  for (const inbox of messages) {
    if (items.length === limit) break;
    through = inbox.seq;
    const route = routeSafely(inbox.body, receiver);
    if (route.type === 'invalid') {
      invalid.push({ seq: inbox.seq, error: route.problem, attempts: 1 });
    } else if (route.type === 'handle' && route.call.type === 'internal') {
      const { data, from } = route.call;
      const message = { data, from, key: keyOf(actor, inbox), at: inbox.at };
      items.push({ seq: inbox.seq, message, source: route.message });
    }
  }
  return { items, invalid, through };
}

const DISCARDED = { ask: 'failed', code: 'discarded' } as const;

/** What is over when the handler is done with the first `count` messages, of which it discarded some. */
export function consume(
  batch: ConsumerBatch,
  count: number,
  discarded: ReadonlyMap<ConsumerMessage, string>,
): Consumed {
  const next = batch.items[count];
  const through = next === undefined ? batch.through : next.seq - 1;
  const deadLetters = batch.invalid.filter(({ seq }) => seq <= through);
  const answers: ActorPublication[] = [];
  for (const { seq, message, source } of batch.items.slice(0, count)) {
    const reason = discarded.get(message);
    if (reason !== undefined) deadLetters.push({ seq, error: reason, attempts: 1 });
    const reply =
      reason === undefined
        ? answer(source, 'null')
        : answerNo(source, { ...DISCARDED, message: reason });
    if (reply !== null) answers.push(reply);
  }
  return { through, deadLetters: deadLetters.sort((a, b) => a.seq - b.seq), answers };
}
