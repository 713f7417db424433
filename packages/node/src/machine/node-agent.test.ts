import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import type { AgentNotice } from '../core/agent-events.ts';
import { DARTS, SentinelLab } from '../testing/sentinel-lab.ts';
import {
  type BelfryNode,
  createNodeAgent,
  type CreateNodeAgentOptions,
} from './create-node-agent.ts';

const PROCESS = fileURLToPath(new URL('../testing/node-process.ts', import.meta.url));

function temporary(): { readonly dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'belfry-node-test-'));
  return {
    dir,
    [Symbol.dispose]: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

type Started = BelfryNode & AsyncDisposable & { readonly notices: AgentNotice[] };

function startNode(
  lab: { readonly url: string },
  options: Partial<CreateNodeAgentOptions> = {},
): Started {
  const notices: AgentNotice[] = [];
  const node = createNodeAgent({
    url: lab.url,
    beaconUrl: null,
    name: 'test',
    dataDir: null,
    slots: 2,
    // Other tests run at the same time.
    nice: 0,
    onEvent: (notice) => void notices.push(notice),
    ...options,
  });
  void node.run();
  return Object.assign(node, {
    notices,
    [Symbol.asyncDispose]: async () => void (await node.stop()),
  });
}

/** A node in a process of its own. */
function spawnNode(options: Partial<CreateNodeAgentOptions> & { url: string }): {
  readonly pid: number;
  readonly lines: string[];
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
} & AsyncDisposable {
  const full = { beaconUrl: null, name: 'test', slots: 2, ...options };
  const child = spawn(process.execPath, [...process.execArgv, PROCESS, JSON.stringify(full)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  child.stdout.on(
    'data',
    (chunk: Buffer) => void lines.push(...chunk.toString().trim().split('\n')),
  );
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    pid: child.pid ?? 0,
    lines,
    signal: (name) => void child.kill(name),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('a node computes a job in worker threads, to the last bit as one machine does', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 64 }, chunks: 16, blocks: 4 });
  await using node = startNode(lab);
  await waitFor(() => lab.done === 16, { timeoutMs: 15_000, what: 'all chunks are done' });
  const { fleet, local } = await lab.compare();
  expect(fleet).toBe(local);
  expect(node.snapshot()).toMatchObject({ online: true, counts: { failed: 0 } });
  await waitFor(() => node.snapshot().counts.delivered === 16);
  expect(lab.calls).toContain('ack');
  expect(node.notices).toContainEqual({ type: 'registered', node: node.node, pool: 'default' });
});

test.each([
  ['throw', 'error', 'RangeError: the darts are blunt'],
  ['exit', 'error', 'its thread ended: worker exited with code: 3'],
  ['memory', 'memory', 'it needs more than 64 MiB'],
  ['loop', 'timeout', 'no block was done for 2 s'],
  ['nothing', 'error', 'TypeError: run: returned undefined, which is no JSON'],
] as const)(
  'code that does this (%s) is a failure with its reason, and the node goes on',
  async (spoil, reason, message) => {
    await using lab = await SentinelLab.start();
    if (spoil === 'loop') lab.times = { ...lab.times, stallMs: 1_500 };
    lab.submit({ file: DARTS, input: { blocks: 8, spoil, at: 3 }, chunks: 8, blocks: 1 });
    await using _node = startNode(lab, { memoryMb: 64 });
    await waitFor(() => lab.done === 7 && lab.poisoned === 1, { timeoutMs: 18_000, everyMs: 20 });
    expect(lab.failures.length).toBe(3);
    expect(lab.failures[0]).toMatchObject({ reason, message });
  },
);

test('code that is not what its version says is not run', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 1 }, chunks: 1, blocks: 1 });
  Object.defineProperty(lab, 'version', { value: `sha256-${'0'.repeat(64)}` });
  await using _node = startNode(lab);
  await waitFor(() => lab.failures.length > 0, { timeoutMs: 15_000 });
  expect(lab.failures[0]).toMatchObject({ reason: 'version' });
  expect(lab.failures[0]?.message).toContain('what came is not what the version says');
});

test('a chunk that is taken away is ended in the middle of it, and its thread is free for others', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 2, spoil: 'loop', at: 0 }, chunks: 1, blocks: 2 });
  await using node = startNode(lab, { slots: 1 });
  // Before it runs there is nothing to be ended in the middle of.
  await waitFor(() => node.notices.some(({ type }) => type === 'started'), { timeoutMs: 10_000 });
  lab.submit({ file: DARTS, input: { blocks: 2 }, chunks: 2, blocks: 1 });
  await waitFor(() => lab.done === 2, { timeoutMs: 10_000 });
  expect(node.snapshot().counts).toMatchObject({ cancelled: 1, failed: 0 });
});

test.runIf(process.platform === 'linux')('others go before its chunks', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 1, spoil: 'loop', at: 0 }, chunks: 1, blocks: 1 });
  await using _node = startNode(lab, { slots: 1, nice: 7 });
  const niceOf = (task: string): string =>
    readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16] ?? '';
  await waitFor(() => readdirSync('/proc/self/task').some((task) => niceOf(task) === '7'), {
    timeoutMs: 10_000,
  });
  expect(niceOf(String(process.pid))).not.toBe('7');
});

test('progress of a chunk is told with the heartbeats, and a limit of the CPU slows it down', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 32, count: 100_000 }, chunks: 1, blocks: 32 });
  // Twenty times as long as it would take.
  await using _node = startNode(lab, { slots: 1, cpu: 0.05 });
  await waitFor(() => lab.progressSeen.some((blocks) => blocks > 0 && blocks < 32), {
    timeoutMs: 18_000,
  });
});

test('its identity is in a file that only its owner can read, and others are refused', async () => {
  using directory = temporary();
  await using lab = await SentinelLab.start();
  const first = createNodeAgent({ url: lab.url, dataDir: directory.dir });
  const file = join(directory.dir, 'node-key.pem');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(() => createNodeAgent({ url: lab.url, dataDir: directory.dir })).toThrow(
    `the process ${process.pid} runs a node in it`,
  );
  await first.stop();
  const second = createNodeAgent({ url: lab.url, dataDir: directory.dir });
  expect(second.node).toBe(first.node);
  await second.stop();
  chmodSync(file, 0o640);
  expect(() => createNodeAgent({ url: lab.url, dataDir: directory.dir })).toThrow(
    'others can read it (mode 640)',
  );
});

test('options that cannot be are named, all of them', () => {
  expect(() =>
    createNodeAgent({ url: 'localhost:8000', dataDir: null, slots: 0, cpu: 50, memoryMb: 1 }),
  ).toThrow(/url: got "localhost:8000".*slots: got 0.*cpu: got 50.*memoryMb: got 1/);
});

test('a node without a claim shows a code until somebody has typed it', async () => {
  await using lab = await SentinelLab.start();
  lab.claimAll = false;
  await using node = startNode(lab);
  await waitFor(() => node.snapshot().code === 'K7QF-3MZ2', { timeoutMs: 5_000 });
  lab.claimAll = true;
  await waitFor(() => node.snapshot().state === 'connected', { timeoutMs: 10_000 });
});

test('a claim that is refused ends the node with what the Sentinel said', async () => {
  await using lab = await SentinelLab.start();
  const node = createNodeAgent({ url: lab.url, dataDir: null, claim: 'old' });
  expect(await node.run()).toEqual({
    type: 'refused',
    code: 'bad_claim',
    message: '/fleet/v1/node/register was answered 403: claim: the token has expired',
  });
});

test('an address without a Sentinel is told apart from one that is away', async () => {
  await using lab = await SentinelLab.start();
  const node = createNodeAgent({ url: `${lab.url}/elsewhere`, dataDir: null });
  expect(await node.run()).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('is this the address of a Belfry server with a Sentinel?'),
  });
  lab.isAway = true;
  await using waiting = startNode(lab);
  await waitFor(() => waiting.snapshot().counts.troubles > 1, { timeoutMs: 10_000 });
  lab.isAway = false;
  await waitFor(() => waiting.snapshot().state === 'connected', { timeoutMs: 15_000 });
});

test('a clock that is an hour off is set right by the answer that says so', async () => {
  await using lab = await SentinelLab.start();
  lab.aheadMs = 3_600_000;
  lab.submit({ file: DARTS, input: { blocks: 2 }, chunks: 2, blocks: 1 });
  await using _node = startNode(lab);
  await waitFor(() => lab.done === 2, { timeoutMs: 10_000 });
});

test('results that could not be delivered before kill -9 are delivered by the next run, and not computed again', async () => {
  using directory = temporary();
  const spool = join(directory.dir, 'spool');
  await using lab = await SentinelLab.start();
  lab.times = { ...lab.times, deadMs: 600_000, suspectMs: 500_000 };
  lab.awayFor.add('complete');
  lab.submit({ file: DARTS, input: { blocks: 4 }, chunks: 4, blocks: 1 });
  const options = { url: lab.url, dataDir: directory.dir, slots: 4 };
  {
    await using node = spawnNode(options);
    const kept = (): number =>
      readdirSync(spool)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => JSON.parse(readFileSync(join(spool, name), 'utf8')) as unknown[]).length;
    await waitFor(() => kept() === 4, { timeoutMs: 15_000 });
    node.signal('SIGKILL');
    await node.ended;
  }
  expect(lab.done).toBe(0);
  lab.awayFor.clear();
  await using again = spawnNode(options);
  await waitFor(() => lab.done === 4, { timeoutMs: 15_000 });
  expect(again.lines.filter((line) => line.includes('"started"'))).toEqual([]);
  await waitFor(() => readdirSync(spool).length === 0);
  again.signal('SIGTERM');
  expect(await again.ended).toBe(0);
});

test('an executor of its own runs chunks without threads', async () => {
  await using lab = await SentinelLab.start();
  lab.submit({ file: DARTS, input: { blocks: 20 }, chunks: 20, blocks: 1 });
  let most = 0;
  let running = 0;
  const executor = {
    async run(attempt: { readonly from: number }) {
      most = Math.max(most, ++running);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      running--;
      return { from: attempt.from };
    },
  };
  await using _node = startNode(lab, { slots: 3, executor });
  await waitFor(() => lab.done === 20, { timeoutMs: 10_000 });
  expect(most).toBe(3);
});

test('a spool file that is damaged is set aside, and said', async () => {
  using directory = temporary();
  await using lab = await SentinelLab.start();
  mkdirSync(join(directory.dir, 'spool'));
  writeFileSync(join(directory.dir, 'spool', '3.json'), '[{"kind":');
  writeFileSync(join(directory.dir, 'spool', '4.json.tmp'), '[');
  await using node = startNode(lab, { dataDir: directory.dir });
  expect(readdirSync(join(directory.dir, 'spool'))).toEqual(['3.json.damaged']);
  expect(node.notices[0]).toMatchObject({ type: 'disk' });
  expect(readFileSync(join(directory.dir, 'spool', '3.json.damaged'), 'utf8')).toBe('[{"kind":');
});
