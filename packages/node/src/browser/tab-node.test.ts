import { waitFor } from '@belfry/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DARTS, SentinelLab } from '../testing/sentinel-lab.ts';
import { buildTab, launchChromium, type PageFile } from '../testing/tab-lab.ts';
import type { TabNode, TabNodeState } from './tab-node.ts';

type TabWindow = typeof globalThis & { tabNode: TabNode };

let browser: Browser;
let pages: ReadonlyMap<string, PageFile>;

beforeAll(async () => {
  [browser, pages] = await Promise.all([launchChromium(), buildTab()]);
});

afterAll(() => browser.close());

async function startLab(): Promise<SentinelLab> {
  const lab = await SentinelLab.start();
  // Tabs answer no faster than a busy machine lets them.
  lab.times = { heartbeatMs: 300, suspectMs: 3_000, deadMs: 6_000, ackMs: 3_000, stallMs: 5_000 };
  for (const [path, file] of pages) lab.pages.set(path, file);
  lab.pages.set('/favicon.ico', { type: 'image/x-icon', text: '' });
  return lab;
}

async function open(
  context: BrowserContext,
  url: string,
): Promise<Page & { readonly problems: string[] }> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => void problems.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // What the lab refuses is no error of the page.
    if (message.type() === 'error' && !text.includes('503')) problems.push(text);
  });
  await page.goto(url);
  return Object.assign(page, { problems });
}

const start = (page: Page): Promise<void> =>
  page.evaluate(() => {
    (globalThis as TabWindow).tabNode.start();
  });

const stateOf = (page: Page): Promise<TabNodeState> =>
  page.evaluate(() => (globalThis as TabWindow).tabNode.state);

test('a tab computes under a strict content security policy, to the last bit as one machine does, and leaves', async () => {
  await using lab = await startLab();
  await using context = await browser.newContext();
  const page = await open(context, lab.url);
  lab.submit({ file: DARTS, input: { blocks: 32, count: 20_000 }, chunks: 16, blocks: 2 });
  await start(page);
  await waitFor(() => lab.done === 16, { timeoutMs: 15_000, what: 'all chunks are done' });
  const { fleet, local } = await lab.compare();
  expect(fleet).toBe(local);
  const state = await waitFor(async () => {
    const now = await stateOf(page);
    return now.iterations === 640_000 && now.node?.counts.delivered === 16 ? now : null;
  });
  expect(state).toMatchObject({ phase: 'on', problem: null, slots: 2 });
  expect(lab.registrations[0]?.capabilities).toMatchObject({ slots: 2, runtime: 'browser' });
  await page.evaluate(() => (globalThis as TabWindow).tabNode.stop());
  expect(await stateOf(page)).toMatchObject({ phase: 'off', node: null });
  expect(lab.left).toHaveLength(1);
  expect(page.problems).toEqual([]);
});

test.each([
  ['throw', 'error', 'RangeError: the darts are blunt'],
  ['loop', 'timeout', 'no block was done for 2 s'],
  ['exit', 'error', 'ReferenceError: process is not defined'],
] as const)(
  'code that does this (%s) is a failure with its reason, and the tab goes on',
  async (spoil, reason, message) => {
    await using lab = await startLab();
    if (spoil === 'loop') lab.times = { ...lab.times, stallMs: 1_500 };
    await using context = await browser.newContext();
    const page = await open(context, lab.url);
    lab.submit({ file: DARTS, input: { blocks: 8, spoil, at: 3 }, chunks: 8, blocks: 1 });
    await start(page);
    await waitFor(() => lab.done === 7 && lab.poisoned === 1, { timeoutMs: 18_000, everyMs: 20 });
    expect(lab.failures[0]).toMatchObject({ reason, message });
  },
);

test('code that is not what its version says is not run', async () => {
  await using lab = await startLab();
  await using context = await browser.newContext();
  const page = await open(context, lab.url);
  lab.submit({ file: DARTS, input: { blocks: 1 }, chunks: 1, blocks: 1 });
  Object.defineProperty(lab, 'version', { value: `sha256-${'0'.repeat(64)}` });
  await start(page);
  await waitFor(() => lab.failures.length > 0, { timeoutMs: 10_000 });
  expect(lab.failures[0]).toMatchObject({ reason: 'version' });
  expect(lab.failures[0]?.message).toContain('is not what its version says');
});

test('its identity and what it could not deliver outlive the tab, and nobody can read its key', async () => {
  await using lab = await startLab();
  lab.times = { ...lab.times, deadMs: 600_000 };
  lab.awayFor.add('complete');
  // The first tab ends as if it were killed.
  lab.awayFor.add('leave');
  await using context = await browser.newContext();
  const first = await open(context, lab.url);
  lab.submit({ file: DARTS, input: { blocks: 2 }, chunks: 2, blocks: 1 });
  await start(first);
  await waitFor(async () => (await stateOf(first)).node?.undelivered.count === 2, {
    timeoutMs: 10_000,
  });
  const { node } = await stateOf(first);
  await first.evaluate(async () => {
    const open = indexedDB.open(`belfry-node ${location.origin}`);
    await new Promise((resolve) => {
      open.onsuccess = resolve;
    });
    const read = (store: string): Promise<unknown[]> =>
      new Promise((resolve) => {
        const all = open.result.transaction(store).objectStore(store).getAll();
        all.onsuccess = () => resolve(all.result as unknown[]);
      });
    const [keys] = (await read('keys')) as CryptoKeyPair[];
    if (keys?.privateKey.extractable !== false) throw new Error('the key can be read');
    if ((await read('spool')).length !== 2) throw new Error('the results are not kept');
  });
  await first.goto('about:blank');
  lab.awayFor.clear();
  const second = await open(context, lab.url);
  await start(second);
  await waitFor(() => lab.done === 2, { timeoutMs: 10_000 });
  const again = await stateOf(second);
  expect(again.node?.node).toBe(node?.node);
  expect(again.node?.counts.completed).toBe(0);
});

test('two tabs of a browser are one node, and the second takes over from the first', async () => {
  await using lab = await startLab();
  await using context = await browser.newContext();
  const first = await open(context, lab.url);
  const second = await open(context, lab.url);
  await start(first);
  await waitFor(async () => (await stateOf(first)).phase === 'on', { timeoutMs: 10_000 });
  await start(second);
  await waitFor(async () => (await stateOf(second)).phase === 'elsewhere', { timeoutMs: 10_000 });
  await first.close();
  await waitFor(async () => (await stateOf(second)).node?.online, { timeoutMs: 10_000 });
  expect(new Set(lab.registrations.map(({ publicKey }) => publicKey)).size).toBe(1);
});

test('its user pauses it: what runs is given back, and goes on when told to', async () => {
  await using lab = await startLab();
  lab.times = { ...lab.times, stallMs: 60_000 };
  await using context = await browser.newContext();
  const page = await open(context, lab.url);
  lab.submit({ file: DARTS, input: { blocks: 2, spoil: 'loop', at: 0 }, chunks: 1, blocks: 2 });
  await start(page);
  await waitFor(async () => (await stateOf(page)).node?.state === 'processing', {
    timeoutMs: 10_000,
  });
  await page.evaluate(() => {
    (globalThis as TabWindow).tabNode.pause();
  });
  await waitFor(() => lab.failures.length === 1, { timeoutMs: 10_000 });
  expect(lab.failures[0]).toMatchObject({ reason: 'refused', message: 'the node pauses (user)' });
  expect((await stateOf(page)).isPaused).toBe(true);
  lab.submit({ file: DARTS, input: { blocks: 2 }, chunks: 2, blocks: 1 });
  await page.evaluate(() => {
    (globalThis as TabWindow).tabNode.resume();
  });
  await waitFor(() => lab.done === 2, { timeoutMs: 10_000 });
});

test('a browser that cannot be a node is told why', async () => {
  await using lab = await startLab();
  await using context = await browser.newContext();
  await context.addInitScript(() => {
    const { generateKey } = crypto.subtle;
    crypto.subtle.generateKey = ((algorithm: unknown, ...rest: [boolean, KeyUsage[]]) =>
      algorithm === 'Ed25519'
        ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
        : generateKey.call(
            crypto.subtle,
            algorithm as EcKeyGenParams,
            ...rest,
          )) as typeof generateKey;
  });
  const page = await open(context, lab.url);
  await start(page);
  const state = await waitFor(async () => {
    const now = await stateOf(page);
    return now.phase === 'unsupported' ? now : null;
  });
  expect(state.problem).toContain('cannot sign with Ed25519');
});
