import { connect, type BelfryClient } from '@belfry/client';

/** A client that gives up only what no kill and no freeze explains. */
export function connectPatiently({ url, token }: { url: string; token: string }): BelfryClient {
  return connect({
    url,
    token,
    sendTimeoutMs: 60_000,
    timeoutMs: 10_000,
    reconnect: { minMs: 100, maxMs: 1_000 },
  });
}
