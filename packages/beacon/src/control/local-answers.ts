import type { ReplyError } from '@belfry/protocol';
import type {
  ChannelCounts,
  ConnectionsPage,
  ConnectionsQuery,
  ConnectionView,
  Target,
  Touched,
} from '../bus/messages.ts';
import type { NodeBus } from '../bus/node-bus.ts';
import { channelPattern } from '../core/channel-pattern.ts';
import type { Hub } from '../core/hub.ts';
import {
  isMeant,
  serverDisconnect,
  serverRefresh,
  serverSubscribe,
  serverUnsubscribe,
  type ServerSubscribe,
} from '../core/server-side.ts';
import type { Session } from '../core/session.ts';
import type { RevocationKeeper } from '../runtime/revocation-keeper.ts';

/** The most characters of channel names in one answer. */
const MAX_NAMES = 2 * 1024 * 1024;

interface Options {
  readonly bus: NodeBus;
  readonly hub: Hub;
  readonly sessions: ReadonlySet<Session>;
  readonly revocations: RevocationKeeper;
}

/** Answers what Beacons ask each other from what this one has. */
export function answerLocally({ bus, hub, sessions, revocations }: Options): void {
  const meant = (target: Target): Session[] =>
    hub.sessionsOf(target.user).filter((each) => isMeant(each, target));

  const each = (target: Target, act: (session: Session) => void): Touched => {
    const all = meant(target);
    for (const session of all) act(session);
    return { count: all.length };
  };

  bus.answer('subscribe', (asked) => subscribeAll(meant(asked), asked.channel, asked.how));
  bus.answer('unsubscribe', (asked) =>
    each(asked, (session) => serverUnsubscribe(session, asked.channel, asked.why)),
  );
  bus.answer('disconnect', (asked) => {
    if (asked.olderThan !== undefined) hub.succession.heard(asked.olderThan.since);
    return each(asked, (session) => serverDisconnect(session, asked.why));
  });
  bus.answer('refresh', (asked) => each(asked, (session) => serverRefresh(session, asked.how)));
  bus.answer('revoke', ({ revocation }) => {
    revocations.apply(revocation);
    return {};
  });
  bus.answer('readmit', ({ revoked }) => {
    revocations.lift(revoked);
    return {};
  });
  bus.answer('channels', ({ pattern }) => channelCounts(hub, pattern));
  bus.answer('connections', (query) =>
    connectionsPage(candidates(query, { hub, sessions }), query),
  );
}

async function subscribeAll(
  sessions: readonly Session[],
  channel: string,
  how: ServerSubscribe,
): Promise<Touched> {
  const ends = await Promise.all(
    sessions.map(
      (session) =>
        new Promise<ReplyError | null>((done) => {
          serverSubscribe(session, channel, { ...how, done });
        }),
    ),
  );
  const error = ends.find((end) => end !== null);
  return { count: sessions.length, ...(error === undefined || error === null ? {} : { error }) };
}

function channelCounts(hub: Hub, pattern: string): ChannelCounts {
  const matches = channelPattern(pattern);
  const channels: [string, number][] = [];
  let size = 0;
  for (const channel of hub.channels()) {
    if (!matches(channel)) continue;
    size += channel.length + 16;
    if (size > MAX_NAMES) return { channels, cut: true };
    channels.push([channel, hub.subscriberCount(channel)]);
  }
  return { channels, cut: false };
}

/** Whether a connection has the text that is searched for. */
function isFound({ client, user, transport }: Session, search: string): boolean {
  if (client.includes(search) || user.includes(search)) return true;
  return transport.status?.().address.includes(search) ?? false;
}

function candidates(
  { user, channel }: ConnectionsQuery,
  { hub, sessions }: Pick<Options, 'hub' | 'sessions'>,
): Iterable<Session> {
  if (channel === undefined) return user === undefined ? sessions : hub.sessionsOf(user);
  const there = [...hub.subscribers(channel)].map((each) => each.session);
  return user === undefined ? there : there.filter((each) => each.user === user);
}

const byClient = (a: Session, b: Session): number => (a.client < b.client ? -1 : 1);

function connectionsPage(all: Iterable<Session>, query: ConnectionsQuery): ConnectionsPage {
  const { after, limit, search = '' } = query;
  let page: Session[] = [];
  let more = false;
  let total = 0;
  const trim = (): void => {
    page.sort(byClient);
    if (page.length > limit) more = true;
    page = page.slice(0, limit);
  };
  for (const session of all) {
    if (session.state !== 'connected' || (search !== '' && !isFound(session, search))) continue;
    total++;
    if (session.client <= after) continue;
    page.push(session);
    // Sorting now and then keeps this short however many there are.
    if (page.length >= limit * 2 + 1_000) trim();
  }
  trim();
  return { connections: page.map(viewOf), more, total };
}

function viewOf(session: Session): ConnectionView {
  const { client, user, transport, subscriptions, since, received } = session;
  const { address = '', queuedBytes = 0 } = transport.status?.() ?? {};
  return {
    client,
    user,
    node: session.context.node,
    transport: transport.info.name,
    encoding: transport.info.encoding,
    address,
    channels: subscriptions.size,
    since,
    queuedBytes,
    received,
    sent: subscriptions.values().reduce((sum, each) => sum + each.sent, session.sent),
  };
}
