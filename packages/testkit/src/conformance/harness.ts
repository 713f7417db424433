import type { ActorKey } from '@belfry/protocol';
import {
  partitionOf,
  type ActorView,
  type ClaimedActor,
  type ClaimReply,
  type ClaimRequest,
  type Commit,
  type CommitResult,
  type DeadLetter,
  type Fence,
  type HistoryPolicy,
  type HistoryQuery,
  type HistoryReply,
  type Partition,
  type Send,
  type Store,
  type StoreOptions,
  type Version,
} from '@belfry/store';
import type { VirtualClock } from '../virtual-clock.ts';
import { waitFor } from '../wait-for.ts';

/** An empty store that a test owns. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** What the store takes for the time. */
  readonly clock: VirtualClock;
  /** What a second process sees of the same data; for a store of one process, the store itself. */
  another(): Promise<Store>;
  /** Opens the same data again with other options; absent where no data outlives the store. */
  readonly reopen?: (options: StoreOptions) => Promise<Store>;
}

/** Opens an empty store with `PARTITIONS` partitions unless the options say otherwise. */
export type OpenStore = (options?: StoreOptions) => Promise<StoreUnderTest>;

export const PARTITIONS = 4;

/** Keeps 10 publications for a minute and offsets for an hour. */
export const HISTORY: HistoryPolicy = { size: 10, ttlMs: 60_000, metaTtlMs: 3_600_000 };
export const NO_HISTORY: HistoryPolicy = { size: 0, ttlMs: 0, metaTtlMs: 0 };

/** An actor of partition `partition` (of `PARTITIONS`); another one for another `name`. */
export function actorIn(partition: number, name = 'a'): ActorKey {
  for (let i = 0; ; i++) {
    const actor: ActorKey = `room/${name}-${i}`;
    if (partitionOf(actor, PARTITIONS) === partition) return actor;
  }
}

export function homeOf(name: string): Partition {
  return partitionOf(name, PARTITIONS);
}

/** Claims what is due in a partition, in both lanes unless the request says otherwise. */
export function claim(
  store: Store,
  partition: number,
  request: Partial<ClaimRequest> = {},
): Promise<ClaimReply> {
  return store.actors.claim({
    partition: partition as Partition,
    holder: 'holder-1',
    overdueMs: { message: 0, tick: 0 },
    limit: 100,
    leaseMs: 1_000,
    maxMessages: 100,
    ...request,
  });
}

/** Claims the partition of an actor, gives the others back and returns this actor; throws when it was not due. */
export async function claimActor(
  store: Store,
  actor: ActorKey,
  request: Partial<ClaimRequest> = {},
): Promise<ClaimedActor> {
  const { claimed } = await claim(store, homeOf(actor), request);
  const others = claimed.filter((one) => one.actor !== actor);
  if (others.length > 0) await store.actors.release(others);
  const found = claimed.find((one) => one.actor === actor);
  if (!found) throw new Error(`${actor} was not claimed, only [${names(claimed).join(', ')}]`);
  return found;
}

/** A turn that does nothing but give the lease back, with what `effects` adds. */
export function turn(
  held: { readonly actor: ActorKey; readonly fence: Fence; readonly version: Version },
  effects: Partial<Commit> = {},
): Commit {
  return {
    actor: held.actor,
    fence: held.fence,
    version: held.version,
    state: undefined,
    meta: null,
    consumedThrough: null,
    deadLetters: [],
    publications: [],
    sends: [],
    forget: [],
    wakeAt: null,
    holdUntil: null,
    suspend: null,
    lease: { type: 'release' },
    ...effects,
  };
}

export type Committed = Extract<CommitResult, { status: 'committed' }>;

/** Commits one turn and throws when it was stale. */
export async function commit(
  store: Store,
  held: { readonly actor: ActorKey; readonly fence: Fence; readonly version: Version },
  effects: Partial<Commit> = {},
): Promise<Committed> {
  const [result] = await store.actors.commit([turn(held, effects)]);
  if (result?.status !== 'committed') {
    throw new Error(`the commit of ${held.actor} was refused: ${JSON.stringify(result)}`);
  }
  return result;
}

/** Sends and throws when it was not accepted. */
export async function give(
  store: Store,
  to: ActorKey,
  message: string | Omit<Send, 'to'>,
): Promise<void> {
  const rest = typeof message === 'string' ? { body: message } : message;
  const result = await store.actors.send({ to, ...rest });
  if (result !== 'accepted') throw new Error(`the message to ${to} was ${result}`);
}

/** Brings an actor into being: a message, a turn that consumes it and leaves `state`, and what else the turn did. */
export async function create(
  store: Store,
  actor: ActorKey,
  effects: Partial<Commit> = {},
): Promise<Committed> {
  await give(store, actor, 'create');
  const held = await claimActor(store, actor);
  return commit(store, held, { state: 'created', consumedThrough: lastSeq(held), ...effects });
}

/** The view of an actor that must be there. */
export async function view(store: Store, actor: ActorKey): Promise<ActorView> {
  const found = await store.actors.peek(actor);
  if (!found) throw new Error(`${actor} is not there`);
  return found;
}

export function lastSeq(held: Pick<ClaimedActor, 'messages'>): number {
  const last = held.messages.at(-1);
  if (!last) throw new Error('no message to consume');
  return last.seq;
}

export function bodies(messages: readonly { readonly body: string }[]): string[] {
  return messages.map((message) => message.body);
}

export function names(claimed: readonly { readonly actor: ActorKey }[]): ActorKey[] {
  return claimed.map((one) => one.actor);
}

/** Claims an actor as soon as it is due: what comes from another partition takes a moment. */
export function claimSoon(
  store: Store,
  actor: ActorKey,
  request: Partial<ClaimRequest> = {},
): Promise<ClaimedActor> {
  return waitFor(() => claimActor(store, actor, request), { what: `a claim of ${actor}` });
}

export interface Snapshot {
  readonly views: readonly (ActorView | null)[];
  readonly dead: readonly (readonly DeadLetter[])[];
  readonly histories: readonly HistoryReply[];
}

/** What a store says about some actors and channels: what a refused step must leave as it was. */
export async function snapshot(
  store: Store,
  actors: readonly ActorKey[],
  channels: readonly string[],
): Promise<Snapshot> {
  return {
    views: await Promise.all(actors.map((actor) => store.actors.peek(actor))),
    dead: await Promise.all(actors.map((actor) => store.actors.deadLetters(actor))),
    histories: await Promise.all(channels.map((channel) => history(store, channel))),
  };
}

/** All that a channel keeps. */
export function history(
  store: Store,
  channel: string,
  query: Partial<HistoryQuery> = {},
): Promise<HistoryReply> {
  return store.channels.history(channel, { limit: -1, metaTtlMs: HISTORY.metaTtlMs, ...query });
}

/** What a test knows to be there. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined)
    throw new Error('what the test counts on is not there');
  return value;
}
