import type { ConnectionState } from '@belfry/client';
import { useEffect, useState } from 'preact/hooks';
import { onSession, session } from './session.ts';
import type { Session } from './session.ts';

/** This window's session; `null` before anybody signed in. */
export function useSession(): Session | null {
  const [value, setValue] = useState(session());
  useEffect(() => {
    const update = (): void => setValue(session());
    update();
    return onSession(update);
  }, []);
  return value;
}

/** How the session's connection is; `null` without a session. */
export function useConnection(): ConnectionState | null {
  const client = useSession()?.client;
  const [state, setState] = useState<ConnectionState | null>(client?.state ?? null);
  useEffect(() => {
    setState(client?.state ?? null);
    return client?.onState(setState);
  }, [client]);
  return state;
}
