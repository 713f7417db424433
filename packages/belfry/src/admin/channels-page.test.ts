/** An operator at a window: the portal's page Channels in a real Chromium, with clients of a public SDK. */
import { waitFor } from '@belfry/testkit';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  ADMIN_PASSWORD,
  ADMIN_SECRET,
  buildPortal,
  launchBrowser,
  startPageLab,
} from '../testing/portal-lab.ts';
import { createAdminTokens } from './admin-token.ts';
import { wayIn } from './way-in.ts';

/** How long anything on a page may take, in ms, on a busy machine. */
const PATIENCE_MS = 15_000;

vi.setConfig({ testTimeout: 90_000 });

let portal: Awaited<ReturnType<typeof buildPortal>>;
let browser: Browser;

beforeAll(async () => {
  portal = await buildPortal();
  browser = await launchBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await portal?.[Symbol.asyncDispose]();
});

interface Window extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the page, and requests to anywhere but the server. */
  readonly complaints: readonly string[];
  says(text: string | RegExp): Promise<void>;
}

/** A window with a storage of its own. */
async function openWindow(url: string, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(request.url());
    // A code or a password in an address would be in logs.
    if (/code=|password/.test(request.url())) complaints.push(request.url());
  });
  await page.goto(url);
  return {
    page,
    complaints,
    says: (text) => page.getByText(text).first().waitFor(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function signIn({ page }: Window, password = ADMIN_PASSWORD): Promise<void> {
  await page.getByLabel(/Password or token|Token/).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe.each(['embedded', 'redis'] as const)('on the %s store, an operator', (stores) => {
  test('signs in, sees a client come, watches a channel, publishes, looks back, and disconnects the client', async () => {
    await using lab = await startPageLab(stores, portal.dir);
    await using window = await openWindow(`${lab.url}/channels`);
    const { page } = window;
    await signIn(window, 'not-the-password');
    await window.says('That is neither the password nor a token that is good.');
    await signIn(window);
    await window.says('Nobody is on any channel');
    await waitFor(async () => (await page.locator('.stat').count()) === 8);
    await waitFor(
      async () =>
        (await page.getByRole('region', { name: 'Beacons' }).locator('tbody tr').count()) ===
        lab.beacons,
      { what: 'every Beacon' },
    );

    using ann = await lab.client('ann', ['news:42']);
    await page.getByRole('link', { name: 'news:42' }).waitFor();
    const connections = page.locator('.stat', { hasText: 'Connections' });
    await waitFor(async () => (await connections.innerText()).includes('1 user'));

    await page.getByRole('link', { name: 'All channels' }).click();
    await page.getByRole('searchbox').fill('zzz');
    await window.says('No channel with subscribers matches “zzz”');
    await page.getByRole('searchbox').fill('news');
    await page.getByRole('link', { name: 'news:42' }).click();
    await page.locator('.live.is-live').waitFor();
    await window.says('keeps the last 100 for 5 min');
    await page.locator('.people .user', { hasText: 'ann' }).waitFor();

    await ann.publish('news:42', { text: 'from ann' });
    const log = page.getByRole('list', { name: 'Publications, the latest first' });
    await log.getByText('from ann').waitFor();

    const got: unknown[] = [];
    ann.getSubscription('news:42')?.on('publication', ({ data }) => got.push(data));
    await page.getByLabel('JSON to publish').fill('{"text": oops}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await window.says(/That is not JSON/);
    await page.getByLabel('JSON to publish').fill('{"text": "from the tower"}');
    await page.getByLabel('JSON to publish').press('Control+Enter');
    await window.says('Published as #2.');
    await log.getByText('from the tower').waitFor();
    await waitFor(async () => got.length === 1);
    expect(got).toEqual([{ text: 'from the tower' }]);

    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('#2', { exact: true }).waitFor();
    await history.getByText('from ann').click();
    await history.locator('.json-block').waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await window.says('Paused');
    await ann.publish('news:42', { text: 'unseen' });
    await history.getByText('unseen').waitFor({ timeout: 30_000 });
    expect(await log.getByText('unseen').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await window.says('Interrupted: some publications may be missing here.');

    await page.getByRole('link', { name: 'Its connections' }).click();
    await window.says('WebSocket · JSON');
    await page.getByRole('button', { name: 'Disconnect ann' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(ann.state).toBe('connected');
    await page.getByRole('button', { name: 'Disconnect ann' }).click();
    const gone = new Promise<number>((resolve) => {
      ann.once('disconnected', ({ code }) => {
        resolve(code);
      });
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    expect(await gone).toBe(3503);
    await window.says('Disconnected 1 connection of ann.');
    await window.says('No connection matches');
    expect(window.complaints).toEqual([]);
  });
});

test('a link signs in once, a reload stays signed in, another window is not, and who may only look cannot change anything', async () => {
  await using lab = await startPageLab('embedded', portal.dir);
  const link = await wayIn(lab.url, { secret: ADMIN_SECRET, scope: 'read' });
  await using window = await openWindow(link);
  const { page } = window;
  await window.says('Look only');
  expect(page.url()).toBe(`${lab.url}/channels`);
  await page.reload();
  await window.says('Look only');
  await page.goto(`${lab.url}/channels/at?name=news%3A42`);
  await window.says('This sign-in may look and change nothing, so it cannot publish.');
  using _ann = await lab.client('ann', ['news:42']);
  await page.locator('.people .user', { hasText: 'ann' }).waitFor();
  expect(await page.getByRole('button', { name: /Disconnect/ }).count()).toBe(0);
  expect(window.complaints).toEqual([]);

  await using again = await openWindow(link);
  await again.says(/This link was used already, or is too old/);
  const { token } = await createAdminTokens(ADMIN_SECRET).sign('all', Date.now(), 8_000);
  await signIn(again, token);
  await again.page.locator('.stats').waitFor();
  await again.says('Your sign-in has ended. Sign in again to go on.');
  expect(await again.page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(again.complaints).toEqual([]);
});

test('a window that nobody looks at asks for nothing, and a server that went away is told', async () => {
  const lab = await startPageLab('embedded', portal.dir);
  await using _stopped = lab;
  await using window = await openWindow(`${lab.url}/channels`);
  const { page } = window;
  await signIn(window);
  await page.locator('.stats').waitFor();
  const hide = async (hidden: boolean): Promise<void> => {
    await page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  };
  await hide(true);
  let asked = 0;
  // What was under way may end.
  await page.waitForTimeout(500);
  page.on('request', () => asked++);
  await page.waitForTimeout(5_000);
  expect(asked).toBe(0);
  await hide(false);
  await waitFor(async () => asked > 0);
  await lab[Symbol.asyncDispose]();
  await window.says(/The server does not answer\. What you see is .* old; trying again\./);
  expect(window.complaints).toEqual([]);
});

test('a server that lets no operators in says so', async () => {
  await using lab = await startPageLab('embedded', portal.dir, {
    admin: { enabled: false },
    portal: { enabled: true, dir: portal.dir },
  });
  await using window = await openWindow(`${lab.url}/channels`);
  await window.says('This door is shut');
  expect(window.complaints).toEqual([]);
});

test.each([
  [360, 'light'],
  [360, 'dark'],
  [1440, 'light'],
] as const)('at %i px, %s, nothing is wider than the window', async (width, colorScheme) => {
  await using lab = await startPageLab('embedded', portal.dir);
  const user = 'a-very-long-name-of-a-user-who-somebody-must-have-invented@belfry.example';
  const channel = 'news:a-channel-with-a-long-name/that-goes-on-and-on/and-does-not-seem-to-end';
  using client = await lab.client(user, [channel]);
  await client.publish(channel, { text: 'x'.repeat(500), [`k${'y'.repeat(100)}`]: 1 });
  const viewport = { width, height: 800 };
  await using window = await openWindow(`${lab.url}/channels`, { colorScheme, viewport });
  const { page } = window;
  await signIn(window);
  const wait: readonly (readonly [string, string])[] = [
    ['/channels', '.channels .row-title'],
    ['/channels/list', '.channels .row-title'],
    ['/channels/connections', '.row-action'],
    [`/channels/at?name=${encodeURIComponent(channel)}`, '.history .json-line'],
    ['/channels/at?name=nope%3Ax', '.placeholder'],
  ];
  await page.locator('.stats').waitFor();
  for (const [path, selector] of wait) {
    await page.goto(lab.url + path);
    await page.locator(selector).first().waitFor();
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([path, over]).toEqual([path, 0]);
  }
  expect(window.complaints).toEqual([]);
});
