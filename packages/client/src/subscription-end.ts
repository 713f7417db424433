import { SubscriptionState } from 'centrifuge';
import type { Subscription } from 'centrifuge';
import { BelfryError, toBelfryError } from './belfry-error.ts';

/** Resolves with the next subscribed state; rejects when the server refuses the channel, or after `timeoutMs`. */
export async function subscribed(sub: Subscription, timeoutMs: number): Promise<void> {
  if (sub.state === SubscriptionState.Subscribed) return;
  await new Promise<void>((resolve, reject) => {
    const end = (error: BelfryError | null): void => {
      clearTimeout(timer);
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
      timeoutMs,
    );
    sub.on('subscribed', onSubscribed);
    sub.on('unsubscribed', onUnsubscribed);
    sub.subscribe();
  });
}

/** Why a subscription has ended, as an error. Codes below 100 are the client's own: it was left or closed. */
export function unsubscribedError(channel: string, code: number, reason: string): BelfryError {
  if (code === 0 || code === 2) return new BelfryError('closed', `${channel}: it was left`);
  if (code === 1) return new BelfryError('forbidden', `${channel}: ${reason}`);
  return toBelfryError({ code, message: reason }, channel);
}
