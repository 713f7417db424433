import { join } from 'node:path';
import { type AgentNotice, type BelfryNode, createNodeAgent, NodeSetupError } from '@belfry/node';
import { OPERATOR } from '@belfry/sentinel';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import type { MetricSource } from '../run/metrics.ts';
import type { FleetPart } from './fleet-part.ts';

/** The claim is used at once, and is good no longer than that. */
const CLAIM_TTL_MS = 600_000;
/** How long chunks may run on when the process stops, in ms; what has not ended by then is given back. */
const DRAIN_MS = 500;

export interface BuiltinNodeOptions {
  readonly config: ResolvedConfig;
  readonly part: FleetPart;
  /** Where this process answers the fleet's API. */
  readonly url: string;
  /** Where a Beacon is; `null`: nobody knows of one. */
  readonly beaconUrl: string | null;
  readonly log: Logger;
}

/** The node of a process that is a Sentinel too. */
export interface BuiltinNode {
  readonly metrics: MetricSource;
  stop(): Promise<void>;
}

function logNotice(log: Logger, notice: AgentNotice): void {
  switch (notice.type) {
    case 'registered':
      log.info({ node: notice.node, pool: notice.pool }, 'the built-in node is ready');
      return;
    case 'failed':
      log.warn({ ...notice.failure }, 'a chunk failed on the built-in node');
      return;
    case 'trouble':
    case 'malformed':
    case 'disk':
      log.warn({ ...notice }, 'the built-in node has trouble');
      return;
    default:
      log.debug({ ...notice }, 'the built-in node');
  }
}

function metricsOf(node: BelfryNode): MetricSource {
  return {
    prefix: 'builtin_node',
    counters: () => ({ ...node.snapshot().counts }),
    gauges() {
      const { slots, running, waiting, undelivered } = node.snapshot();
      return { slots, running: running.length, waiting, undelivered_bytes: undelivered.bytes };
    },
  };
}

/**
 * Starts it; `undefined`: it cannot run here (another process has its directory, say), and the log says why. What it does is done by
 * threads of its own.
 */
export async function startBuiltinNode(
  options: BuiltinNodeOptions,
): Promise<BuiltinNode | undefined> {
  const { config, part, url, beaconUrl, log } = options;
  const { slots } = config.fleet.builtin_node;
  const { claim } = await part.api.signClaim(
    { owner: OPERATOR, pool: 'default', access: { type: 'everyone' }, trusted: true },
    CLAIM_TTL_MS,
  );
  let node: BelfryNode;
  try {
    node = createNodeAgent({
      url,
      beaconUrl,
      name: 'built-in',
      claim,
      dataDir: join(config.data_dir, 'node'),
      ...(slots === 0 ? {} : { slots }),
      onEvent: (notice) => {
        logNotice(log, notice);
      },
    });
  } catch (error) {
    if (!(error instanceof NodeSetupError)) throw error;
    log.warn({ problem: error.message }, 'the built-in node does not run in this process');
    return undefined;
  }
  const ended = node.run().then(
    (end) => {
      if (end.type === 'refused' || end.type === 'removed') {
        log.error({ ...end }, 'the built-in node has ended');
      }
    },
    (error: unknown) => {
      log.error({ err: error }, 'the built-in node has failed');
    },
  );
  return {
    metrics: metricsOf(node),
    async stop() {
      await node.drain(DRAIN_MS);
      await ended;
    },
  };
}
