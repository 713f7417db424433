import type { ComponentChildren, JSX } from 'preact';
import type { PageError } from './page-error.ts';
import { ageText } from './formats.ts';

interface BannerProps {
  readonly tone?: 'bad' | 'note';
  readonly children: ComponentChildren;
}

/** Something that concerns the whole page. */
export function Banner({ tone = 'bad', children }: BannerProps): JSX.Element {
  return (
    <div class={`banner is-${tone}`} role="status">
      <span class="dot" aria-hidden="true" />
      <p>{children}</p>
    </div>
  );
}

interface StaleProps {
  readonly error: PageError | null;
  /** When what is shown was new; 0: nothing is shown. */
  readonly at: number;
}

/** Says that what is shown is old, and why. */
export function Stale({ error, at }: StaleProps): JSX.Element | null {
  if (error === null || at === 0) return null;
  return (
    <Banner>
      {error.message} What you see is {ageText(Date.now() - at)} old; trying again.
    </Banner>
  );
}
