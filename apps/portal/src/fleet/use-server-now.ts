import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../session/seat.ts';

/** The server's time in ms, looked at again every so often. */
export function useServerNow({ client }: Session, everyMs = 1_000): number {
  const [now, setNow] = useState(() => client.clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(client.clock.now()), everyMs);
    return () => clearInterval(timer);
  }, [client, everyMs]);
  return now;
}
