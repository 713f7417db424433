import type { BelfryError } from './belfry-error.ts';

/** How the connection is. */
export type ConnectionState =
  /** The first attempt is under way. */
  | { readonly type: 'connecting' }
  | { readonly type: 'online' }
  /** It was lost, or has not worked yet; another attempt follows by itself. `error`: why the last one failed. */
  | { readonly type: 'reconnecting'; readonly error: BelfryError | null }
  /** It will not be tried again: `close` was called (no error), or the server said so. */
  | { readonly type: 'closed'; readonly error: BelfryError | null };
