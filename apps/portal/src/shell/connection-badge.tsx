import type { JSX } from 'preact';
import type { Seat } from '../session/seat.ts';
import { useConnection } from '../session/use-session.ts';

const TEXTS = {
  connecting: 'Connecting',
  online: 'Online',
  reconnecting: 'Offline',
  closed: 'Offline',
} as const;

/** How the connection is, once there is one. */
export function ConnectionBadge({ seat }: { readonly seat: Seat }): JSX.Element | null {
  const state = useConnection(seat);
  if (state === null) return null;
  const retry = state.type === 'reconnecting' || state.type === 'closed';
  return (
    <div class={`connection is-${state.type}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">
        {TEXTS[state.type]}
        {state.type === 'reconnecting' && <span class="connection-more">, retrying</span>}
      </span>
      {retry && (
        <button
          type="button"
          class="connection-retry"
          onClick={() => seat.session?.client.reconnectNow()}
        >
          Retry
        </button>
      )}
    </div>
  );
}
