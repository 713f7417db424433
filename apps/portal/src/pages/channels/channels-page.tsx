import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChannelsRoute } from '../../router/routes.ts';
import { Bell } from '../../shell/bell.tsx';
import { useTitle } from '../../shell/use-title.ts';

type App = (props: { readonly route: ChannelsRoute }) => JSX.Element;

let loaded: App | null = null;

/** The page for operators, which others need not load. */
export function ChannelsPage({ route }: { readonly route: ChannelsRoute }): JSX.Element {
  useTitle('Channels');
  const [App, setApp] = useState<App | null>(() => loaded);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (loaded !== null) return;
    import('./channels-app.tsx').then(
      ({ ChannelsApp }) => {
        loaded = ChannelsApp;
        setApp(() => ChannelsApp);
      },
      () => setFailed(true),
    );
  }, []);
  if (App !== null) return <App route={route} />;
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" ringing={!failed} />
      {failed ? (
        <>
          <h1>Nobody answers</h1>
          <p class="muted">The page could not be loaded.</p>
          <div class="notice-actions">
            <button type="button" class="button is-main" onClick={() => location.reload()}>
              Try again
            </button>
          </div>
        </>
      ) : (
        <p class="muted" role="status">
          One moment…
        </p>
      )}
    </main>
  );
}
