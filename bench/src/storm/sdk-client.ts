import { Centrifuge } from 'centrifuge';
import { WebSocket } from 'ws';
import type { RawTarget } from '../load/raw-websocket.ts';
import type { StormClient, StormEvents } from './lean-client.ts';
import type { Sequence } from './sequence.ts';

interface SdkOptions {
  /** It stays with this one, and waits until it is back. */
  readonly target: RawTarget;
  readonly channel: string;
  readonly sequence: Sequence;
  readonly events: StormEvents;
}

/** The unmodified SDK as a client under storm. */
export function startSdkClient({ target, channel, sequence, events }: SdkOptions): StormClient {
  const { host, port } = target;
  const client = new Centrifuge(`ws://${host}:${port}/connection/websocket`, {
    websocket: WebSocket,
    minReconnectDelay: 50,
    maxReconnectDelay: 1_000,
  });
  const subscription = client.newSubscription(channel, {
    minResubscribeDelay: 50,
    maxResubscribeDelay: 1_000,
  });
  let lostAt: number | null = null;
  let subscribed = false;
  subscription.on('publication', ({ data }) => {
    sequence.accept((data as { n: number }).n);
  });
  subscription.on('subscribing', () => {
    lostAt ??= performance.now();
  });
  subscription.on('subscribed', ({ recovered, wasRecovering }) => {
    if (subscribed && !(wasRecovering && recovered)) sequence.flag();
    const ms = lostAt === null ? null : performance.now() - lostAt;
    events.onSubscribed(subscribed ? ms : null, recovered);
    subscribed = true;
    lostAt = null;
  });
  subscription.on('error', ({ error }) => {
    events.onFault(`SDK error ${error.code}`);
  });
  subscription.subscribe();
  client.connect();
  return { channel, sequence, stop: () => client.disconnect() };
}
