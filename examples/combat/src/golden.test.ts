/**
 * Exact results, to the last digit: on this engine, in this process; in a real Chromium, on a page and in a worker of it; and in QuickJS, an engine that
 * shares no line with these two. When the rules of the game
 * change, so do these: BELFRY_WRITE_GOLDEN=1 writes them anew, and RULES_VERSION in fight.ts goes up.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@belfry/testkit';
import { chromium } from 'playwright-core';
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { playGolden } from './testing/golden.ts';
import type { Golden } from './testing/golden.ts';

const FILE = fileURLToPath(new URL('testing/golden.json', import.meta.url));
const ENTRY = fileURLToPath(new URL('testing/golden.ts', import.meta.url));
const PATIENCE_MS = 120_000;

interface Known {
  readonly name: string;
  readonly mean: number;
  readonly standardError: number;
  readonly median: number;
  /** Of all of the result. */
  readonly fingerprint: string;
}

const known = (golden: readonly Golden[]): Known[] =>
  golden.map(({ name, result, mean, standardError, median }) => ({
    name,
    mean,
    standardError,
    median,
    fingerprint: fingerprint(JSON.stringify(result)),
  }));

describe('the results that are known', () => {
  test('come out here', () => {
    const now = known(playGolden());
    if (process.env['BELFRY_WRITE_GOLDEN'] === '1') {
      writeFileSync(FILE, `${JSON.stringify(now, null, 2)}\n`);
    }
    expect(now).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
  });

  test(
    'come out in Chromium, on a page and in a worker, to the same bytes',
    { timeout: PATIENCE_MS },
    async () => {
      const script = await bundle();
      await using browser = await chromium.launch(await findChromium(process.env['PATH'] ?? ''));
      const page = await browser.newPage();
      await page.addScriptTag({ content: script });
      const onPage = await page.evaluate('JSON.stringify(combatGolden.playGolden())');
      const inWorker = await page.evaluate(async (code) => {
        const source = `${code}\npostMessage(JSON.stringify(combatGolden.playGolden()))`;
        const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
        const worker = new Worker(url);
        return new Promise<string>((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data as string);
          worker.onerror = ({ message }) => reject(new Error(message));
        });
      }, script);
      const here = JSON.stringify(playGolden());
      expect(onPage).toBe(here);
      expect(inWorker).toBe(here);
    },
  );

  test('come out in another engine to the same bytes', { timeout: PATIENCE_MS }, async () => {
    const engine = await newQuickJSWASMModuleFromVariant(
      import('@jitl/quickjs-wasmfile-release-sync'),
    );
    const script = await bundle();
    const there: unknown = engine.evalCode(`${script}\nJSON.stringify(combatGolden.playGolden())`);
    expect(there).toBe(JSON.stringify(playGolden()));
  });
});

/** The golden fights as one script, as a browser gets it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@belfry/source', 'module', 'browser'] },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: ENTRY, formats: ['iife'], name: 'combatGolden' },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) =>
    'output' in each ? each.output : [],
  );
  const code = outputs.find((each) => each.type === 'chunk')?.code;
  if (code === undefined) throw new Error('the bundle has no code');
  return code;
}
