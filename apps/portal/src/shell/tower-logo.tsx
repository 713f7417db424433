import type { JSX } from 'preact';

/** A bell tower with its bell. */
export function TowerLogo(): JSX.Element {
  return (
    <svg class="tower-logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="tower-stone" d="M16 1.5 26 10.5V12.5H6V10.5Z" />
      <path class="tower-stone" d="M8 14.2H24V30.5H20.2V21A4.2 4.2 0 0 0 11.8 21V30.5H8Z" />
      <path
        class="tower-bell"
        d="M16 18.2c1.9 0 2.7 1.3 2.8 3.2l.5 3 .9 1h-8.4l.9-1 .5-3c.1-1.9.9-3.2 2.8-3.2Z"
      />
      <circle class="tower-bell" cx="16" cy="27" r="1.3" />
    </svg>
  );
}
