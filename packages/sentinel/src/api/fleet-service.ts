import type { NodeTimes, TokenReply } from '@belfry/protocol';
import type { TokenBucket, TokenStore } from '@belfry/store';
import type { ActorCalls } from './actor-calls.ts';
import type { ApiMeter } from './api-meter.ts';
import type { BeaconBackend } from './beacon-backend.ts';
import type { ClaimTokens } from './claim-tokens.ts';
import { tooMany } from './fleet-error.ts';
import type { Identity } from './identity.ts';
import type { JobFeeds } from './job-feeds.ts';
import type { NodeGate } from './node-gate.ts';

/** A simulation's code, as nodes fetch it. */
export interface ServedSimulation {
  readonly name: string;
  readonly version: string;
  readonly code: string;
}

/** How much of what is taken. */
export interface ApiLimits {
  /** Jobs that a user may submit, a minute. */
  readonly submitsPerMinute: number;
  /** Codes of nodes that a user may try, a minute. */
  readonly codesPerMinute: number;
  /** Nodes without a claim that may register from one address, a minute. */
  readonly registrationsPerMinute: number;
  /** The most bytes of the input of a job. */
  readonly inputBytes: number;
  /** The most event streams at once in this process. */
  readonly streams: number;
}

/** What the endpoints work with. */
export interface FleetService {
  readonly actors: ActorCalls;
  readonly identity: Identity;
  readonly gate: NodeGate;
  readonly claims: ClaimTokens;
  readonly feeds: JobFeeds;
  readonly meter: ApiMeter;
  readonly tokens: TokenStore;
  readonly limits: ApiLimits;
  readonly times: NodeTimes;
  readonly simulations: readonly ServedSimulation[];
  /** Signs what a node connects to the Beacon with. */
  signNodeToken(node: string): Promise<TokenReply>;
  /** The id of a user's job with a key; of one without a key a new one. */
  jobId(user: string, key: string | undefined): string;
  /** Answers the proxies of a Centrifugo. */
  readonly backend: BeaconBackend;
  /** What a Centrifugo must show; `undefined`: nothing. */
  readonly proxySecret: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

const MINUTE_MS = 60_000;

/** Counts one of what is limited for all processes together. Rejects with a `FleetError`. */
export async function limited(
  tokens: TokenStore,
  {
    what,
    key,
    perMinute,
  }: { readonly what: string; readonly key: string; readonly perMinute: number },
): Promise<void> {
  const bucket: TokenBucket = { rate: perMinute, intervalMs: MINUTE_MS };
  const { granted, retryMs } = await tokens.take(`fleet-${key}`, [bucket], 1);
  if (granted > 0) return;
  const seconds = Math.max(1, Math.ceil(retryMs / 1_000));
  throw tooMany(`too many ${what}; try again in ${seconds} s.`, retryMs);
}
