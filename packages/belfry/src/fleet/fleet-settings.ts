import type { ApiLimits, FleetSettings } from '@belfry/sentinel';
import type { ResolvedConfig } from '../config/schema.ts';

type FleetConfig = ResolvedConfig['fleet'];

/** How the fleet of a config works. */
export function fleetSettings({ times, chunk, limits, ...fleet }: FleetConfig): FleetSettings {
  return {
    times: {
      heartbeatMs: times.heartbeat,
      suspectMs: times.suspect,
      deadMs: times.dead,
      ackMs: times.ack,
      stallMs: times.stall,
    },
    chunk: { floorMs: chunk.floor, ceilingMs: chunk.ceiling, maxBlocks: chunk.max_blocks },
    prefetchMs: fleet.prefetch,
    trust: fleet.trust,
    verification: fleet.verification,
    pools: Object.fromEntries(
      Object.entries(fleet.pools).map(([pool, { verification }]) => [
        pool,
        verification === undefined ? {} : { verification },
      ]),
    ),
    maxAttempts: fleet.max_attempts,
    userSlots: fleet.user_slots,
    limits: {
      resultBytes: limits.result_bytes,
      inputBytes: limits.input_bytes,
      summaryBytes: limits.summary_bytes,
      pendingBytes: limits.pending_bytes,
      slotsPerJob: limits.job_slots,
      jobsPerPool: limits.pool_jobs,
      nodesPerPool: limits.pool_nodes,
      jobsPerUser: limits.user_jobs,
      keepMs: fleet.keep,
      forgetNodeMs: limits.forget_node,
      forgetTabMs: limits.forget_tab,
    },
  };
}

/** How much the API takes. */
export function apiLimits({ limits }: FleetConfig): ApiLimits {
  return {
    submitsPerMinute: limits.submits_per_minute,
    codesPerMinute: limits.codes_per_minute,
    registrationsPerMinute: limits.registrations_per_minute,
    inputBytes: limits.input_bytes,
    streams: limits.streams,
  };
}
