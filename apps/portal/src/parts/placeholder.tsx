import type { ComponentChildren, JSX } from 'preact';
import type { Polled } from './use-poll.ts';

interface PlaceholderProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** Stands where there is nothing, and says why. */
export function Placeholder({ title, children }: PlaceholderProps): JSX.Element {
  return (
    <div class="placeholder">
      <p class="placeholder-title">{title}</p>
      {children !== undefined && <p class="muted">{children}</p>}
    </div>
  );
}

interface AwaitedProps<T> {
  readonly polled: Polled<T>;
  /** How tall it is about to be, in lines. */
  readonly lines?: number;
  readonly children: (data: T) => JSX.Element;
}

/** What is asked for: grey lines until it comes, and why it does not. */
export function Awaited<T>({ polled, lines = 3, children }: AwaitedProps<T>): JSX.Element {
  const { data, error } = polled;
  if (data !== null) return children(data);
  if (error !== null) {
    return (
      <div class="placeholder" role="alert">
        <p class="placeholder-title">{error.message}</p>
        {!error.lasting && (
          <button type="button" class="button" onClick={() => polled.again()}>
            Try again
          </button>
        )}
      </div>
    );
  }
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}
