import type { JSX } from 'preact';
import { Link } from '../../router/router.tsx';
import { Bell } from '../../shell/bell.tsx';
import { type Fleet, useFleet } from '../use-fleet.ts';

interface FleetGateProps {
  readonly children: (fleet: Fleet) => JSX.Element;
}

/** A page that needs the fleet: signs this browser's guest in first. */
export function FleetGate({ children }: FleetGateProps): JSX.Element {
  const { fleet, problem, retry } = useFleet();
  if (fleet !== null) return children(fleet);
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" ringing={problem === null} />
      {problem === null ? (
        <p class="muted" role="status">
          One moment…
        </p>
      ) : (
        <>
          <h1>Nobody lets you in</h1>
          <p class="muted" role="alert">
            {problem.message}
          </p>
          <div class="notice-actions">
            <button type="button" class="button is-main" onClick={retry}>
              Try again
            </button>
            <Link to="/" class="button">
              To the front page
            </Link>
          </div>
        </>
      )}
    </main>
  );
}
