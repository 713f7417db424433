/** For tests: the portal, built, in a real Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@belfry/testkit';
import { chromium } from 'playwright-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';

const PORTAL = fileURLToPath(new URL('../../../apps/portal', import.meta.url));
/** How long anything on a page may take, in ms, on a busy machine. */
const PATIENCE_MS = 15_000;

/** The portal as it is now, built into a directory of its own. */
export async function buildPortal(): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-portal-'));
  await build({ root: PORTAL, logLevel: 'error', build: { outDir: dir, emptyOutDir: true } });
  return { dir, [Symbol.asyncDispose]: async () => rm(dir, { recursive: true, force: true }) };
}

/** A browser with a new profile. */
export interface Windows extends AsyncDisposable {
  /** Another window of the same browser. @param url the page to open */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  closeAll(): Promise<void>;
  /** Errors on pages, and requests to anywhere but the server. */
  readonly complaints: readonly string[];
}

/** @param origin the only place that pages may speak to */
export async function openBrowser(origin: string): Promise<Windows> {
  const browser = await chromium.launch(await findChromium(process.env['PATH'] ?? ''));
  const shared = await browser.newContext({ reducedMotion: 'reduce' });
  const complaints: string[] = [];
  const watch = (page: Page): void => {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(origin).host) {
        complaints.push(`request to ${request.url()}`);
      }
    });
  };
  return {
    complaints,
    async open(url, options) {
      const context = options === undefined ? shared : await browser.newContext(options);
      const page = await context.newPage();
      watch(page);
      await page.goto(url);
      return page;
    },
    async closeAll() {
      const pages = browser.contexts().flatMap((context) => context.pages());
      await Promise.all(pages.map(async (page) => page.close()));
    },
    [Symbol.asyncDispose]: async () => browser.close(),
  };
}
