/** What the processes of a fleet under torture are told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeTimes } from '@belfry/protocol';

const SIMULATION = fileURLToPath(new URL('../fleet/simulations/harmonic.ts', import.meta.url));

/** The times of a fleet, and what goes by them. */
export interface Pace {
  readonly times: NodeTimes;
  /** How many jobs each person has at a time, the most blocks of their first rounds, and about how long one takes on a node of speed 1. */
  readonly jobs: { readonly atOnce: number; readonly blocks: number; readonly blockMs: number };
  /** How often something fails. */
  readonly everyMs: number;
  /** How long faults of nodes last, at least and at most. */
  readonly faultMs: readonly [number, number];
  /** How long after it fell silent a node may be waited for. */
  readonly waitMs: number;
  /** How long after all is well again every job must have ended. */
  readonly endMs: number;
}

export const PACES = {
  /** As a deployment has it. */
  usual: {
    times: {
      heartbeatMs: 5_000,
      suspectMs: 10_000,
      deadMs: 15_000,
      ackMs: 5_000,
      stallMs: 30_000,
    },
    jobs: { atOnce: 4, blocks: 300, blockMs: 1_000 },
    everyMs: 1_000,
    faultMs: [2_000, 30_000],
    // Two heartbeats past the threshold.
    waitMs: 25_000,
    endMs: 240_000,
  },
  /** For runs of a few seconds. */
  quick: {
    times: { heartbeatMs: 1_000, suspectMs: 3_000, deadMs: 6_000, ackMs: 4_000, stallMs: 10_000 },
    jobs: { atOnce: 2, blocks: 60, blockMs: 100 },
    everyMs: 600,
    faultMs: [500, 5_000],
    // Two such heartbeats are shorter than it takes to find out that a Sentinel is dead: 3 s and more.
    waitMs: 20_000,
    endMs: 180_000,
  },
} as const satisfies Record<string, Pace>;

/** Writes the configuration; returns its path. */
export function writeFleetConfig(dir: string, { times }: Pace): string {
  const file = join(dir, 'belfry.config.json');
  const config = {
    fleet: {
      enabled: true,
      simulations: [SIMULATION],
      times: {
        heartbeat: `${times.heartbeatMs}ms`,
        suspect: `${times.suspectMs}ms`,
        dead: `${times.deadMs}ms`,
        ack: `${times.ackMs}ms`,
        stall: `${times.stallMs}ms`,
      },
      limits: { submits_per_minute: 10_000 },
    },
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}
