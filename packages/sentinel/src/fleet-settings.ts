import type { NodeTimes } from '@belfry/protocol';
import { DEFAULT_NODE_TIMES } from './fleet-times.ts';

/** How results of nodes without trust come to count. `off`: every node is trusted. */
export type Verification = 'adaptive' | 'off';

/** How a fleet works. Times in ms. */
export interface FleetSettings {
  readonly times: NodeTimes;
  readonly chunk: {
    /** The least work that is worth handing out at once, as the node's measured speed says. Default 100. */
    readonly floorMs: number;
    /** The most. Default 5,000. */
    readonly ceilingMs: number;
    /** The most blocks, whatever the speed. Default 2^20. */
    readonly maxBlocks: number;
  };
  /** A slot that has less than this to do is given another chunk, up to twice the slots. Default 2,000. */
  readonly prefetchMs: number;
  readonly trust: {
    /** So many agreements in a row make a node trusted; twice as many after each time that it was outvoted. Default 10. */
    readonly after: number;
    /**
     * This share of what trusted nodes do is checked while there are others, 0 to 1; 1: all of it, and what nobody checks waits. Default
     * 0.02.
     */
    readonly check: number;
  };
  /** Default `adaptive`; `pools` says otherwise for some. */
  readonly verification: Verification;
  readonly pools: Readonly<Record<string, { readonly verification?: Verification }>>;
  /** How often a chunk is tried before it counts as poisoned. Default 5. */
  readonly maxAttempts: number;
  /** The most slots of one user in a pool, over all jobs. Default 10,000. */
  readonly userSlots: number;
  readonly limits: FleetLimits;
}

export interface FleetLimits {
  /** The longest result of a chunk, in bytes of JSON text. Default 262,144. */
  readonly resultBytes: number;
  /** The longest input of a job, and of a round. Default 262,144. */
  readonly inputBytes: number;
  /** The longest summary; a longer one is left out of what people see. Default 262,144. */
  readonly summaryBytes: number;
  /** The most that may wait in one job for its neighbours; then only what lets it merge is handed out. Default 2,097,152. */
  readonly pendingBytes: number;
  /** The most slots that one job uses. Default 4,096. */
  readonly slotsPerJob: number;
  /** The most jobs of a pool that have not ended. Default 1,000. */
  readonly jobsPerPool: number;
  /** The most nodes of a pool, those that are away included. Default 20,000. */
  readonly nodesPerPool: number;
  /** The most jobs of one user that have not ended. Default 100. */
  readonly jobsPerUser: number;
  /** For how long an ended job and its result are kept. Default 7 days. */
  readonly keepMs: number;
  /** For how long a node that is away is remembered. Default 30 days. */
  readonly forgetNodeMs: number;
  /** The same for browser tabs. Default 1 hour. */
  readonly forgetTabMs: number;
}

const HOUR = 3_600_000;

export const DEFAULT_FLEET_SETTINGS: FleetSettings = {
  times: DEFAULT_NODE_TIMES,
  chunk: { floorMs: 100, ceilingMs: 5_000, maxBlocks: 2 ** 20 },
  prefetchMs: 2_000,
  trust: { after: 10, check: 0.02 },
  verification: 'adaptive',
  pools: {},
  maxAttempts: 5,
  userSlots: 10_000,
  limits: {
    resultBytes: 262_144,
    inputBytes: 262_144,
    summaryBytes: 262_144,
    pendingBytes: 2_097_152,
    slotsPerJob: 4_096,
    jobsPerPool: 1_000,
    nodesPerPool: 20_000,
    jobsPerUser: 100,
    keepMs: 7 * 24 * HOUR,
    forgetNodeMs: 30 * 24 * HOUR,
    forgetTabMs: HOUR,
  },
};

/** Whether no node's word counts by itself but the operator's. */
export function isStrict({ trust }: Pick<FleetSettings, 'trust'>): boolean {
  return trust.check >= 1;
}
