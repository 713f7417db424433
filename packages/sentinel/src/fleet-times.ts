import type { NodeTimes } from '@belfry/protocol';

/** What nodes and Sentinel go by unless the configuration says otherwise, in ms. */
export const DEFAULT_NODE_TIMES: NodeTimes = {
  heartbeatMs: 5_000,
  suspectMs: 10_000,
  deadMs: 15_000,
  ackMs: 5_000,
  stallMs: 30_000,
};
