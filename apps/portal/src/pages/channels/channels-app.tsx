import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { Link } from '../../router/router.tsx';
import type { ChannelsRoute } from '../../router/routes.ts';
import { useTitle } from '../../shell/use-title.ts';
import { createAdminApi } from './api/admin-api.ts';
import type { BusyChannels, Overview, SignIn } from './api/admin-types.ts';
import { usePoll } from '../../parts/use-poll.ts';
import { addSample, NO_HISTORY } from './model/load-history.ts';
import { Stale } from '../../parts/banner.tsx';
import { Gate } from './gate.tsx';
import { Warnings } from './parts/warnings.tsx';
import { CONNECTIONS_PATH, LIST_PATH, OVERVIEW_PATH } from './paths.ts';
import { ChannelListView } from './views/channel-list-view.tsx';
import { ChannelView } from './views/channel-view.tsx';
import { ConnectionListView } from './views/connection-list-view.tsx';
import { type Look, OverviewView } from './views/overview-view.tsx';
import '../../parts/page.css';
import '../../parts/figures.css';
import '../../parts/tables.css';
import './styles/one-channel.css';
import '../../parts/dialogs.css';

const EVERY_MS = 2_000;
const SHOWN_CHANNELS = 10;

interface ChannelsAppProps {
  readonly route: ChannelsRoute;
}

/** The page Channels, for operators. */
export function ChannelsApp({ route }: ChannelsAppProps): JSX.Element {
  useTitle('Channels');
  return (
    <Gate>
      {(signIn, onSignedOut) => (
        <SignedIn route={route} signIn={signIn} onSignedOut={onSignedOut} />
      )}
    </Gate>
  );
}

interface SignedInProps extends ChannelsAppProps {
  readonly signIn: SignIn;
  readonly onSignedOut: (byServer: boolean) => void;
}

const TABS = [
  { to: OVERVIEW_PATH, name: 'Overview', views: ['overview'] },
  { to: LIST_PATH, name: 'All channels', views: ['list', 'channel'] },
  { to: CONNECTIONS_PATH, name: 'Connections', views: ['connections'] },
] as const;

function SignedIn({ route, signIn, onSignedOut }: SignedInProps): JSX.Element {
  const api = useMemo(() => createAdminApi(signIn, () => onSignedOut(true)), [signIn.token]);
  const history = useRef(NO_HISTORY);
  // Looked at whatever is shown, so that the charts have no hole when one comes back to them.
  const polled = usePoll<Look>('overview', EVERY_MS, async (signal) => {
    const [overview, busy] = await Promise.all([
      api.ask<Overview>('overview', {}, signal),
      api.ask<BusyChannels>('channels.busy', { limit: SHOWN_CHANNELS }, signal),
    ]);
    history.current = addSample(history.current, overview, busy.total);
    return { overview, busy };
  });
  const view = (): JSX.Element => {
    switch (route.view) {
      case 'overview':
        return <OverviewView polled={polled} history={history.current} />;
      case 'list':
        return <ChannelListView api={api} />;
      case 'connections':
        return <ConnectionListView api={api} query={new URLSearchParams(route.query)} />;
      case 'channel':
        return (
          <ChannelView
            api={api}
            storeAway={polled.data?.overview.store?.ok === false}
            channel={new URLSearchParams(route.query).get('name') ?? ''}
          />
        );
    }
  };
  return (
    <main class="page desk">
      <header class="desk-head">
        <h1>Channels</h1>
        <nav class="tabs" aria-label="Views">
          {TABS.map(({ to, name, views }) => (
            <Link
              key={to}
              to={to}
              class="nav-link"
              current={(views as readonly string[]).includes(route.view)}
            >
              {name}
            </Link>
          ))}
        </nav>
        <p class="desk-side">
          {signIn.scope === 'read' && <span class="chip">Look only</span>}
          <button type="button" class="link-button" onClick={() => onSignedOut(false)}>
            Sign out
          </button>
        </p>
      </header>
      {route.view === 'overview' && <Stale error={polled.error} at={polled.at} />}
      {polled.data !== null && <Warnings overview={polled.data.overview} />}
      {view()}
    </main>
  );
}
