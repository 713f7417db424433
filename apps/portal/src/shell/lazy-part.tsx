import type { JSX } from 'preact';
import { type Component, lazily } from './lazily.ts';

/** A part of a page whose code is fetched when it is first shown. */
export function lazyPart<Props extends object>(
  load: () => Promise<Component<Props>>,
): Component<Props> {
  const useLoaded = lazily(load);
  return function LazyPart(props: Props): JSX.Element {
    const { Shown, failed } = useLoaded();
    if (Shown !== null) return <Shown {...props} />;
    if (failed) {
      return (
        <div class="placeholder" role="alert">
          <p class="placeholder-title">This could not be loaded</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      );
    }
    return (
      <div class="loading" role="status" aria-label="Loading">
        <span />
        <span />
        <span />
      </div>
    );
  };
}
