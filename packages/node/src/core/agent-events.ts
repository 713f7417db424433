import type { Attempt, AttemptFailure, ChunkProgress, NodeCall, NodePush } from '@belfry/protocol';

/** What came of a call. `code` is the server's, or `network` when there was no answer that could be understood. */
export type CallReply =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      /** 0: there was no answer. */
      readonly status: number;
      readonly code: string;
      readonly message: string;
      /** How long the server asked to wait. */
      readonly retryAfterMs?: number;
    };

/** Why no new chunk is begun. */
export interface Pause {
  readonly reason: 'user' | 'battery' | 'load' | 'hidden';
  /** Also end what runs, and give it back. */
  readonly abort: boolean;
}

/** What happens to an agent. */
export type AgentEvent =
  | { readonly type: 'start' }
  /** It is `nextAt`, or later. */
  | { readonly type: 'time' }
  /** Each `call` is answered once. */
  | { readonly type: 'reply'; readonly id: number; readonly reply: CallReply }
  | { readonly type: 'push'; readonly push: NodePush }
  | { readonly type: 'malformed-push' }
  /** Of the node's channel. `refused`: it will not come back by itself. */
  | { readonly type: 'channel'; readonly state: 'connected' | 'lost' | 'refused' }
  /** All that the chunk needs is there, and its first block runs. */
  | { readonly type: 'begun'; readonly attempt: string }
  | { readonly type: 'progress'; readonly attempt: string; readonly blocks: number }
  /** Each `start` is answered once: by `done`, `failed`, or (after `abort`) `aborted`. Until then it takes a slot. */
  | { readonly type: 'done'; readonly attempt: string; readonly json: string; readonly ms: number }
  | {
      readonly type: 'failed';
      readonly attempt: string;
      readonly reason: AttemptFailure['reason'];
      readonly message: string;
    }
  | { readonly type: 'aborted'; readonly attempt: string }
  | { readonly type: 'conditions'; readonly pause: Pause | null; readonly load?: number }
  /** Finish what runs, for at most `limitMs`, give back the rest, deliver for at most another `deliverMs`, leave. */
  | { readonly type: 'drain'; readonly limitMs: number; readonly deliverMs: number };

/** A result or a failure on its way to the Sentinel. */
export interface Settlement {
  readonly kind: 'complete' | 'fail';
  readonly attempt: string;
  readonly job: string;
  /** Blocks of the chunk. */
  readonly blocks: number;
  /** The JSON text of its `AttemptResult` or `AttemptFailure`. */
  readonly body: string;
}

/** What an agent wants done. */
export type AgentEffect =
  /** → `reply` */
  | {
      readonly type: 'call';
      readonly id: number;
      readonly call: NodeCall;
      /** JSON text. */
      readonly body: string;
      readonly timeoutMs: number;
    }
  /** Connect to the Beacon and stay so. → `channel`, `push` */
  | { readonly type: 'connect'; readonly node: string }
  | { readonly type: 'disconnect' }
  /** It will be started soon: have its code and its input at hand. */
  | { readonly type: 'prepare'; readonly attempt: Attempt }
  | { readonly type: 'start'; readonly attempt: Attempt }
  | { readonly type: 'abort'; readonly attempt: string }
  /** Keep it over a restart, until `forget`. */
  | { readonly type: 'persist'; readonly settlement: Settlement }
  | { readonly type: 'forget'; readonly attempts: readonly string[] }
  /** Publish, without minding whether it arrives. */
  | { readonly type: 'say'; readonly channel: string; readonly data: ChunkProgress }
  | { readonly type: 'tell'; readonly notice: AgentNotice }
  /** The last effect. */
  | { readonly type: 'end'; readonly end: AgentEnd };

export type AgentState =
  | 'disconnected'
  | 'registering'
  /** Waits for its owner to type its code. */
  | 'unclaimed'
  /** Registered, with nothing to do. */
  | 'connected'
  | 'processing'
  | 'draining'
  | 'ended';

/** What whoever runs the agent may want to know or to log. */
export type AgentNotice =
  | { readonly type: 'state'; readonly state: AgentState }
  | { readonly type: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly type: 'registered'; readonly node: string; readonly pool: string | undefined }
  | { readonly type: 'started' | 'done' | 'cancelled'; readonly attempt: Attempt }
  | { readonly type: 'failed'; readonly attempt: Attempt; readonly failure: AttemptFailure }
  /** A call failed and will be tried again. */
  | {
      readonly type: 'trouble';
      readonly call: NodeCall;
      readonly code: string;
      readonly message: string;
    }
  /** The Sentinel knows nothing of a result any more. */
  | { readonly type: 'unwanted'; readonly attempt: string; readonly job: string }
  /** An answer or a push that is not as the protocol has it. */
  | { readonly type: 'malformed'; readonly message: string }
  /** Something could not be kept, or removed. */
  | { readonly type: 'disk'; readonly message: string }
  | { readonly type: 'pause'; readonly pause: Pause | null };

/** How an agent ended. `refused`: the Sentinel will not have it; the message says why. */
export type AgentEnd =
  | { readonly type: 'drained' | 'removed' | 'stopped' }
  | { readonly type: 'refused'; readonly code: string; readonly message: string };
