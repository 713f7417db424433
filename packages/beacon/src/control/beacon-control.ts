import type { Disconnect, Payload } from '@belfry/protocol';
import type { HistoryReply, PresenceEntry, PresenceStats } from '@belfry/store';
import type {
  BusyQuery,
  ConnectionsPage,
  ConnectionsQuery,
  NodeInfo,
  Target,
} from '../bus/messages.ts';
import type { Revoked } from '../core/revocations.ts';
import type { ServerRefresh, ServerSubscribe } from '../core/server-side.ts';
import type { Busy, Load } from './load.ts';

/** What a backend publishes. */
export interface ControlPublish {
  readonly channel: string;
  /** JSON text, or base64. */
  readonly payload: Payload;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly skipHistory?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Ask for a difference to be sent, where the namespace does not say so by itself. */
  readonly delta?: boolean | undefined;
  /** Ignored where there is no history. */
  readonly version?: number | undefined;
  readonly versionEpoch?: string | undefined;
}

export interface ControlHistory {
  /** 0: only the position; -1: as many as one answer holds. */
  readonly limit: number;
  readonly since?: { readonly offset: number; readonly epoch: string } | undefined;
  readonly reverse?: boolean | undefined;
}

/** Where it was published; `null`: the channel keeps no history. */
export type Published = { readonly offset: number; readonly epoch: string } | null;

/**
 * What a backend or an operator can have the Beacons of a deployment do. It works on whatever Beacon a user is connected to, and what
 * resolves has been done on all of them. Everything rejects with `ControlError`: 102 for a channel of no namespace, 107 for what makes
 * no sense, 108 for what the namespace does not have, 100 when the store fails or a Beacon does not answer in time (it may then be
 * done in part).
 */
export interface BeaconControl {
  publish(publish: ControlPublish): Promise<Published>;
  /** How many connections were meant. Those on the channel stay as they are. */
  subscribe(target: Target, channel: string, how: ServerSubscribe): Promise<number>;
  /** `channel` `''`: from all. */
  unsubscribe(target: Target, channel: string): Promise<number>;
  disconnect(target: Target, why: Disconnect): Promise<number>;
  refresh(target: Target, how: ServerRefresh): Promise<number>;
  presence(channel: string): Promise<readonly PresenceEntry[]>;
  presenceStats(channel: string): Promise<PresenceStats>;
  history(channel: string, query: ControlHistory): Promise<HistoryReply>;
  removeHistory(channel: string): Promise<void>;
  /** The Beacons that are there. */
  nodes(): readonly NodeInfo[];
  /** Channels with subscribers and how many, of the names that match. */
  channels(pattern: string): Promise<ReadonlyMap<string, number>>;
  /** What a handler resolves to, as JSON text. `params` is JSON text. */
  rpc(method: string, params: string | undefined): Promise<string>;
  /** A page of the connections of all Beacons, ordered by client. */
  connections(query: ConnectionsQuery): Promise<ConnectionsPage>;
  /** How busy the Beacons are. Beacons that do not answer are named, and are no error. */
  load(): Promise<Load>;
  /** The fullest or busiest channels, with the same forbearance. */
  busy(query: BusyQuery): Promise<Busy>;
  /** Ends what it concerns, and lets it in no more until then (ms since the Unix epoch; `null`: until `readmit`). */
  revoke(revoked: Revoked, until: number | null): Promise<void>;
  readmit(revoked: Revoked): Promise<void>;
}
