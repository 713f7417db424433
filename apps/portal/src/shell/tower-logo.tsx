import type { JSX } from 'preact';

/** A bell tower with its bell. */
export function TowerLogo(): JSX.Element {
  return (
    <svg class="tower-logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="tower-stone" d="M16 .5 23.5 11.5H8.5Z" />
      <path class="tower-stone" d="M7 12.3H25V14.5H7Z" />
      <path
        class="tower-stone"
        fill-rule="evenodd"
        d="M8.5 15.3H23.5V32H8.5ZM11.6 25.3H20.4V20.7A4.4 4.4 0 0 0 11.6 20.7Z"
      />
      <path
        class="tower-bell"
        d="M16 17.6c1.6 0 2.3 1 2.4 2.6l.4 2.4.9.9h-7.4l.9-.9.4-2.4c.1-1.6.8-2.6 2.4-2.6Z"
      />
    </svg>
  );
}
