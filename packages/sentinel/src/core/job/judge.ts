import type { Trust } from '../../messages/grant-change.ts';
import type { Vote } from './job-state.ts';

/** What the votes on a chunk come to. */
export type Verdict =
  /** The last vote's result counts. `agreed` and `disagreed` name nodes; both are empty where it rests on one word alone. */
  | { readonly type: 'accept'; readonly agreed: string[]; readonly disagreed: string[] }
  /** Another node is to be asked. */
  | { readonly type: 'ask' }
  /** They all say something else. */
  | { readonly type: 'hopeless' };

export interface Hearing {
  /** In the order they came, at most one of each node; the last one is new. */
  readonly votes: readonly Vote[];
  readonly trustOf: (node: string) => Trust;
  /** Check a result that would count by itself. */
  readonly check: boolean;
  /** So many votes without two that agree are too many. */
  readonly most: number;
}

/**
 * Two that agree decide, unless both were caught before. Without anybody else's vote a trusted node decides, except when it is checked; an
 * operator's node always does.
 */
export function judge({ votes, trustOf, check, most }: Hearing): Verdict {
  const last = votes.at(-1);
  if (last === undefined) return { type: 'ask' };
  const agree = votes.filter(({ digest }) => digest === last.digest);
  const accept = (): Verdict => ({
    type: 'accept',
    agreed: votes.length > 1 ? agree.map(({ node }) => node) : [],
    disagreed: votes.filter(({ digest }) => digest !== last.digest).map(({ node }) => node),
  });
  const trust = trustOf(last.node);
  if (trust === 'operator') return accept();
  if (agree.length > 1 && agree.some(({ node }) => trustOf(node) !== 'lost')) return accept();
  if (trust === 'earned' && votes.length === 1 && !check) return accept();
  return votes.length >= most ? { type: 'hopeless' } : { type: 'ask' };
}
