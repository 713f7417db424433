import type { JSX } from 'preact';
import { Banner } from '../../parts/banner.tsx';
import { fleetSeat } from '../../session/session.ts';
import { useConnection } from '../../session/use-session.ts';

/** Says that what is shown may be old, while the server is away. It lies over the page, so that nothing moves. */
export function AwayBanner(): JSX.Element {
  const connection = useConnection(fleetSeat);
  const away = connection?.type === 'reconnecting' || connection?.type === 'closed';
  return (
    <div class="server-away" role="status">
      {away && (
        <Banner>The server does not answer. What you see may be old; it goes on by itself.</Banner>
      )}
    </div>
  );
}
