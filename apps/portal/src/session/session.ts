/**
 * Who sits at this window, and their connection.
 *
 * Every window is a guest of its own (`sessionStorage`), so that two windows can play each other; a reload stays the same guest. The
 * name is remembered for the next window.
 */
import { BelfryError, connect, GuestSession } from '@belfry/client';
import type { BelfryClient, ConnectionState } from '@belfry/client';

const NAME_KEY = 'belfry.name';

/** The longest name the server takes, in characters. */
export const MAX_NAME = 40;

export interface Session {
  readonly name: string;
  readonly client: BelfryClient;
}

let current: Session | null = null;
const watchers = new Set<() => void>();

/** Storage may be forbidden. */
function stored(storage: () => Storage): Storage | undefined {
  try {
    return storage();
  } catch {
    return undefined;
  }
}

function read(storage: () => Storage): string {
  try {
    return storage().getItem(NAME_KEY) ?? '';
  } catch {
    return '';
  }
}

/** The name that this window or, else, an earlier one used; `''` when there is none. */
export function rememberedName(): string {
  return read(() => sessionStorage) || read(() => localStorage);
}

/** Whether this window has signed in before (and was reloaded since). */
export function hasSignedIn(): boolean {
  return read(() => sessionStorage) !== '';
}

export function session(): Session | null {
  return current;
}

/** Hears when another session begins. */
export function onSession(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Signs in under this name and connects; a session with the same name goes on. Rejects with a `BelfryError`. */
export async function signIn(name: string): Promise<Session> {
  if (current?.name === name && current.client.state.type !== 'closed') return current;
  const storage = stored(() => sessionStorage);
  const guest = new GuestSession({
    url: location.origin,
    name,
    ...(storage === undefined ? {} : { storage }),
  });
  await guest.signIn();
  for (const keep of [() => sessionStorage, () => localStorage]) {
    try {
      keep().setItem(NAME_KEY, name);
    } catch {
      // Then it is asked for again.
    }
  }
  current?.client.close();
  const client = connect({
    url: location.origin,
    getToken: guest.getToken,
    name: 'belfry-portal',
    reconnect: { minMs: 200, maxMs: 3_000 },
  });
  current = { name, client };
  for (const watcher of watchers) watcher();
  return current;
}

/** Resolves once the connection works; rejects when it is closed for good, or after `timeoutMs`. */
export async function online({ client }: Session, timeoutMs = 10_000): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => end(new BelfryError('timeout', 'The server does not answer.')),
      timeoutMs,
    );
    const end = (error: BelfryError | null): void => {
      clearTimeout(timer);
      off();
      if (error === null) resolve();
      else reject(error);
    };
    const look = (state: ConnectionState): void => {
      if (state.type === 'online') end(null);
      if (state.type === 'closed') {
        end(state.error ?? new BelfryError('closed', 'The connection was closed.'));
      }
    };
    const off = client.onState(look);
    look(client.state);
  });
}
