import type {
  AnswerTo,
  BusMessage,
  BusMessageOf,
  NodeInfo,
  QuestionOf,
  QuestionType,
  Survey,
} from './messages.ts';

/**
 * What Beacons say to each other. Delivery is at most once: what the store cannot deliver is lost, and counted. Nothing here rejects
 * or throws because of the store or of another node.
 */
export interface NodeBus {
  /** The id of this one. */
  readonly node: string;
  /** All that are there, this one first. One that fell silent goes after some ten seconds. */
  nodes(): readonly NodeInfo[];
  /** Resolves to whether it was handed over; false: there is no such node, the store is not there, or the message is too large. */
  send(node: string, message: BusMessage): Promise<boolean>;
  /** To every node, this one too. Resolves to whether it was handed over. */
  broadcast(message: BusMessage): Promise<boolean>;
  /** Asks every node, this one too, and waits for at most `timeoutMs`. */
  survey<T extends QuestionType>(
    question: QuestionOf<T>,
    timeoutMs: number,
  ): Promise<Survey<AnswerTo<T>>>;
  /** Asks one node. `undefined`: it is not there, or has not answered in time. */
  ask<T extends QuestionType>(
    node: string,
    question: QuestionOf<T>,
    timeoutMs: number,
  ): Promise<AnswerTo<T> | undefined>;
  /** Takes the messages of a type; the last one to ask for them gets them. */
  on<T extends BusMessage['type']>(
    type: T,
    handler: (message: BusMessageOf<T>, from: string) => void,
  ): void;
  /** Answers the questions of a type. What it rejects with is logged here, and the asker goes without. */
  answer<T extends QuestionType>(
    type: T,
    answer: (question: QuestionOf<T>, from: string) => Promise<AnswerTo<T>> | AnswerTo<T>,
  ): void;
}
