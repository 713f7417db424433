import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeAgent } from '../agent/node-agent.ts';
import type { ChunkExecutor, NodeKey, Spool } from '../agent/ports.ts';
import type { AgentEnd, AgentNotice } from '../core/agent-events.ts';
import type { AgentSnapshot } from '../core/agent-snapshot.ts';
import { CodeCache } from './code-cache.ts';
import { lockDirectory } from './directory-lock.ts';
import { sharedHttpExchange } from './http-exchange.ts';
import { keyInDirectory, newKey } from './key-file.ts';
import { type ConditionLimits, watchMachine } from './machine-conditions.ts';
import { packageVersion } from './package-version.ts';
import { NodeSetupError } from './setup-error.ts';
import { memorySpool, SpoolDirectory } from './spool-directory.ts';
import { ThreadExecutor } from './thread-executor.ts';

export interface CreateNodeAgentOptions {
  /** The address of a Belfry server with a Sentinel, e.g. `http://127.0.0.1:8000`. */
  readonly url: string;
  /** The address of the Beacon, where it is another; `null`: none, it hears of its chunks with its heartbeats. */
  readonly beaconUrl?: string | null;
  /** For people, 1 to 64 characters. Default: the name of the machine. */
  readonly name?: string;
  /** A claim token: whose node it becomes. Without one it shows a code that its owner types. */
  readonly claim?: string;
  /** Where its key, undelivered results and code are kept. `null`: nowhere; each run is a new node. */
  readonly dataDir: string | null;
  /** How many chunks at once, 1 to 1,024. Default: one less than there are cores, but one. */
  readonly slots?: number;
  /** The share of the time that each slot may run, above 0 and at most 1. Default 1. */
  readonly cpu?: number;
  /** How much others go before its chunks, 0 to 19, as `nice` has it. Only on Linux. Default 10. */
  readonly nice?: number;
  /** The most memory of each slot, in MiB. Default 512. */
  readonly memoryMb?: number;
  /** The longest that a chunk may run, in ms. Default 10 minutes. */
  readonly maxChunkMs?: number;
  /** How many bytes of results may wait to be delivered. Default 64 MiB. */
  readonly maxUndeliveredBytes?: number;
  /** When it takes no chunks. Default: never. */
  readonly pause?: Partial<ConditionLimits>;
  /** Names of the only simulations that it runs. Default: any, with the code that the Sentinel gives. */
  readonly simulations?: readonly string[];
  /** Runs the chunks, instead of worker threads: for nodes that only seem to compute, in tests and benchmarks. */
  readonly executor?: ChunkExecutor;
  readonly onEvent?: (notice: AgentNotice) => void;
}

/** A node of a fleet, in this process. */
export interface BelfryNode {
  /** Its id. */
  readonly node: string;
  /** Works until it is drained, stopped, removed or refused, and resolves with which. */
  run(): Promise<AgentEnd>;
  /**
   * Takes nothing new, finishes what runs for at most `limitMs` (60 s), gives back the rest, delivers for at most another `deliverMs`
   * (10 s), leaves and ends.
   */
  drain(limitMs?: number, deliverMs?: number): Promise<AgentEnd>;
  /** Ends at once; results that are not delivered are kept for the next run. */
  stop(): Promise<AgentEnd>;
  /** Gives back everything and takes nothing, until `resume`. */
  pause(): void;
  resume(): void;
  snapshot(): AgentSnapshot;
}

const MOST_SLOTS = 1_024;
const MIB = 1_048_576;

/**
 * Makes a node; it does nothing before `run`.
 *
 * @throws NodeSetupError naming the option or file, the problem and what to do
 */
export function createNodeAgent(options: CreateNodeAgentOptions): BelfryNode {
  const checked = check(options);
  const { url, slots, name } = checked;
  const { dataDir, claim, simulations, onEvent } = options;
  const undo = new DisposableStack();
  try {
    const { key, spool } = openDirectory(dataDir, undo, onEvent);
    const exchange = sharedHttpExchange();
    const executor = options.executor ?? createExecutor(options, checked, undo);
    const { onBattery = false, maxLoad = null } = options.pause ?? {};
    const agent = new NodeAgent(
      {
        url,
        beaconUrl: options.beaconUrl === undefined ? url : options.beaconUrl,
        name,
        capabilities: {
          slots,
          runtime: 'node',
          platform: `${process.platform}-${process.arch}`,
          version: packageVersion(),
          ...(simulations === undefined ? {} : { simulations }),
        },
        maxChunkMs: options.maxChunkMs ?? 600_000,
        maxUndeliveredBytes: options.maxUndeliveredBytes ?? 64 * MIB,
        ...(claim === undefined ? {} : { claim }),
        ...(onEvent === undefined ? {} : { onEvent }),
      },
      { key, exchange, spool, executor, watch: watchMachine({ onBattery, maxLoad }) },
    );
    const owned = undo.move();
    let ended: Promise<AgentEnd> | undefined;
    const afterEnd = (end: Promise<AgentEnd>): Promise<AgentEnd> => {
      ended ??= end.finally(() => owned.dispose());
      return ended;
    };
    return {
      node: key.node,
      run: () => afterEnd(agent.run()),
      drain: (limitMs, deliverMs) => afterEnd(agent.drain(limitMs, deliverMs)),
      stop: () => afterEnd(agent.stop()),
      pause: () => agent.pause(),
      resume: () => agent.resume(),
      snapshot: () => agent.snapshot(),
    };
  } catch (error) {
    undo.dispose();
    throw error;
  }
}

/** Its default number of slots. */
export function defaultSlots(): number {
  return Math.max(1, availableParallelism() - 1);
}

interface Checked {
  readonly url: string;
  readonly slots: number;
  readonly name: string;
  readonly cpu: number;
  readonly nice: number;
  readonly memoryMb: number;
}

function check(options: CreateNodeAgentOptions): Checked {
  const { url, slots = defaultSlots(), cpu = 1, nice = 10, memoryMb = 512 } = options;
  const name = options.name ?? (hostname().slice(0, 64) || 'node');
  const problems: string[] = [];
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    problems.push(
      `url: got ${JSON.stringify(url)}; give the server's address, such as http://127.0.0.1:8000`,
    );
  }
  if (!Number.isInteger(slots) || slots < 1 || slots > MOST_SLOTS) {
    problems.push(`slots: got ${slots}; give a whole number from 1 to ${MOST_SLOTS}`);
  }
  if (!(cpu > 0 && cpu <= 1)) problems.push(`cpu: got ${cpu}; give a share above 0 and at most 1`);
  if (!Number.isInteger(nice) || nice < 0 || nice > 19) {
    problems.push(`nice: got ${nice}; give a whole number from 0 to 19`);
  }
  if (!(memoryMb >= 16)) problems.push(`memoryMb: got ${memoryMb}; give 16 or more`);
  if (name.length < 1 || name.length > 64) {
    problems.push(`name: has ${name.length} characters; give 1 to 64`);
  }
  const maxLoad = options.pause?.maxLoad ?? null;
  if (maxLoad !== null && !(maxLoad > 0))
    problems.push(`pause.maxLoad: got ${maxLoad}; give a share above 0`);
  if (problems.length > 0) throw new NodeSetupError(problems.join('; '));
  return { url, slots, name, cpu, nice, memoryMb };
}

function openDirectory(
  dataDir: string | null,
  undo: DisposableStack,
  onEvent: CreateNodeAgentOptions['onEvent'],
): { readonly key: NodeKey; readonly spool: Spool } {
  if (dataDir === null) return { key: newKey(), spool: memorySpool() };
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    undo.defer(lockDirectory(dataDir));
  } catch (error) {
    if (error instanceof NodeSetupError) throw error;
    const message = `data directory ${dataDir}: it cannot be used: ${(error as Error).message}`;
    throw new NodeSetupError(message, { cause: error });
  }
  const onProblem = (message: string): void => onEvent?.({ type: 'disk', message });
  return {
    key: keyInDirectory(dataDir),
    spool: new SpoolDirectory(join(dataDir, 'spool'), { onProblem }),
  };
}

function createExecutor(
  { dataDir }: CreateNodeAgentOptions,
  { url, slots, cpu, nice, memoryMb }: Checked,
  undo: DisposableStack,
): ChunkExecutor {
  let directory: string;
  if (dataDir !== null) directory = join(dataDir, 'code');
  else {
    directory = mkdtempSync(join(tmpdir(), 'belfry-node-'));
    undo.defer(() => rmSync(directory, { recursive: true, force: true }));
  }
  const code = new CodeCache({ directory, url, exchange: sharedHttpExchange() });
  return new ThreadExecutor({ slots, cpu, nice, memoryMb, code });
}
