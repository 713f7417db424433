import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BelfryNode, createNodeAgent, type CreateNodeAgentOptions } from '@belfry/node';
import type { TabNodeState } from '@belfry/node/browser';
import { canonicalJson, type ChunkProgress, jobChannel, type NodeView } from '@belfry/protocol';
import { pythonWith, startFaultProxy, waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { buildPortal, launchBrowser } from '../testing/portal-lab.ts';
import { DARTS, type DartsInput, localResult, NodeLab } from '../testing/node-lab.ts';

const NODE_PROCESS = fileURLToPath(
  new URL('../../../node/src/testing/node-process.ts', import.meta.url),
);
const PYTHON_NODE = fileURLToPath(new URL('../../../node/python/darts_node.py', import.meta.url));

/** A page that is a node. */
const TAB = fileURLToPath(new URL('../../../node/src/testing/tab', import.meta.url));

/** A job of some seconds for two slots. */
const LONG: DartsInput = { blocks: 1_000, count: 50_000 };

async function startNode(
  lab: NodeLab,
  options: Partial<CreateNodeAgentOptions> = {},
): Promise<BelfryNode & AsyncDisposable> {
  const node = createNodeAgent({
    url: lab.url,
    name: 'test',
    dataDir: null,
    slots: 2,
    // Other tests run at the same time.
    nice: 0,
    claim: await lab.claim('operator'),
    ...options,
  });
  void node.run();
  return Object.assign(node, { [Symbol.asyncDispose]: async () => void (await node.stop()) });
}

interface Spawned extends AsyncDisposable {
  readonly lines: string[];
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

function followed(child: ChildProcess): Spawned {
  const lines: string[] = [];
  child.stdout?.on(
    'data',
    (chunk: Buffer) => void lines.push(...chunk.toString().trim().split('\n')),
  );
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    lines,
    ended,
    signal: (name) => void child.kill(name),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A node in a process of its own. */
function spawnNode(options: {
  readonly url: string;
  readonly dataDir: string;
  readonly claim: string;
}): Spawned {
  const args = [
    ...process.execArgv,
    NODE_PROCESS,
    JSON.stringify({ name: 'test', slots: 2, nice: 0, ...options }),
  ];
  return followed(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** Until so many blocks of a job are done. */
async function blocksDone(lab: NodeLab, job: string, blocks: number): Promise<void> {
  await waitFor(async () => (await lab.job('ann', job)).blocksDone >= blocks, {
    timeoutMs: 30_000,
    everyMs: 20,
    what: `${blocks} blocks are done`,
  });
}

test(
  'a job is done to the last bit as one machine does it, and chunks come by push',
  { timeout: 120_000 },
  async () => {
    // With heartbeats this rare, only pushes bring anything in time.
    const times = { heartbeat: '60s', suspect: '120s', dead: '180s', ack: '15s', stall: '60s' };
    await using lab = await NodeLab.start({ fleet: { times, token_ttl: '3s' } });
    await using node = await startNode(lab);
    await waitFor(() => node.snapshot().pushed, { timeoutMs: 30_000 });
    // Its connection outlives its tokens.
    await waitFor(
      async () => {
        const text = await (await fetch(`${lab.url}/metrics`)).text();
        return Number(/api_calls_total\{operation="token"\} (\d+)/.exec(text)?.[1]) > 2;
      },
      { timeoutMs: 30_000, everyMs: 200 },
    );
    expect(node.snapshot().pushed).toBe(true);
    const input = { blocks: 200, count: 5_000 };
    const job = await lab.submit('ann', input);
    const { result } = await lab.done('ann', job, 50_000);
    expect(canonicalJson(result)).toBe(await localResult(input));
    // What only waited may have been called back.
    expect(node.snapshot().counts).toMatchObject({ failed: 0, unwanted: 0 });
    // It serves more than channels, though nobody named actors.
    expect(lab.log()).not.toContain('no actors');
  },
);

test('without a Beacon a node hears of everything with its heartbeats', async () => {
  await using lab = await NodeLab.start();
  await using _node = await startNode(lab, { beaconUrl: null });
  const input = { blocks: 50, count: 1_000 };
  const job = await lab.submit('ann', input);
  const { result } = await lab.done('ann', job);
  expect(canonicalJson(result)).toBe(await localResult(input));
});

test(
  'kill -9 of the server in the middle of a job: the node waits for it, and nothing is lost',
  { timeout: 90_000 },
  async () => {
    await using lab = await NodeLab.start();
    await using node = await startNode(lab);
    const job = await lab.submit('ann', LONG);
    await blocksDone(lab, job, 100);
    await lab.kill();
    await waitFor(() => node.snapshot().counts.troubles > 0, { timeoutMs: 20_000 });
    await lab.restart();
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(LONG));
    expect(node.snapshot().counts.failed).toBe(0);
  },
);

test(
  'a server that comes back with other code of a simulation fails the jobs of the former, and does new ones',
  { timeout: 90_000 },
  async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'darts.ts');
    const from = JSON.stringify(DARTS);
    writeFileSync(file, `export { default as darts } from ${from};`);
    await using lab = await NodeLab.start({ fleet: { simulations: [file] } });
    await using node = await startNode(lab);
    const job = await lab.submit('ann', LONG);
    await blocksDone(lab, job, 50);
    const { version } = await lab.job('ann', job);
    await lab.kill();
    const changed = 'export const darts = { ...before, run: (block) => before.run(block) };';
    writeFileSync(file, `import before from ${from};\n${changed}`);
    await lab.restart();
    await expect(lab.done('ann', job)).rejects.toThrow(
      `failed: the code of darts is not that of ${version} any more: submit the job again`,
    );
    const input = { blocks: 20, count: 1_000 };
    const again = await lab.submit('ann', input);
    const { result } = await lab.done('ann', again);
    expect(canonicalJson(result)).toBe(await localResult(input));
    expect(node.snapshot().state).toBe('connected');
  },
);

test(
  'kill -9 of the node in the middle of a job: its next run goes on',
  { timeout: 90_000 },
  async () => {
    using directory = temporaryDirectory();
    await using lab = await NodeLab.start();
    const options = {
      url: lab.url,
      dataDir: join(directory.path, 'node'),
      claim: await lab.claim('operator'),
    };
    const job = await lab.submit('ann', LONG);
    {
      await using node = spawnNode(options);
      await blocksDone(lab, job, 100);
      node.signal('SIGKILL');
      await node.ended;
    }
    await using _again = spawnNode(options);
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(LONG));
  },
);

test(
  'a node that was stopped for longer than its death: others do its work, and it goes on',
  { timeout: 90_000 },
  async () => {
    using directory = temporaryDirectory();
    await using lab = await NodeLab.start();
    const options = {
      url: lab.url,
      dataDir: join(directory.path, 'node'),
      claim: await lab.claim('operator'),
    };
    await using node = spawnNode(options);
    const job = await lab.submit('ann', LONG);
    await blocksDone(lab, job, 50);
    node.signal('SIGSTOP');
    await using other = await startNode(lab, { name: 'other' });
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(LONG));
    const { lost, copies } = (await lab.job('ann', job)).counts;
    expect(lost + copies).toBeGreaterThan(0);
    await other.drain(0);
    node.signal('SIGCONT');
    const input = { blocks: 20, count: 1_000 };
    const next = await lab.submit('ann', input);
    await lab.done('ann', next);
  },
);

test(
  'a network that is cut and swallows everything for a while costs time, and no result',
  { timeout: 90_000 },
  async () => {
    await using lab = await NodeLab.start();
    await using proxy = await startFaultProxy({ target: lab.url });
    await using node = await startNode(lab, { url: proxy.url.replace(/\/$/, '') });
    const job = await lab.submit('ann', LONG);
    await blocksDone(lab, job, 50);
    proxy.cut();
    await blocksDone(lab, job, 150);
    proxy.blackHole();
    // Long enough to count as dead.
    await waitFor(async () => (await lab.node('operator', node.node)).status === 'offline', {
      timeoutMs: 20_000,
    });
    proxy.heal();
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(LONG));
  },
);

test('code that throws fails the job with what it said', { timeout: 60_000 }, async () => {
  await using lab = await NodeLab.start();
  await using _node = await startNode(lab);
  const job = await lab.submit('ann', { blocks: 8, count: 10, spoil: 'throw', at: 3 });
  await expect(lab.done('ann', job)).rejects.toThrow('the darts are blunt');
});

test(
  'a code that its owner types makes the node theirs; an operator drains it, and removes it',
  { timeout: 60_000 },
  async () => {
    await using lab = await NodeLab.start();
    const node = createNodeAgent({ url: lab.url, name: 'new', dataDir: null, slots: 1 });
    const end = node.run();
    const code = await waitFor(() => node.snapshot().code, { timeoutMs: 10_000 });
    // The code is found a moment after it is shown.
    await waitFor(() =>
      lab.ask('ann', '/nodes/claim', { body: { code, access: { type: 'everyone' } } }),
    );
    await waitFor(() => node.snapshot().state === 'connected', { timeoutMs: 10_000 });
    expect(await lab.node('ann', node.node)).toMatchObject({ owner: 'ann', mine: true, trust: 0 });
    await lab.ask('ann', `/nodes/${node.node}`, { method: 'PATCH', body: { draining: true } });
    await waitFor(() => node.snapshot().state === 'draining', { timeoutMs: 10_000 });
    await lab.ask('ann', `/nodes/${node.node}`, { method: 'PATCH', body: { draining: false } });
    await waitFor(() => node.snapshot().state === 'connected', { timeoutMs: 10_000 });
    await waitFor(() => node.snapshot().pushed, { timeoutMs: 10_000 });
    await lab.ask('ann', `/nodes/${node.node}`, { method: 'DELETE' });
    expect(await end).toMatchObject({ type: 'removed' });
  },
);

test(
  'SIGTERM: a node gives back what waits, delivers what runs and is gone at once',
  { timeout: 90_000 },
  async () => {
    using directory = temporaryDirectory();
    await using lab = await NodeLab.start();
    const claim = await lab.claim('operator');
    await using node = spawnNode({ url: lab.url, dataDir: join(directory.path, 'node'), claim });
    const job = await lab.submit('ann', LONG);
    await blocksDone(lab, job, 50);
    node.signal('SIGTERM');
    expect(await node.ended).toBe(0);
    const { counts, nodes } = await lab.job('ann', job);
    expect(counts).toMatchObject({ failed: 0 });
    expect(nodes).toEqual([]);
    await using _other = await startNode(lab);
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(LONG));
  },
);

test(
  'how far a long chunk is, is told on the channel of its job',
  { timeout: 60_000 },
  async () => {
    const chunk = { floor: '5s', ceiling: '20s' };
    await using lab = await NodeLab.start({ fleet: { chunk } });
    await using node = await startNode(lab, { slots: 1 });
    // The first chunks are small, the node's rate being unknown.
    const job = await lab.submit('ann', { blocks: 1_000_000, count: 50_000 });
    using watcher = await lab.client('ann');
    const told: ChunkProgress[] = [];
    const subscription = watcher.newSubscription(jobChannel(job));
    subscription.on('publication', ({ data }: { data: { type: string } }) => {
      if (data.type === 'chunk') told.push(data as ChunkProgress);
    });
    subscription.subscribe();
    const [one] = await waitFor(() => (told.length > 0 ? told : null), { timeoutMs: 40_000 });
    expect(one).toMatchObject({ node: node.node });
    expect(one?.done).toBeGreaterThan(0);
    expect(one?.done).toBeLessThanOrEqual(one?.blocks ?? 0);
  },
);

test(
  'a tab of a browser is claimed by its code and does a job to the last bit',
  { timeout: 120_000 },
  async () => {
    await using page = await buildPortal(TAB);
    await using parts = new AsyncDisposableStack();
    const browser = await launchBrowser();
    parts.defer(() => browser.close());
    await using lab = await NodeLab.start({
      config: { portal: { enabled: true, dir: page.dir } },
      fleet: { verification: 'off' },
    });
    const tab = await browser.newPage();
    const problems: string[] = [];
    tab.on('pageerror', ({ message }) => void problems.push(message));
    tab.on('console', (message) => {
      const from = message.location().url;
      if (message.type() === 'error' && !from.endsWith('favicon.ico')) {
        problems.push(`${message.text()} ${from}`);
      }
    });
    await tab.goto(lab.url);
    await tab.evaluate('tabNode.start()');
    const state = async (): Promise<TabNodeState> =>
      (await tab.evaluate('tabNode.state')) as TabNodeState;
    const code = await waitFor(async () => (await state()).node?.code, { timeoutMs: 20_000 });
    await waitFor(() =>
      lab.ask('ann', '/nodes/claim', { body: { code, access: { type: 'everyone' } } }),
    );
    const input = { blocks: 200, count: 20_000 };
    const job = await lab.submit('ann', input);
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(input));
    await waitFor(async () => (await state()).node?.pushed, { timeoutMs: 20_000 });
    expect(await state()).toMatchObject({ phase: 'on', iterations: 4_000_000 });
    await tab.evaluate('tabNode.stop()');
    const { nodes } = await lab.ask<{ nodes: NodeView[] }>('ann', '/nodes');
    const node = nodes[0]?.node ?? '';
    await waitFor(async () => (await lab.node('ann', node)).status === 'offline');
    expect(problems).toEqual([]);
  },
);

test(
  'belfry node --once ends when there is nothing to do any more',
  { timeout: 90_000 },
  async () => {
    using directory = temporaryDirectory();
    await using lab = await NodeLab.start();
    const input = { blocks: 40, count: 5_000 };
    const job = await lab.submit('ann', input);
    const claim = await lab.claim('operator');
    const args = ['node', '--url', lab.url, '--claim', claim, '--data-dir', 'node', '--cpu', '50%'];
    await using node = spawnBelfry([...args, '--once', '--name', 'a box'], { cwd: directory.path });
    const { result } = await lab.done('ann', job);
    expect(canonicalJson(result)).toBe(await localResult(input));
    expect(await node.ended).toMatchObject({ code: 0, stderr: '' });
    const bad = await runBelfry([...args.slice(0, -1), '150%'], { cwd: directory.path });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('--cpu: got "150%"');
  },
);

test.for([
  ['with the Beacon', '--beacon'],
  ['by HTTP alone', null],
] as const)(
  'a node in Python (%s) and one in TypeScript, neither of them trusted, agree on every bit',
  { timeout: 300_000 },
  async ([, flag], context) => {
    const python = await pythonWith(
      ['cryptography==45.0.7', 'centrifuge-python==0.7.0'],
      ['cryptography', 'centrifuge'],
    );
    if (python instanceof Error) {
      context.skip(`its packages could not be installed, so this was not run: ${python.message}`);
      return;
    }
    using directory = temporaryDirectory();
    await using lab = await NodeLab.start();
    const args = ['-u', PYTHON_NODE, lab.url, join(directory.path, 'python')];
    if (flag !== null) args.push(flag);
    await using theirs = followed(
      spawn(python, args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, BELFRY_CLAIM: await lab.claim('bob') },
      }),
    );
    const ours = await startNode(lab, { claim: await lab.claim('eve') });
    await using _ours = ours;
    const input = { blocks: 64, count: 500 };
    const job = await lab.submit('ann', input);
    const { result } = await lab.done('ann', job, 120_000);
    expect(canonicalJson(result)).toBe(await localResult(input));
    const [, id = ''] = /registered (\S+)/.exec(theirs.lines.join('\n')) ?? [];
    const [one, other] = await Promise.all([lab.node('bob', id), lab.node('eve', ours.node)]);
    expect(one).toMatchObject({ runtime: 'python', disagreed: 0, failed: 0 });
    expect(other).toMatchObject({ disagreed: 0, failed: 0 });
    expect(one.agreed).toBeGreaterThan(0);
    theirs.signal('SIGTERM');
    expect(await theirs.ended).toBe(0);
  },
);
