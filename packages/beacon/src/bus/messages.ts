import type { Disconnect, ReplyError, Unsubscribed } from '@belfry/protocol';
import type { Revocation, Revoked } from '../core/revocations.ts';
import type { ServerRefresh, ServerSubscribe, SessionFilter } from '../core/server-side.ts';
import type { TransportInfo } from '../core/transport.ts';

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
  /** How many connections it may come to have before it says so again; where all together are limited. */
  readonly claim?: number;
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
  /** Subscribe, unsubscribe, end or change the connections of a user. */
  subscribe: {
    ask: Target & { readonly channel: string; readonly how: ServerSubscribe };
    answer: Touched;
  };
  unsubscribe: {
    ask: Target & { readonly channel: string; readonly why: Unsubscribed };
    answer: Touched;
  };
  disconnect: { ask: Target & { readonly why: Disconnect }; answer: Touched };
  refresh: { ask: Target & { readonly how: ServerRefresh }; answer: Touched };
  /** The store has one more, or one less. */
  revoke: { ask: { readonly revocation: Revocation }; answer: object };
  readmit: { ask: { readonly revoked: Revoked }; answer: object };
  /** Which channels somebody is subscribed to. */
  channels: { ask: { readonly pattern: string }; answer: ChannelCounts };
  /** A page of the connections, ordered by client. */
  connections: { ask: ConnectionsQuery; answer: ConnectionsPage };
  /** How busy it is at this moment. */
  load: { ask: object; answer: NodeLoad };
  /** Its fullest or busiest channels. */
  busy: { ask: BusyQuery; answer: BusyChannels };
}

/** A Beacon with what it does, live. Counters only grow while it lives: rates are differences over `clockMs`. */
export interface NodeLoad extends NodeInfo {
  /** On a clock of its own that nobody sets. */
  readonly clockMs: number;
  /** Commands that came from clients. */
  readonly messagesIn: number;
  /** Replies and pushes that went to them. */
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** What waits for clients to read, in bytes, at most some seconds old. */
  readonly queuedBytes: number;
  /** Error replies to clients. */
  readonly errors: number;
  /** Connections that were refused. */
  readonly refused: number;
  /** Calls of the store that failed. */
  readonly storeErrors: number;
}

export interface BusyQuery {
  readonly pattern: string;
  /** The most that come. */
  readonly limit: number;
  readonly sort: 'clients' | 'rate' | 'name';
}

export interface BusyChannels {
  /** `rate`: publications per second; `null`: not measured yet, for it is only while somebody asks. */
  readonly channels: readonly (readonly [channel: string, clients: number, rate: number | null])[];
  /** How many match. */
  readonly total: number;
}

/** Whose connections are meant. */
export interface Target extends SessionFilter {
  readonly user: string;
}

/** How many connections it concerned, and what was in the way of one of them. */
export interface Touched {
  readonly count: number;
  readonly error?: ReplyError;
}

export interface ChannelCounts {
  readonly channels: readonly (readonly [channel: string, clients: number])[];
  /** There were more than an answer holds. */
  readonly cut: boolean;
}

export interface ConnectionsQuery {
  readonly user?: string;
  /** Only those on it. */
  readonly channel?: string;
  /** Only those with this text in client, user or address. */
  readonly search?: string;
  /** The client after which the page begins; `''`: from the first. */
  readonly after: string;
  readonly limit: number;
}

/** A connection, for people. */
export interface ConnectionView {
  readonly client: string;
  readonly user: string;
  readonly node: string;
  readonly transport: TransportInfo['name'];
  readonly encoding: TransportInfo['encoding'];
  /** Where it comes from; `''`: not known. */
  readonly address: string;
  readonly channels: number;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly queuedBytes: number;
  /** Commands that came, and pushes that went, since then. */
  readonly received: number;
  readonly sent: number;
}

export interface ConnectionsPage {
  readonly connections: readonly ConnectionView[];
  /** Whether there are more after them. */
  readonly more: boolean;
  /** How many there are on all pages. Absent: an older Beacon does not say. */
  readonly total?: number;
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
