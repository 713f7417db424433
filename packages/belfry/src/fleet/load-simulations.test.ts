import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLocally } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import { coin } from '../testing/coin.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { type LoadedSimulation, loadSimulations } from './load-simulations.ts';

const COIN = fileURLToPath(new URL('../testing/coin.ts', import.meta.url));

function load(simulations: readonly string[], directory = '/'): Promise<LoadedSimulation[]> {
  const values = { fleet: { enabled: true, simulations: [...simulations] } };
  const file = { name: 'test', directory, values };
  return loadSimulations(resolveConfig({ file, workingDirectory: directory }));
}

async function problemsOf(simulations: readonly string[], directory?: string): Promise<string> {
  const error: unknown = await load(simulations, directory).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

/** A module that exports a simulation, with what stands before it. */
function moduleText(before: string, run: string, name = 'small'): string {
  return `${before}
const input = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
export default {
  name: '${name}', input,
  run: () => ${run},
  plan: ({ round }) => (round === 0 ? { blocks: 1, blockIterations: 1 } : null),
  merge: (a) => a, summarize: (a) => a,
};`;
}

describe('a simulation', () => {
  test('is bundled into one module without imports, the same bytes every time and wherever it is', async () => {
    const [first] = await load([COIN]);
    const [second] = await load([COIN]);
    expect(first?.code).toBe(second?.code);
    expect(first?.name).toBe('coin');
    expect(first?.version).toBe(
      `sha256-${createHash('sha256')
        .update(first?.code ?? '')
        .digest('hex')}`,
    );
    expect(first?.code).not.toMatch(/\bimport\b\s*[{*"'(]/);
    expect(first?.code).not.toContain('belfry-simulation');
    using one = temporaryDirectory();
    using other = temporaryDirectory();
    const codes = [one.path, other.path].map(async (directory) => {
      writeFileSync(join(directory, 'small.ts'), moduleText('', '1 as number'));
      return (await load(['./small.ts'], directory))[0]?.code;
    });
    const [a, b] = await Promise.all(codes);
    expect(a).toBe(b);
    expect(a).toBeDefined();
  });

  test('runs from its bundle as its author wrote it', async () => {
    const [loaded] = await load([COIN]);
    const input = { blocks: 7, throws: 100, rounds: 2 };
    expect(runLocally(loaded?.simulation as typeof coin, input, { seed: 5 })).toEqual(
      runLocally(coin, input, { seed: 5 }),
    );
  });

  test('of several in a module has a bundle of its own, without the others', async () => {
    using directory = temporaryDirectory();
    writeFileSync(
      join(directory.path, 'two.mjs'),
      `${moduleText('', '"first"', 'one').replace('export default', 'export const one =')}
       export const two = { ...one, name: 'two', run: () => "second" };
       export const again = two;`,
    );
    const all = await load(['./two.mjs'], directory.path);
    expect(all.map(({ name }) => name).toSorted()).toEqual(['one', 'two']);
    expect(all.find(({ name }) => name === 'one')?.code).not.toContain('second');
  });

  test('may come from a package, and from CommonJS', async () => {
    using directory = temporaryDirectory();
    const dice = join(directory.path, 'node_modules', 'dice');
    mkdirSync(dice, { recursive: true });
    writeFileSync(join(dice, 'package.json'), '{"name":"dice","main":"index.cjs"}');
    writeFileSync(join(dice, 'index.cjs'), 'module.exports = { sides: 6 };');
    writeFileSync(
      join(directory.path, 'small.mjs'),
      moduleText("import { sides } from 'dice';", 'sides'),
    );
    const [small] = await load(['./small.mjs'], directory.path);
    expect(runLocally(small?.simulation as typeof coin, {} as never).result).toBe(6);
  });
});

describe('what is no simulation is refused', () => {
  test.each([
    [
      'that imports what browsers lack',
      "import fs from 'node:fs';",
      'fs.existsSync("/")',
      /imports node:fs, which browsers do not have/,
    ],
    ['that imports it in the middle', '', 'import("node:os")', /imports node:os/],
    ['that imports a file that is not there', "import a from './none.js';", 'a', /none\.js/],
    ['that does not parse', 'const = 1;', '1', /small\.mjs/],
    ['that throws when it is loaded', 'throw new Error("no luck");', '1', /no luck/],
  ])('one %s', async (_what, before, run, problem) => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'small.mjs'), moduleText(before, run));
    const text = await problemsOf(['./small.mjs'], directory.path);
    expect(text).toMatch(/^fleet\.simulations\[0\] \("\.\/small\.mjs"\): /);
    expect(text).toMatch(problem);
    expect(text.length).toBeLessThan(1_000);
  });

  test('a built-in that nobody uses is no problem', async () => {
    using directory = temporaryDirectory();
    const before = "import fs from 'node:fs';\nexport const unused = () => fs.existsSync('/');";
    writeFileSync(join(directory.path, 'small.mjs'), moduleText(before, '1'));
    expect(await load(['./small.mjs'], directory.path)).toHaveLength(1);
  });

  test('a module without one, a file that is not there, a name that is there twice', async () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'none.mjs'), 'export const a = 1;');
    writeFileSync(join(directory.path, 'bad.mjs'), moduleText('', '1', 'Bad Name'));
    const text = await problemsOf(
      ['./none.mjs', './missing.mjs', COIN, COIN, './bad.mjs'],
      directory.path,
    );
    expect(text).toContain('it exports no simulation; export what defineSimulation returns.');
    expect(text).toContain('missing.mjs');
    expect(text).toContain('the simulation "coin" is defined twice; names must differ.');
    expect(text).toContain('name: got "Bad Name"; use lower-case letters');
  });
});
