import type { ComponentChildren, JSX } from 'preact';
import { Link } from '../router/router.tsx';
import type { Route } from '../router/routes.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { TowerLogo } from './tower-logo.tsx';

interface ShellProps {
  readonly page: Route['page'];
  readonly children: ComponentChildren;
}

interface Section {
  readonly to: string;
  readonly name: string;
  readonly pages: readonly Route['page'][];
}

/** What the navigation shows; a new section needs a row here and its pages in `router/routes.ts`. */
const SECTIONS: readonly Section[] = [
  { to: '/play/tictactoe', name: 'Tic-tac-toe', pages: ['tictactoe', 'tictactoe-room'] },
  { to: '/channels', name: 'Channels', pages: ['channels'] },
];

/** What surrounds every page. */
export function Shell({ page, children }: ShellProps): JSX.Element {
  return (
    <div class="shell">
      <a class="skip" href="#content">
        Skip to the page
      </a>
      <header class="shell-header">
        <Link to="/" class="brand" label="Belfry, to the front page">
          <TowerLogo />
          <span>Belfry</span>
        </Link>
        <nav class="shell-nav" aria-label="Sections">
          {SECTIONS.map(({ to, name, pages }) => (
            <Link key={to} to={to} class="nav-link" current={pages.includes(page)}>
              {name}
            </Link>
          ))}
        </nav>
        <ConnectionBadge />
      </header>
      <div id="content" class="shell-content" tabIndex={-1}>
        {children}
      </div>
    </div>
  );
}
