/** The pages of the fleet in a real Chromium, on a server that runs in this process or in one that can be killed. */
import { fileURLToPath } from 'node:url';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { BelfryConfig } from '../config/schema.ts';

/** What a page may take, in ms, on a busy machine. */
export const PATIENCE_MS = 60_000;

const SIMULATIONS = fileURLToPath(
  new URL('../../../../examples/combat/src/simulations/simulations.ts', import.meta.url),
);

/** A fleet with the combat simulator and a node of its own, as `npm start` has it. */
export function fleetPageConfig(portal: string): BelfryConfig {
  return {
    environment: 'development',
    log: { level: 'error' },
    http_server: { port: 0 },
    guests: { enabled: true },
    portal: { enabled: true, dir: portal },
    fleet: {
      enabled: true,
      simulations: [SIMULATIONS],
      builtin_node: { enabled: true, slots: 1 },
    },
  };
}

/** The same in a file, for a process. */
export function writeFleetPageConfig(directory: string, portal: string, port: number): void {
  const config = fleetPageConfig(portal);
  const text = JSON.stringify({ ...config, http_server: { port }, data_dir: directory });
  writeFileSync(join(directory, 'belfry.config.json'), text);
}

/** A browser profile of its own: another guest. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext;
  /** Errors of its pages, what their security policy forbade, and requests to anywhere but the server. */
  readonly complaints: readonly string[];
  open(path: string): Promise<Page>;
}

/** @param quietly errors of the network are not complained of: the server is to be killed */
export async function newVisitor(
  browser: Browser,
  url: string,
  { quietly = false, ...options }: BrowserContextOptions & { readonly quietly?: boolean } = {},
): Promise<Visitor> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const complaints: string[] = [];
  const { host } = new URL(url);
  return {
    context,
    complaints,
    async open(path) {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
      page.on('console', (message) => {
        const isNetwork = /Failed to load resource|WebSocket connection/.test(message.text());
        if (message.type() === 'error' && !(quietly && isNetwork)) {
          complaints.push(`console: ${message.text()}`);
        }
      });
      page.on('request', (request) => {
        if (new URL(request.url()).host !== host) complaints.push(`request to ${request.url()}`);
      });
      await page.goto(`${url}${path}`);
      return page;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
