import { AdminError, problemOf } from './admin-error.ts';
import type { SignIn, StreamEvent } from './admin-types.ts';
import { linesOf } from './lines-of.ts';

/** How long an answer may take, in ms. */
const TIMEOUT_MS = 8_000;

interface Request {
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

async function request({ path, body, token, signal }: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/admin/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      // Nothing but the token says who asks.
      credentials: 'omit',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true && (signal.reason as Error).name === 'AbortError') throw error;
    throw new AdminError('unreachable', 'The server does not answer.');
  }
  if (response.ok) return response;
  throw problemOf(response.status, await response.json().catch(() => null));
}

async function json<T>(asked: Request): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = asked.signal === undefined ? timeout : AbortSignal.any([asked.signal, timeout]);
  const response = await request({ ...asked, signal });
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (asked.signal?.aborted === true) throw error;
    throw new AdminError('unreachable', 'The server’s answer was cut off.');
  }
}

/** Whether the server has a password for operators. Rejects with an `AdminError`: `disabled` where they cannot sign in at all. */
export async function readAuth(): Promise<{ readonly password: boolean }> {
  return json({ path: 'auth' });
}

/** Signs in with a password (or a token), or with the code of a link. */
export async function signInWith(
  what: { readonly password: string } | { readonly code: string },
): Promise<SignIn> {
  return json({ path: 'auth', body: what });
}

/** The admin API for who has signed in. */
export interface AdminApi {
  readonly scope: SignIn['scope'];
  ask<T>(operation: string, input: object, signal?: AbortSignal): Promise<T>;
  /** Tells what comes on a channel until `signal` ends it. Resolves when the server ends it. @param onOpen nothing is missed from now on */
  stream(
    channel: string,
    sink: (events: readonly StreamEvent[]) => void,
    until: { readonly signal: AbortSignal; readonly onOpen: () => void },
  ): Promise<void>;
}

/** @param onSignedOut the server takes the token no more */
export function createAdminApi({ token, scope }: SignIn, onSignedOut: () => void): AdminApi {
  const watched = async <T>(action: Promise<T>): Promise<T> => {
    try {
      return await action;
    } catch (error) {
      if (error instanceof AdminError && error.problem === 'signed-out') onSignedOut();
      throw error;
    }
  };
  return {
    scope,
    async ask<T>(operation: string, input: object, signal?: AbortSignal): Promise<T> {
      const asked = { path: operation, body: input, token, ...(signal ? { signal } : {}) };
      return (await watched(json<{ result: T }>(asked))).result;
    },
    async stream(channel, sink, { signal, onOpen }) {
      const body = { channel, joinLeave: true };
      const asked = { path: 'channels.subscribe', body, token, signal };
      const response = await watched(request(asked));
      if (response.body === null) return;
      onOpen();
      for await (const lines of linesOf(response.body)) {
        sink(lines.map((line) => JSON.parse(line) as StreamEvent));
      }
    },
  };
}
