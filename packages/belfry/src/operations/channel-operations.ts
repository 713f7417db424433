import { readAnnouncement } from '@belfry/beacon';
import {
  channelKey,
  channelNamespace,
  encodePublication,
  MAX_CHANNEL_LENGTH,
  parseActorKey,
} from '@belfry/protocol';
import type { ChannelStore, Epoch, HistoryQuery, Publication } from '@belfry/store';
import { z } from 'zod';
import { change, operation, type OperationContext, OperationError } from './operation.ts';

const channel = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'a channel is ASCII text without spaces, e.g. server:tictactoe/A1B2C3')
  .max(MAX_CHANNEL_LENGTH);

/** Throws unless the channel's namespace is there. */
function checkNamespace({ namespaces }: Pick<OperationContext, 'namespaces'>, name: string): void {
  if (namespaces.useOf(name) !== undefined) return;
  const { names } = namespaces;
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  throw new OperationError(`channel: there is no namespace "${channelNamespace(name)}"; ${known}.`);
}

/** Throws for a channel on which nothing is published: the inbox of an actor. */
export function checkPublications(
  context: Pick<OperationContext, 'namespaces'>,
  name: string,
): void {
  checkNamespace(context, name);
  if (context.namespaces.useOf(name) !== 'queue') return;
  const actor = channelKey(name);
  const key = parseActorKey(actor) === null ? '<kind/id>' : actor;
  throw new OperationError(
    `channel: ${name} leads to the inbox of an actor, and nobody hears what is published there. \`belfry actors send ${key} <data> --user NAME\` sends to the actor; it publishes on server:${key}.`,
  );
}

/** A publication as it is shown: the stored object with its position. */
export interface ShownPublication {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  readonly data: unknown;
  readonly info?: unknown;
  readonly tags?: unknown;
}

function shown(name: string, { offset, time, body }: Publication, epoch: Epoch): ShownPublication {
  const fields = JSON.parse(body) as { data: unknown; info?: unknown; tags?: unknown };
  return { channel: name, offset, epoch, time, ...fields };
}

/** Publishes any JSON value. */
export const publish = change(
  z.strictObject({ channel, data: z.json() }),
  async (context, input) => {
    checkPublications(context, input.channel);
    const { channels, historyPolicyOf } = context;
    const { offset, epoch } = await channels.publish({
      channel: input.channel,
      body: encodePublication(JSON.stringify(input.data)),
      origin: '',
      history: historyPolicyOf(input.channel),
    });
    return { offset, epoch };
  },
);

/** What a channel remembers. */
export const readHistory = operation(
  z.strictObject({
    channel,
    limit: z.int().min(0).max(10_000).default(100),
    since: z.int().min(0).optional(),
    reverse: z.boolean().default(false),
  }),
  async (context, input) => {
    checkNamespace(context, input.channel);
    const { channels, historyPolicyOf } = context;
    const query: HistoryQuery = {
      limit: input.limit,
      reverse: input.reverse,
      metaTtlMs: historyPolicyOf(input.channel).metaTtlMs,
      ...(input.since === undefined ? {} : { since: input.since }),
    };
    const { offset, epoch, publications } = await channels.history(input.channel, query);
    return {
      offset,
      epoch,
      publications: publications.map((publication) => shown(input.channel, publication, epoch)),
    };
  },
);

/** Who is in a channel. */
export const readPresence = operation(z.strictObject({ channel }), async (context, input) => {
  checkNamespace(context, input.channel);
  const entries = await context.channels.presence(input.channel);
  return {
    clients: entries.map(({ client, user, infoJson }) => ({
      client,
      user,
      info: JSON.parse(infoJson) as unknown,
    })),
  };
});

/** What a channel is for, and what it keeps. */
export const showChannel = operation(z.strictObject({ channel }), async (context, input) => {
  checkNamespace(context, input.channel);
  const { namespaces, historyPolicyOf } = context;
  const { size, ttlMs } = historyPolicyOf(input.channel);
  return {
    channel: input.channel,
    namespace: channelNamespace(input.channel),
    use: namespaces.useOf(input.channel),
    ...namespaces.presenceOf(input.channel),
    history: { size, ttlMs },
  };
});

/** What `belfry channels subscribe` takes. */
export const subscribeInput = z.strictObject({
  channel,
  /** Tell of who comes and goes too, where the namespace has it announced. */
  joinLeave: z.boolean().default(false),
});

/** Somebody came or went. */
export interface JoinLeave {
  readonly channel: string;
  readonly type: 'join' | 'leave';
  readonly client: string;
  readonly user: string;
}

/** A line of a subscription: a publication, that some may have been missed, or who came or went. */
export type SubscriptionEvent =
  | ShownPublication
  | JoinLeave
  | { readonly channel: string; readonly interrupted: true };

function joinLeaveOf(name: string, body: string): JoinLeave | null {
  const announcement = readAnnouncement(body);
  if (announcement === null) return null;
  const { client = '', user = '' } = JSON.parse(announcement.info) as Partial<JoinLeave>;
  return { channel: name, type: announcement.type, client, user };
}

/** Tells `sink` what is published from now on; resolves when that is so, with what ends it. `channels` is a view of its own. */
export async function follow(
  channels: ChannelStore,
  { channel: name, joinLeave = false }: z.input<typeof subscribeInput>,
  sink: (event: SubscriptionEvent) => void,
): Promise<() => Promise<void>> {
  channels.attach({
    onPublication(from, publication, epoch) {
      if (from === name) sink(shown(from, publication, epoch));
    },
    onSignal(from, body) {
      if (!joinLeave || from !== name) return;
      const event = joinLeaveOf(name, body);
      if (event !== null) sink(event);
    },
    onInterrupted(names) {
      if (names === 'all' || names.includes(name)) sink({ channel: name, interrupted: true });
    },
  });
  await channels.subscribe(name);
  return () => channels.unsubscribe(name);
}
