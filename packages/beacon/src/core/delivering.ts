import {
  replyErrors,
  tagsOf,
  wantsDelta,
  withMessage,
  type ReplyError,
  type SubscribeRequest,
  type WirePublication,
} from '@belfry/protocol';
import type { Epoch } from '@belfry/store';
import { recoveredAsDeltas } from './deltas.ts';
import { Delivery, type SharedFilter } from './delivery.ts';
import type { Recovery, Wants } from './recovery.ts';
import type { Session } from './session.ts';
import type { Grant, LivePublication, Subscription } from './subscription.ts';
import { matchesTags, parseTagsFilter, TagsFilterError } from './tags-filter.ts';
import type { PreparedPush } from './transport.ts';

const FOSSIL = 'fossil';

/** Whether a client may name this kind of deltas; `''`: it wants none. */
export function isKnownDelta(delta: string): boolean {
  return delta === '' || delta === FOSSIL;
}

/** The filter that is asked for; `null`: none. An error: it is not one, or may not be asked for. */
function filterFor(
  session: Session,
  subscription: Subscription,
  asked: SubscribeRequest | undefined,
): SharedFilter | ReplyError | null {
  if (asked?.tagsFilter === undefined) return null;
  if (!subscription.namespace.allowTagsFilter) {
    return withMessage(replyErrors.badRequest, 'tags filter not allowed');
  }
  try {
    return session.context.hub.filters.share(parseTagsFilter(asked.tagsFilter));
  } catch (error) {
    if (!(error instanceof TagsFilterError)) throw error;
    return withMessage(replyErrors.badRequest, error.message);
  }
}

/**
 * Settles how a subscription gets its publications, before it is entered in the hub. Deltas take positions, without which nobody knows
 * what a client has; and with a filter a client has only some of what patches would be made to.
 */
export function prepareDelivery(
  session: Session,
  subscription: Subscription,
  grant: Grant,
): ReplyError | null {
  const { namespace } = subscription;
  const asked = subscription.asked?.request;
  const filter = filterFor(session, subscription, asked);
  if (filter !== null && 'code' in filter) return filter;
  const delta =
    asked?.delta === FOSSIL &&
    namespace.allowDelta &&
    grant.positioning &&
    namespace.history.size > 0 &&
    filter === null;
  // Whoever must get everything gets everything, or is told that it lost something.
  const conflate = namespace.conflate && (!grant.positioning || namespace.cacheRecovery);
  if (delta || filter !== null || conflate) {
    subscription.delivery = new Delivery({ delta, filter, conflate });
  }
  return null;
}

/** Whether a filter lets a publication through. */
function passes(shared: SharedFilter, live: LivePublication): boolean {
  if (shared.judged !== live.serial) {
    shared.judged = live.serial;
    shared.passed = matchesTags(shared.filter.root, live.tags);
  }
  return shared.passed;
}

/** The form in which a subscription with deltas gets a publication. */
function asDelta(
  subscription: Subscription,
  delivery: Delivery,
  live: LivePublication,
): PreparedPush {
  const { delta } = live;
  const { session, namespace } = subscription;
  const { encoding } = session.transport.info;
  const { previous } = delta;
  const follows = previous !== null && previous.offset === delivery.base;
  delivery.base = live.offset;
  const wanted = namespace.deltaPublish || wantsDelta(delta.data.body);
  if (!follows || !wanted || previous.epoch !== live.epoch) return delta.full(encoding);
  const patched = delta.patched(encoding);
  if (patched === null) return delta.full(encoding);
  session.context.stats.patchesSent++;
  return patched;
}

/** Which publications of its history a subscription gets. */
export function wantsOf(delivery: Delivery | null): Wants | undefined {
  const filter = delivery?.filter?.filter;
  return filter === undefined ? undefined : ({ body }) => matchesTags(filter.root, tagsOf(body));
}

/**
 * Recovered publications in the form that the subscription gets. With deltas the next one is a patch to the last of them; when there is
 * none, the client may have lost what it had: then the next one is whole.
 */
export function deliverRecovered(
  subscription: Subscription,
  { recovered, publications }: Recovery,
  epoch: Epoch,
): { readonly recovered: boolean; readonly publications: readonly WirePublication[] } {
  const { delivery, session } = subscription;
  const last = publications.at(-1);
  if (delivery?.delta !== true || last === undefined) return { recovered, publications };
  delivery.base = last.offset;
  session.context.hub.deltas.seed(subscription.channel, last, epoch);
  const { encoding } = session.transport.info;
  return { recovered, publications: recoveredAsDeltas(publications, epoch, encoding) };
}

/** What to send to a subscription that does not get everything as it is; `null`: nothing, or not now. */
export function pushFor(
  subscription: Subscription,
  delivery: Delivery,
  live: LivePublication,
): PreparedPush | null {
  const { session } = subscription;
  const { stats } = session.context;
  if (delivery.filter !== null && !passes(delivery.filter, live)) {
    stats.filtered++;
    return null;
  }
  if (delivery.delta) return asDelta(subscription, delivery, live);
  if (!delivery.conflate) return live;
  if (delivery.held === null && !session.transport.congested()) return live;
  if (delivery.held !== null) stats.conflated++;
  delivery.held = live;
  (session.held ??= new Set()).add(subscription);
  return null;
}

/** Sends what was held back of conflated channels, as far as the connection takes it. */
export function sendHeld(session: Session): void {
  const { held } = session;
  for (const subscription of held ?? []) {
    // What is left goes with the next time.
    if (session.state === 'closed' || session.transport.congested()) return;
    held?.delete(subscription);
    const { delivery } = subscription;
    const live = delivery?.held ?? null;
    if (delivery === null || live === null) continue;
    delivery.held = null;
    session.context.stats.pushesSent++;
    session.transport.push(live);
  }
}
