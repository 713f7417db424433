/**
 * Who sits at this window, and their connections.
 *
 * At the games every window is a guest of its own (`sessionStorage`), so that two windows can play each other; a reload stays the same
 * guest. At the fleet all windows of a browser are one (`localStorage`): jobs and nodes are still theirs tomorrow. The name is
 * remembered for the next window.
 */
import type { ConnectionState } from '@belfry/client';
import { Seat, type Session } from './seat.ts';

const NAME_KEY = 'belfry.name';

/** The longest name the server takes, in characters. */
export const MAX_NAME = 40;

export const gameSeat: Seat = new Seat({
  storage: () => sessionStorage,
  storageKey: 'belfry.guest',
});

export const fleetSeat: Seat = new Seat({
  storage: () => localStorage,
  storageKey: 'belfry.fleet-guest',
});

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

/** Whether this window has signed in to a game before (and was reloaded since). */
export function hasSignedIn(): boolean {
  return read(() => sessionStorage) !== '';
}

/** Sits down to play under this name. Rejects with a `BelfryError`. */
export async function signIn(name: string): Promise<Session> {
  const session = await gameSeat.signIn(name);
  for (const keep of [() => sessionStorage, () => localStorage]) {
    try {
      keep().setItem(NAME_KEY, name);
    } catch {
      // Then it is asked for again.
    }
  }
  return session;
}

/** Resolves once the connection works; rejects when it is closed for good, or after `timeoutMs`. */
export async function online({ client }: Session, timeoutMs = 10_000): Promise<void> {
  const { BelfryError } = await import('@belfry/client');
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => end(new BelfryError('timeout', 'The server does not answer.')),
      timeoutMs,
    );
    const end = (error: Error | null): void => {
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
