import {
  ControlError,
  type BeaconControl,
  type ConnectionView,
  type NodeInfo,
} from '@belfry/beacon';
import { disconnects } from '@belfry/protocol';
import { z } from 'zod';
import { change, operation, type OperationContext, OperationError } from './operation.ts';

/** Runs something on the Beacons; throws an `OperationError` that says why not. */
async function onBeacons<T>(
  { control }: OperationContext,
  act: (control: BeaconControl) => Promise<T>,
): Promise<T> {
  if (control === undefined) {
    throw new OperationError('this needs a running server with the role "beacon".');
  }
  try {
    return await act(control);
  } catch (error) {
    if (error instanceof ControlError)
      throw new OperationError(`${error.message}.`, { cause: error });
    throw error;
  }
}

/** A page of connections. */
export interface ConnectionList {
  readonly connections: readonly ConnectionView[];
  /** For the next page; `null`: there is none. */
  readonly cursor: string | null;
  /** How many there are on all pages; `null`: not known. */
  readonly total: number | null;
}

/** Lists the connections of all Beacons, ordered by client. */
export const listConnections = operation(
  z.strictObject({
    user: z.string().optional(),
    channel: z.string().optional(),
    /** A text in client, user or address. */
    search: z.string().max(255).optional(),
    cursor: z.string().default(''),
    limit: z.int().min(1).max(1_000).default(100),
  }),
  (context, { user, channel, search, cursor, limit }): Promise<ConnectionList> =>
    onBeacons(context, async (control) => {
      const { connections, more, total } = await control.connections({
        ...(user === undefined ? {} : { user }),
        ...(channel === undefined ? {} : { channel }),
        ...(search === undefined ? {} : { search }),
        after: cursor,
        limit,
      });
      const next = more ? (connections.at(-1)?.client ?? null) : null;
      return { connections, cursor: next, total: total ?? null };
    }),
);

/** Ends one connection of a user, or all. */
export const disconnectUser = change(
  z.strictObject({
    user: z.string(),
    client: z.string().optional(),
    /** Whether the client may come back by itself. */
    reconnect: z.boolean().default(false),
  }),
  (context, { user, client, reconnect }) =>
    onBeacons(context, async (control) => {
      const target = { user, ...(client === undefined ? {} : { client }) };
      const why = reconnect ? disconnects.forceReconnect : disconnects.forceNoReconnect;
      return { disconnected: await control.disconnect(target, why) };
    }),
);

/** The channels that somebody is on, the fullest first. */
export const listChannels = operation(
  z.strictObject({
    pattern: z.string().default(''),
    limit: z.int().min(1).max(10_000).default(100),
  }),
  (context, { pattern, limit }) =>
    onBeacons(context, async (control) => {
      const counts = await control.channels(pattern);
      const channels = [...counts]
        .map(([channel, clients]) => ({ channel, clients }))
        .sort((a, b) => b.clients - a.clients || (a.channel < b.channel ? -1 : 1));
      return { channels: channels.slice(0, limit), total: channels.length };
    }),
);

/** The Beacons that are there. */
export const listNodes = operation(z.strictObject({}), (context) =>
  onBeacons(context, async (control): Promise<{ readonly nodes: readonly NodeInfo[] }> => ({
    nodes: control.nodes(),
  })),
);

/** How busy the Beacons and the store are, live. */
export const readOverview = operation(z.strictObject({}), (context) =>
  onBeacons(context, async (control) => {
    const [load, store] = await Promise.all([control.load(), context.store?.() ?? null]);
    return { ...load, store };
  }),
);

/** The fullest or busiest channels with the rate of their publications, which is measured while somebody asks. */
export const listBusyChannels = operation(
  z.strictObject({
    pattern: z.string().default(''),
    sort: z.enum(['clients', 'rate', 'name']).default('clients'),
    limit: z.int().min(1).max(1_000).default(200),
  }),
  (context, query) =>
    onBeacons(context, async (control) => {
      const { channels, total, missing } = await control.busy(query);
      const shown = channels.map(([channel, clients, rate]) => ({ channel, clients, rate }));
      return { channels: shown, total, missing };
    }),
);
