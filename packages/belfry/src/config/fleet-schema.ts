import { z } from 'zod';
import { duration, flag, group, oneOf, optionalText, special, whole } from './field.ts';

const MANY = Number.MAX_SAFE_INTEGER;
const MIB = 1_048_576;

const modules = special(z.array(z.string().min(1)).default([]), {
  kind: 'list',
  doc: 'The simulations that jobs can be submitted for: paths of modules or names of packages that export what `defineSimulation` returns. Each is bundled at the start, and must run in browsers.',
  expects: 'a list of module paths',
  fallback: [],
  flag: 'simulations',
  isPath: true,
});

const verification = {
  doc: '`adaptive`: results of nodes without trust are confirmed by others. `off`: every node is trusted; for fleets whose nodes are all yours.',
} as const;

const pools = special(
  z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
      z.strictObject({ verification: z.enum(['adaptive', 'off']).optional() }),
    )
    .prefault({}),
  {
    kind: 'json',
    doc: 'What is different in single pools, e.g. `{"lab": {"verification": "off"}}`.',
    expects: 'an object of pools, each with "verification"',
    fallback: {},
  },
);

/** `fleet`: jobs that many nodes share. */
export const fleetSchema = group({
  enabled: flag(
    false,
    'Run a fleet: jobs are submitted at `/fleet/v1/jobs`, and nodes do them. See [the fleet](fleet.md). The same in every process.',
    { flag: 'fleet' },
  ),
  simulations: modules,
  times: group({
    heartbeat: duration('5s', 'How often a node says that it lives.', { minMs: 50 }),
    suspect: duration('10s', 'A node that has said nothing for so long is given nothing new.', {
      minMs: 100,
    }),
    dead: duration('15s', 'After so long it counts as dead, and what it held goes to others.', {
      minMs: 100,
    }),
    ack: duration('5s', 'How long a node may take to acknowledge what it was given.', {
      minMs: 50,
    }),
    stall: duration('30s', 'How long a chunk may go without progress.', { minMs: 100 }),
  }),
  chunk: group({
    floor: duration('100ms', 'The least work that is handed out at once.', { minMs: 1 }),
    ceiling: duration('5s', 'The most.', { minMs: 1 }),
    max_blocks: whole(MIB, [1, 2 ** 30], 'The most blocks of a chunk, however fast the node is.'),
  }),
  prefetch: duration(
    '2s',
    'A slot that has less than this to do is given another chunk, up to twice the slots.',
  ),
  trust: group({
    after: whole(
      10,
      [1, 10_000],
      'So many agreements in a row make a node trusted; twice as many after each time that it was outvoted.',
    ),
    check: special(z.number().min(0).max(1).default(0.02), {
      kind: 'number',
      doc: 'This share of what trusted nodes do is checked, while there are others to check it. 1: all of it, and it waits until somebody has.',
      expects: 'a number from 0 to 1',
      fallback: 0.02,
    }),
  }),
  verification: oneOf(['adaptive', 'off'], 'adaptive', verification),
  pools,
  max_attempts: whole(5, [1, 100], 'How often a chunk is tried before it counts as poisoned.'),
  user_slots: whole(10_000, [1, MANY], 'The most slots of one user in a pool, over all jobs.'),
  builtin_node: group({
    enabled: flag(
      false,
      'Processes with the role `sentinel` run a node too, in threads of their own. Its results count from the start.',
    ),
    slots: whole(0, [0, 1_024], 'How many chunks it runs at once; 0: the cores but one.'),
    beacon_url: optionalText(
      'Where it finds a Beacon when there is none in its process. Without one it hears of its chunks with its heartbeats.',
      {
        shape: z.string().regex(/^https?:\/\/[^\s?#]+$/),
        expects: 'a URL that begins with http:// or https://',
      },
    ),
  }),
  keep: duration('168h', 'For how long an ended job and its result are kept.', { minMs: 1_000 }),
  token_ttl: duration('1h', 'How long the connection tokens of nodes are good for.', {
    minMs: 1_000,
  }),
  limits: group({
    input_bytes: whole(262_144, [1_024, 16 * MIB], 'The longest input of a job, and of a round.'),
    result_bytes: whole(262_144, [64, 8 * MIB], 'The longest result of a chunk.'),
    summary_bytes: whole(
      262_144,
      [64, 8 * MIB],
      'The longest summary; a longer one is left out of what people see.',
    ),
    pending_bytes: whole(
      2 * MIB,
      [65_536, 256 * MIB],
      'The most results of one job that may wait for their neighbours.',
    ),
    job_slots: whole(4_096, [1, 100_000], 'The most slots that one job uses.'),
    pool_jobs: whole(1_000, [1, 100_000], 'The most jobs of a pool that have not ended.'),
    pool_nodes: whole(
      20_000,
      [1, 1_000_000],
      'The most nodes of a pool, those that are away included.',
    ),
    user_jobs: whole(100, [1, 100_000], 'The most jobs of one user that have not ended.'),
    submits_per_minute: whole(120, [1, 1_000_000], 'How many jobs a user may submit a minute.'),
    codes_per_minute: whole(10, [1, 1_000], 'How many codes of nodes a user may try a minute.'),
    registrations_per_minute: whole(
      120,
      [1, 1_000_000],
      'How many times nodes without a claim may register from one address a minute.',
    ),
    streams: whole(1_000, [1, 100_000], 'The most event streams of jobs in one process.'),
    forget_node: duration('720h', 'For how long a node that is away is remembered.', {
      minMs: 1_000,
    }),
    forget_tab: duration('1h', 'The same for browser tabs.', { minMs: 1_000 }),
  }),
});
