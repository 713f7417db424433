import type { ConnectionState } from '@belfry/client';
import { useEffect, useState } from 'preact/hooks';
import type { Seat, Session } from './seat.ts';

/** The session at this seat; `null` before anybody signed in. */
export function useSession(seat: Seat): Session | null {
  const [value, setValue] = useState(seat.session);
  useEffect(() => {
    const update = (): void => setValue(seat.session);
    update();
    return seat.onSession(update);
  }, [seat]);
  return value;
}

/** How the session's connection is; `null` without a session. */
export function useConnection(seat: Seat): ConnectionState | null {
  const client = useSession(seat)?.client;
  const [state, setState] = useState<ConnectionState | null>(client?.state ?? null);
  useEffect(() => {
    setState(client?.state ?? null);
    return client?.onState(setState);
  }, [client]);
  return state;
}
