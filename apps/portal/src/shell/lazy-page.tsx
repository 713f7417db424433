import type { JSX } from 'preact';
import { Bell } from './bell.tsx';
import { type Component, lazily } from './lazily.ts';
import { useTitle } from './use-title.ts';

/** A page whose code is fetched when it is first shown, so that others need not load it. */
export function lazyPage<Props extends object>(
  title: string,
  load: () => Promise<Component<Props>>,
): Component<Props> {
  const useLoaded = lazily(load);
  return function LazyPage(props: Props): JSX.Element {
    const { Shown, failed } = useLoaded();
    if (Shown !== null) return <Shown {...props} />;
    return <Fetching title={title} failed={failed} />;
  };
}

function Fetching({ title, failed }: { readonly title: string; failed: boolean }): JSX.Element {
  useTitle(title);
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
