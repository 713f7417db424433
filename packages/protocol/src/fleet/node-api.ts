/**
 * What nodes ask of the Sentinel over HTTP: `POST <url>/fleet/v1/node/<call>` with JSON, signed (`signed-request.ts`). Answers are JSON;
 * errors are `{"error":{"code","message"}}` with the codes and statuses of `node-error.ts`. docs/node-protocol.md says it for those who write a node.
 */
import type { Attempt, AttemptFailure, AttemptResult } from './attempt.ts';

/** The version of these messages; a request says the one it was written for in `belfry-protocol`. */
export const NODE_PROTOCOL = 1;

/** What a node is able to do. */
export interface NodeCapabilities {
  /** How many chunks at once, 1 to 1,024. */
  readonly slots: number;
  /** `node`, `browser`, `python`, …; at most 32 characters. */
  readonly runtime: string;
  /** E.g. `linux-x64`; at most 64 characters. */
  readonly platform: string;
  /** The version of the program. */
  readonly version: string;
  /** Names of simulations that it has code for by itself. Absent: it takes the code from the Sentinel and runs any. */
  readonly simulations?: readonly string[];
}

/** `register`: makes the key of the signature known. Repeating it changes name and capabilities only. */
export interface RegisterRequest {
  /** Ed25519, the 32 bytes in base64url. The request must be signed with it. */
  readonly publicKey: string;
  /** For people, 1 to 64 characters. */
  readonly name: string;
  readonly capabilities: NodeCapabilities;
  /** Whose node it becomes: a claim token. Without one it waits until somebody types its code. */
  readonly claim?: string;
}

export interface RegisterReply {
  /** The node's id, made from its key: the first 26 characters of base32(sha256(key)), lower case, after `n-`. */
  readonly node: string;
  /** `unclaimed`: give `code` to its owner, and register again every few seconds. */
  readonly status: 'claimed' | 'unclaimed';
  /** E.g. `K7QF-3MZ2`; valid until `codeExpiresAt` (ms). */
  readonly code?: string;
  readonly codeExpiresAt?: number;
  readonly pool?: string;
  readonly times: NodeTimes;
}

/** The one set of times that nodes and Sentinel go by, in ms. */
export interface NodeTimes {
  /** How often a node says that it lives. */
  readonly heartbeatMs: number;
  /** Without a heartbeat for so long it is given nothing new. */
  readonly suspectMs: number;
  /** Without one for so long it counts as dead and what it held is given to others. */
  readonly deadMs: number;
  /** How long it may take to acknowledge an attempt. */
  readonly ackMs: number;
  /** How long an attempt may go without progress. */
  readonly stallMs: number;
}

/** `token`: a connection token for the Beacon, whose user is `node:<id>`; it is subscribed to `node:<id>` and `broadcast`. */
export interface TokenReply {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

export interface AttemptProgress {
  readonly attempt: string;
  readonly job: string;
  /** Blocks done of the chunk's. */
  readonly blocks: number;
}

/** `heartbeat`. */
export interface HeartbeatRequest {
  /** Slots that it would use now: 0 while it pauses. */
  readonly slots: number;
  readonly draining: boolean;
  /** Of every attempt that it runs or has waiting. */
  readonly progress: readonly AttemptProgress[];
  /** 0 to 1 of all cores; for people. */
  readonly load?: number;
}

/** Answer to `heartbeat` and `holds`: the truth about what the node has to do. What is not in `attempts` it gives up. */
export interface HoldsReply {
  readonly now: number;
  readonly state: 'ready' | 'draining' | 'removed';
  readonly attempts: readonly Attempt[];
  readonly times: NodeTimes;
}

/** `ack`: these attempts have arrived. */
export interface AckRequest {
  readonly attempts: readonly { readonly attempt: string; readonly job: string }[];
}

/** `complete`: at most 1,000 results in 8 MiB. When it has been answered with 200 they are durable, and the node may forget them. */
export interface CompleteRequest {
  readonly results: readonly AttemptResult[];
}

/** `fail`. */
export interface FailRequest {
  readonly failures: readonly AttemptFailure[];
}

/** What became of each, in order. Whether a result counts is decided later: the first valid one of a chunk does. */
export interface SettleReply {
  readonly outcomes: readonly {
    readonly attempt: string;
    /** `busy`: the job has as much waiting as it may; send it again later. `unknown`: there is no such job any more; forget it. */
    readonly outcome: 'received' | 'busy' | 'unknown';
  }[];
}

/** `leave`: it goes for good or for now; what it holds is given to others at once. */
export interface LeaveRequest {
  readonly reason?: string;
}

/** What comes on `node:<id>`. Hints: any may be lost. A node asks `holds` on every connect. */
export type NodePush =
  | { readonly type: 'assigned'; readonly attempts: readonly Attempt[] }
  /** Not needed any more: somebody else was first, or the job is over. */
  | { readonly type: 'cancel'; readonly attempts: readonly string[] }
  | { readonly type: 'drain' }
  | { readonly type: 'removed' };

/** What a chunk needs besides its attempt: `GET <url>/fleet/v1/node/input?job=…&round=…`, signed. */
export interface ChunkInput {
  readonly input: unknown;
  readonly roundInput: unknown;
}
