import type { ComponentChildren, JSX } from 'preact';
import { Link } from '../router/router.tsx';
import type { Route } from '../router/routes.ts';
import type { Seat } from '../session/seat.ts';
import { fleetSeat, gameSeat } from '../session/session.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { DonationBadge } from './donation-badge.tsx';
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
  { to: '/simulate', name: 'Simulate', pages: ['simulate'] },
  { to: '/jobs', name: 'Jobs', pages: ['jobs', 'job'] },
  { to: '/fleet', name: 'Fleet', pages: ['fleet', 'donate'] },
  { to: '/play/tictactoe', name: 'Tic-tac-toe', pages: ['tictactoe', 'tictactoe-room'] },
  { to: '/channels', name: 'Channels', pages: ['channels'] },
];

/** Pages whose connection is that of the fleet's guest. */
const FLEET_PAGES: ReadonlySet<Route['page']> = new Set([
  'simulate',
  'jobs',
  'job',
  'fleet',
  'donate',
]);

function seatOf(page: Route['page']): Seat {
  return FLEET_PAGES.has(page) ? fleetSeat : gameSeat;
}

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
        <DonationBadge />
        <ConnectionBadge seat={seatOf(page)} />
      </header>
      <div id="content" class="shell-content" tabIndex={-1}>
        {children}
      </div>
    </div>
  );
}
