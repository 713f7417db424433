import type { BelfryError } from '@belfry/client';

/** By its name: the client itself is fetched when somebody needs a connection. */
export function isBelfryError(error: unknown): error is BelfryError {
  return error instanceof Error && error.name === 'BelfryError';
}

/** What went wrong, said to a person, with what they can do. */
export function friendlyError(error: unknown): string {
  if (!isBelfryError(error)) return 'Something went wrong here. Reload the page.';
  switch (error.code) {
    case 'network':
      return 'The server cannot be reached. Check your connection and try again.';
    case 'timeout':
      return 'The server did not answer in time. Try again.';
    case 'overloaded':
      return 'That was a bit much at once. Wait a moment and try again.';
    case 'unavailable':
      return 'The server cannot do that right now. Try again in a moment.';
    case 'closed':
      return 'The connection was closed. Reload the page.';
    case 'not-found':
    case 'forbidden':
    case 'unauthorized':
    case 'bad-request':
    case 'rejected':
    case 'failed':
      return sentence(error.message);
  }
}

/** `doing this: name: is empty; …` → `Name: is empty; …` */
function sentence(message: string): string {
  const text = message.replace(/^[^:]+: /, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
