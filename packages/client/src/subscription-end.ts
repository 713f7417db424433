import { SubscriptionState } from 'centrifuge';
import type { Subscription } from 'centrifuge';
import { BelfryError, toBelfryError } from './belfry-error.ts';
import type { Off } from './listeners.ts';

/** For how long one waits for a subscription. */
export interface Patience {
  readonly timeoutMs: number;
  /** Why the connection has ended for good; `null` while it is there or tried. */
  connectionEnd(): BelfryError | null;
  /** Hears when it has. */
  onConnectionEnd(listener: (error: BelfryError) => void): Off;
}

/**
 * Resolves with the next subscribed state; rejects when the server refuses the channel, when the connection has ended or ends for good,
 * or after `timeoutMs`. Only a refusal ends the subscription.
 */
export async function subscribed(sub: Subscription, patience: Patience): Promise<void> {
  if (sub.state === SubscriptionState.Subscribed) return;
  await new Promise<void>((resolve, reject) => {
    const end = (error: BelfryError | null): void => {
      clearTimeout(timer);
      offConnectionEnd();
      sub.off('subscribed', onSubscribed);
      sub.off('unsubscribed', onUnsubscribed);
      if (error === null) resolve();
      else reject(error);
    };
    const onSubscribed = (): void => end(null);
    const onUnsubscribed = ({ code, reason }: { code: number; reason: string }): void =>
      end(unsubscribedError(sub.channel, code, reason));
    const timer = setTimeout(
      () => end(new BelfryError('timeout', `${sub.channel}: no answer in time`)),
      patience.timeoutMs,
    );
    const offConnectionEnd = patience.onConnectionEnd(end);
    sub.on('subscribed', onSubscribed);
    sub.on('unsubscribed', onUnsubscribed);
    // Also without a connection: should there be one again, it goes on from here.
    sub.subscribe();
    const ended = patience.connectionEnd();
    if (ended !== null) end(ended);
  });
}

/** Why a subscription has ended, as an error. Codes below 100 are the client's own: it was left or closed. */
export function unsubscribedError(channel: string, code: number, reason: string): BelfryError {
  if (code === 0 || code === 2) return new BelfryError('closed', `${channel}: it was left`);
  if (code === 1) return new BelfryError('forbidden', `${channel}: ${reason}`);
  return toBelfryError({ code, message: reason }, channel);
}
