import { createHmac, randomBytes } from 'node:crypto';
import type { Asker } from '@belfry/actors';
import { type ClaimTokenReply, type NodeTimes, nodeIdOf, type TokenReply } from '@belfry/protocol';
import { type ChannelStore, type Store, StoreError } from '@belfry/store';
import type { NodeClaim } from '../messages/node-messages.ts';
import { ActorCalls } from './actor-calls.ts';
import { ApiMeter } from './api-meter.ts';
import { BeaconBackend } from './beacon-backend.ts';
import { createClaimTokens } from './claim-tokens.ts';
import type { Endpoint, PathParams } from './endpoint.ts';
import { BEACON_ENDPOINTS } from './endpoints/beacon-endpoints.ts';
import { JOB_ENDPOINTS } from './endpoints/job-endpoints.ts';
import { NODE_ENDPOINTS } from './endpoints/node-endpoints.ts';
import { SIMULATION_ENDPOINTS } from './endpoints/simulation-endpoints.ts';
import { WORK_ENDPOINTS } from './endpoints/work-endpoints.ts';
import { FleetError } from './fleet-error.ts';
import type { FleetAnswer, FleetRequest } from './fleet-request.ts';
import type { ApiLimits, FleetService, ServedSimulation } from './fleet-service.ts';
import type { Identity } from './identity.ts';
import { JobFeeds } from './job-feeds.ts';
import { NodeGate } from './node-gate.ts';
import { NodeKeys } from './node-keys.ts';
import { describeFleetApi } from './open-api.ts';
import { PoolGauges } from './pool-gauges.ts';

/** All calls, in the order of their description. */
export const FLEET_ENDPOINTS: readonly Endpoint[] = [
  ...JOB_ENDPOINTS,
  ...NODE_ENDPOINTS,
  ...SIMULATION_ENDPOINTS,
  ...WORK_ENDPOINTS,
  ...BEACON_ENDPOINTS,
];

/** How long an actor may take to answer, in ms. */
const ASK_TIMEOUT_MS = 5_000;
/** How many keys of nodes are kept: some 20 MiB. */
const MAX_KEYS = 20_000;

export interface FleetApiOptions {
  readonly store: Pick<Store, 'actors' | 'tokens'>;
  /** A view of its own. */
  readonly channels: ChannelStore;
  readonly asker: Pick<Asker, 'ask' | 'create'>;
  /** By kind, how many messages may wait for an actor. */
  readonly inboxLimits: Readonly<Record<string, number>>;
  readonly simulations: readonly ServedSimulation[];
  readonly identity: Identity;
  /** At least 32 bytes, the same in all processes. Signs claims, and makes ids of keys. */
  readonly claimKey: Uint8Array;
  readonly idKey: Uint8Array;
  readonly signNodeToken: (node: string) => Promise<TokenReply>;
  readonly times: NodeTimes;
  readonly limits: ApiLimits;
  readonly proxySecret: string | undefined;
  /** As `NodeGateOptions.notBefore`. */
  readonly notBefore: number;
  readonly now: () => number;
  /** Told of errors that are nobody's bad input. */
  readonly onError: (error: unknown) => void;
}

/** The fleet's API: it knows no sockets. */
export interface FleetApi {
  readonly endpoints: readonly Endpoint[];
  readonly meter: ApiMeter;
  /** Answers the Beacon's questions in its own process. */
  readonly backend: BeaconBackend;
  /** Makes a claim token, for a node of the deployment's own. */
  signClaim(claim: NodeClaim, ttlMs: number): Promise<ClaimTokenReply>;
  /** Never rejects. */
  answer(endpoint: Endpoint, request: FleetRequest, params: PathParams): Promise<FleetAnswer>;
  /** OpenAPI 3.1. @param version that of the program */
  description(version: string): object;
  gauges(): Readonly<Record<string, number>>;
}

/** The id of a job: nobody can guess it, and the same key of the same user gives the same. */
function jobIds(idKey: Uint8Array): FleetService['jobId'] {
  return (user, key) => {
    const digest =
      key === undefined
        ? randomBytes(32)
        : createHmac('sha256', idKey)
            .update(JSON.stringify([user, key]))
            .digest();
    return nodeIdOf(digest).replace(/^n-/, 'j-');
  };
}

function errorAnswer(
  error: unknown,
  onError: (error: unknown) => void,
): FleetAnswer & { code: string } {
  let known: FleetError;
  if (error instanceof FleetError) known = error;
  else if (error instanceof StoreError && error.code !== 'invalid') {
    known = new FleetError(503, 'unavailable', 'the store does not answer.').after(1_000);
  } else {
    onError(error);
    known = new FleetError(500, 'internal', 'something went wrong here; the log says what.');
  }
  const { status, code, message, retryAfter } = known;
  return { type: 'json', status, value: { error: { code, message } }, retryAfter, code };
}

/** Makes it. */
export function createFleetApi(options: FleetApiOptions): FleetApi {
  const { store, asker, inboxLimits, now, onError } = options;
  const meter = new ApiMeter();
  const actors = new ActorCalls({
    asker,
    actors: store.actors,
    inboxLimits,
    timeoutMs: ASK_TIMEOUT_MS,
  });
  const keys = new NodeKeys({
    max: MAX_KEYS,
    async fetch(node) {
      try {
        return (await actors.node(node, { type: 'key' })).publicKey;
      } catch (error) {
        if (error instanceof FleetError && error.status === 404) return null;
        throw error;
      }
    },
  });
  const pools = new PoolGauges({ actors, store: store.actors, now: () => performance.now() });
  const feeds = new JobFeeds(options.channels);
  const backend = new BeaconBackend({ actors, now });
  const { identity, signNodeToken, times, limits, simulations, proxySecret, notBefore } = options;
  const service: FleetService = {
    actors,
    identity,
    gate: new NodeGate({
      keys,
      tokens: store.tokens,
      now,
      notBefore,
      onRefused: (code) => meter.refused(code),
    }),
    claims: createClaimTokens(options.claimKey),
    feeds,
    meter,
    tokens: store.tokens,
    limits,
    times,
    simulations,
    signNodeToken,
    jobId: jobIds(options.idKey),
    backend,
    proxySecret,
    now,
  };
  return {
    endpoints: FLEET_ENDPOINTS,
    meter,
    backend,
    signClaim: (claim, ttlMs) => service.claims.sign(claim, { now: now(), ttlMs }),
    async answer(endpoint, request, params) {
      const started = performance.now();
      let code: string | null = null;
      try {
        return await endpoint.handle(service, request, params);
      } catch (error) {
        const answer = errorAnswer(error, onError);
        code = answer.code;
        return answer;
      } finally {
        meter.note(endpoint.operation, code, (performance.now() - started) / 1_000);
      }
    },
    description: (version) => describeFleetApi(FLEET_ENDPOINTS, version),
    gauges: () => ({ known_keys: keys.size, event_streams: feeds.streams, ...pools.read() }),
  };
}
