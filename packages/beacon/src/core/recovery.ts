import type { RecoverRequest } from '@belfry/protocol';
import type { HistoryReply, Publication } from '@belfry/store';
import type { HistoryNeed } from './effects.ts';
import type { Namespace } from './namespaces.ts';
import type { Grant } from './subscription.ts';

/** What to read of the history so that `recovered` can tell. */
export function historyNeed(
  grant: Grant,
  request: RecoverRequest,
  at: { readonly namespace: Namespace; readonly limit: number; readonly filtered: boolean },
): HistoryNeed {
  if (!grant.positioning) return { type: 'none' };
  if (!grant.recovery || !request.recover) return { type: 'top' };
  if (at.namespace.cacheRecovery) {
    // With a filter the latest may be none that the client wants.
    return { type: 'latest', limit: at.filtered ? at.limit : 1 };
  }
  // One more than allowed would only show what the top shows anyway: that it is too much.
  return { type: 'since', offset: request.offset, limit: at.limit };
}

/** Whether a client wants a publication. */
export type Wants = (publication: Publication) => boolean;

const everything: Wants = () => true;

/** What came of a wish to recover. */
export interface Recovery {
  readonly recovered: boolean;
  /** For the reply; none unless `recovered`. */
  readonly publications: readonly Publication[];
}

/**
 * Stream: all of it or nothing. Recovered iff the epoch is the same (an empty one passes) and what history gave runs without a hole
 * from the offset after the client's to the top.
 */
export function recoverStream(
  request: RecoverRequest,
  history: HistoryReply,
  wants: Wants = everything,
): Recovery {
  const none = { recovered: false, publications: [] };
  if (request.epoch !== '' && request.epoch !== history.epoch) return none;
  let offset = request.offset;
  for (const publication of history.publications) {
    if (publication.offset !== offset + 1) return none;
    offset = publication.offset;
  }
  if (offset !== history.offset) return none;
  return { recovered: true, publications: history.publications.filter(wants) };
}

/**
 * Cache: the latest publication that the client wants, unless it has all there is already. Recovered iff the channel's latest is there,
 * or nothing was missed. History is the newest first.
 */
export function recoverCache(
  request: RecoverRequest,
  history: HistoryReply,
  wants: Wants = everything,
): Recovery {
  const current = request.epoch === history.epoch && request.offset === history.offset;
  if (current && request.offset > 0) return { recovered: true, publications: [] };
  const latest = history.publications[0];
  if (latest === undefined || latest.offset !== history.offset) {
    return { recovered: false, publications: [] };
  }
  const wanted = history.publications.find(wants);
  // The client was there already: what came since is nothing that it wants.
  const isOld = request.epoch === history.epoch && (wanted?.offset ?? 0) <= request.offset;
  return { recovered: true, publications: wanted === undefined || isOld ? [] : [wanted] };
}
