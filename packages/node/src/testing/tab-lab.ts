/** A page with a node, as an application builds it, in a real Chromium. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@belfry/testkit';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('tab', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** Its files by their paths. */
export async function buildTab(): Promise<ReadonlyMap<string, PageFile>> {
  const outDir = mkdtempSync(join(tmpdir(), 'belfry-tab-'));
  try {
    await build({ root: ROOT, logLevel: 'error', build: { outDir } });
    const names = readdirSync(outDir, { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => extname(name) in TYPES);
    return new Map(
      files.map((name) => [
        name === 'index.html' ? '/' : `/${name}`,
        { type: TYPES[extname(name)] ?? '', text: readFileSync(join(outDir, name), 'utf8') },
      ]),
    );
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(await findChromium(process.env['PATH'] ?? ''));
}
