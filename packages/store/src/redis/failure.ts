import { ClientClosedError, ClientOfflineError, ErrorReply } from '@redis/client';
import { StoreError } from '../store-error.ts';

/** What to do about a command that failed. */
export type Failure =
  /** The server does not know the script: send its source. */
  | { readonly type: 'no-script' }
  /** The slot is elsewhere. Nothing was executed. */
  | { readonly type: 'moved' }
  /** The slot is on its way to `host:port`. Nothing was executed. */
  | { readonly type: 'ask'; readonly address: string }
  /** Nothing was executed, and it may work soon. */
  | { readonly type: 'later'; readonly error: StoreError; readonly reconnect: boolean }
  /** The connection went: whether it was executed is unknown. */
  | { readonly type: 'lost'; readonly error: StoreError }
  | { readonly type: 'final'; readonly error: StoreError };

/** Replies by which a server says that it did nothing, and what to tell the caller when it goes on too long. */
const NOT_NOW: Readonly<Record<string, string>> = {
  LOADING: 'it is loading its data',
  BUSY: 'it is busy with a script',
  CLUSTERDOWN: 'the Cluster is down or does not cover every slot',
  TRYAGAIN: 'a Cluster slot is being moved',
  MASTERDOWN: 'its master is down',
  READONLY: 'it is a replica',
  MISCONF: 'it cannot save its data to disk and refuses writes',
  NOREPLICAS: 'it has too few replicas to accept writes',
  OOM: 'it has reached maxmemory',
};

/** Sorts what node-redis threw. */
export function classify(error: unknown): Failure {
  if (error instanceof StoreError) return { type: 'final', error };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ErrorReply) return classifyReply(error);
  if (error instanceof ClientOfflineError || error instanceof ClientClosedError) {
    return { type: 'later', error: unavailable('not connected', error), reconnect: false };
  }
  return { type: 'lost', error: unavailable(`the connection was lost (${message})`, error) };
}

function classifyReply(error: Error): Failure {
  const { message } = error;
  const space = message.indexOf(' ');
  const word = space < 0 ? message : message.slice(0, space);
  switch (word) {
    case 'NOSCRIPT':
      return { type: 'no-script' };
    case 'MOVED':
      return { type: 'moved' };
    case 'ASK':
      return { type: 'ask', address: message.slice(message.lastIndexOf(' ') + 1) };
    default: {
      // A script that may not write fails with this text around the reply's own.
      const why =
        NOT_NOW[word] ?? (message.includes('OOM command not allowed') ? NOT_NOW['OOM'] : undefined);
      if (why !== undefined) {
        return { type: 'later', error: unavailable(why, error), reconnect: word === 'READONLY' };
      }
      return {
        type: 'final',
        error: new StoreError('internal', `redis: ${message}`, { cause: error }),
      };
    }
  }
}

/** Nobody is connected, for a reason that may be known. */
export function notConnected(problem: Error | undefined): StoreError {
  return unavailable(
    problem === undefined ? 'not connected' : `not connected (${problem.message})`,
    problem,
  );
}

export function unavailable(why: string, cause?: unknown): StoreError {
  return new StoreError('unavailable', `redis: ${why}`, cause === undefined ? {} : { cause });
}
