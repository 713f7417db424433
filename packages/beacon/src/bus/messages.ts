/** What Beacons tell each other. Everything here travels as JSON between processes that may run different versions. */

/** The figures of a Beacon, as it announces them. */
export interface NodeFigures {
  readonly connections: number;
  readonly users: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** Seconds. */
  readonly uptime: number;
  /** Percent of one core, since the last announcement. */
  readonly cpu: number;
  /** Resident memory in bytes. */
  readonly rss: number;
}

/** A Beacon that is there. */
export interface NodeInfo extends NodeFigures {
  /** Its id: unique to the process's life. */
  readonly uid: string;
  /** What the operator calls it. */
  readonly name: string;
  readonly version: string;
}

/** What is told to one Beacon or to all, and is not answered. */
export type BusMessage =
  /** What a client has sent to another Beacon than the one that has its connection: JSON text, or base64 of Protobuf. */
  | {
      readonly type: 'emulation';
      readonly session: string;
      readonly data: string;
      readonly base64?: boolean;
    };

export type BusMessageOf<T extends BusMessage['type']> = Extract<BusMessage, { readonly type: T }>;

/** What Beacons ask each other: by its type, what the question carries and what each answers. */
export interface Questions {
  /** Whether it is there. */
  ping: { ask: object; answer: { readonly pong: true } };
}

export type QuestionType = keyof Questions;

/** A question of one type. */
export type QuestionOf<T extends QuestionType> = { readonly type: T } & Questions[T]['ask'];

/** The answer to it. */
export type AnswerTo<T extends QuestionType> = Questions[T]['answer'];

/** What a survey brought. */
export interface Survey<Answer> {
  /** By node. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** Nodes that were there and have not answered in time, or could not. */
  readonly missing: readonly string[];
  /** Whether every node that is known has answered, and the question could be handed to all. */
  readonly complete: boolean;
}
