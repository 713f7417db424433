/** What the admin API gives, as far as the page uses it. */

export interface NodeLoad {
  readonly uid: string;
  readonly name: string;
  readonly version: string;
  readonly connections: number;
  readonly users: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** Seconds. */
  readonly uptime: number;
  /** Percent of one core. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  /** On a clock of its own. The counters below grow with it. */
  readonly clockMs: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queuedBytes: number;
  readonly errors: number;
  readonly refused: number;
  readonly storeErrors: number;
}

export interface StoreState {
  readonly ok: boolean;
  readonly description: string;
  /** ISO 8601. */
  readonly lost_since?: string;
}

export interface Overview {
  readonly nodes: readonly NodeLoad[];
  /** Beacons that did not answer. */
  readonly missing: readonly string[];
  readonly store: StoreState | null;
}

export interface BusyChannel {
  readonly channel: string;
  readonly clients: number;
  /** Publications per second; `null`: not measured yet. */
  readonly rate: number | null;
}

export interface BusyChannels {
  readonly channels: readonly BusyChannel[];
  readonly total: number;
  readonly missing: readonly string[];
}

export interface Connection {
  readonly client: string;
  readonly user: string;
  readonly node: string;
  readonly transport: string;
  readonly encoding: string;
  readonly address: string;
  readonly channels: number;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly queuedBytes: number;
  readonly received: number;
  readonly sent: number;
}

export interface ConnectionList {
  readonly connections: readonly Connection[];
  readonly cursor: string | null;
  readonly total: number | null;
}

export interface ChannelFacts {
  readonly channel: string;
  readonly namespace: string;
  readonly use: 'queue' | 'publications';
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly history: { readonly size: number; readonly ttlMs: number };
}

export interface Publication {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  readonly data?: unknown;
  /** Bytes that are not JSON, in base64. */
  readonly b64data?: string;
  readonly info?: unknown;
  readonly tags?: unknown;
}

export interface History {
  readonly offset: number;
  readonly epoch: string;
  readonly publications: readonly Publication[];
}

export interface PresentClient {
  readonly client: string;
  readonly user: string;
  readonly info: unknown;
}

export type StreamEvent =
  | Publication
  | {
      readonly channel: string;
      readonly type: 'join' | 'leave';
      readonly client: string;
      readonly user: string;
    }
  | { readonly channel: string; readonly interrupted: true };

/** What a sign-in brings. */
export interface SignIn {
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  readonly scope: 'read' | 'all';
}
