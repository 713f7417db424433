import type { JSX } from 'preact';
import { Link } from '../../../router/router.tsx';
import { useTitle } from '../../../shell/use-title.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ChannelFacts } from '../api/admin-types.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { useWatch } from '../api/use-watch.ts';
import { ageText, countText } from '../../../parts/formats.ts';
import { Banner } from '../../../parts/banner.tsx';
import { Awaited } from '../../../parts/placeholder.tsx';
import { connectionsPath, LIST_PATH } from '../paths.ts';
import { HistoryPanel } from './history-panel.tsx';
import { PresencePanel } from './presence-panel.tsx';
import { PublishPanel } from './publish-panel.tsx';
import { WatchPanel } from './watch-panel.tsx';

/** What a channel is does not change while the server runs. */
const EVERY_MS = 60_000;

interface ChannelViewProps {
  readonly api: AdminApi;
  readonly channel: string;
  /** Nothing comes just now, whoever publishes. */
  readonly storeAway: boolean;
}

/** One channel: what comes on it, what it remembers, who is there. */
export function ChannelView({ api, channel, storeAway }: ChannelViewProps): JSX.Element {
  useTitle(channel);
  const facts = usePoll(channel, EVERY_MS, (signal) =>
    api.ask<ChannelFacts>('channels.show', { channel }, signal),
  );
  return (
    <>
      <header class="channel-head">
        <Link to={LIST_PATH} class="back">
          All channels
        </Link>
        <h2 class="channel-name code">{channel}</h2>
        <Awaited polled={facts} lines={1}>
          {(known) => <Chips facts={known} />}
        </Awaited>
      </header>
      {facts.data !== null && (
        <Panels key={channel} api={api} facts={facts.data} storeAway={storeAway} />
      )}
    </>
  );
}

function Chips({ facts }: { readonly facts: ChannelFacts }): JSX.Element {
  const { channel, namespace, use, history, presence } = facts;
  const kept =
    history.size === 0
      ? 'keeps no history'
      : `keeps the last ${countText(history.size)} for ${ageText(history.ttlMs)}`;
  return (
    <p class="filters">
      <span class="chip">
        {namespace === '' ? (
          'no namespace'
        ) : (
          <>
            namespace <span class="code">{namespace}</span>
          </>
        )}
      </span>
      {use === 'publications' && <span class="chip">{kept}</span>}
      <span class="chip">{presence ? 'presence on' : 'presence off'}</span>
      <Link to={connectionsPath({ channel })}>Its connections</Link>
    </p>
  );
}

interface PanelsProps {
  readonly api: AdminApi;
  readonly facts: ChannelFacts;
  readonly storeAway: boolean;
}

function Panels({ api, facts, storeAway }: PanelsProps): JSX.Element {
  const { channel, use, history } = facts;
  const publishes = use === 'publications';
  const watch = useWatch(api, channel, publishes);
  return (
    <>
      {!publishes && (
        <Banner tone="note">
          This channel leads to the inbox of an actor: clients write to it, and nothing is published
          on it. Being on it is being there.
        </Banner>
      )}
      <div class="channel-panels">
        {publishes && <WatchPanel watch={watch} storeAway={storeAway} />}
        <div class="channel-side">
          {publishes && <PublishPanel api={api} channel={channel} />}
          <PresencePanel api={api} facts={facts} />
        </div>
        {publishes && history.size > 0 && (
          <HistoryPanel api={api} channel={channel} seen={watch.log.seen} />
        )}
      </div>
    </>
  );
}
