import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTree } from './imports/check-tree.ts';

/** Writes a tree and returns what is reported, as `file:line rule: message`. */
function check(files: Record<string, string>): string[] {
  using root = mkdtempDisposableSync(join(tmpdir(), 'check-imports-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root.path, path)), { recursive: true });
    writeFileSync(join(root.path, path), text);
  }
  return checkTree(root.path).map(
    ({ file, line, rule, message }) => `${file}:${line} ${rule}: ${message}`,
  );
}

const importing = (specifier: string): string => `import { a } from '${specifier}';\na();\n`;

describe('who may import whom', () => {
  const refused: [file: string, specifier: string][] = [
    ['packages/protocol/src/a.ts', '@belfry/store'],
    ['packages/store/src/a.ts', '@belfry/actors'],
    ['packages/actors/src/a.ts', '@belfry/beacon'],
    ['packages/beacon/src/a.ts', '@belfry/actors'],
    ['packages/beacon/src/a.test.ts', '@belfry/actors'],
    ['packages/client/src/a.ts', '@belfry/store'],
    ['packages/belfry/src/a.ts', '@belfry/testkit'],
    ['packages/belfry/src/a.ts', '@belfry/portal'],
    ['packages/testkit/src/a.ts', '@belfry/beacon'],
    ['packages/unheard-of/src/a.ts', '@belfry/protocol'],
    ['apps/portal/src/a.ts', 'belfry'],
    ['apps/portal/src/a.ts', '@belfry/example-chess'],
    ['examples/chess/src/a.ts', '@belfry/store'],
    ['examples/combat/src/a.ts', '@belfry/client'],
    ['packages/belfry/src/a.ts', '@belfry/example-combat'],
  ];
  test.each(refused)('%s must not import %s', (file, specifier) => {
    expect(check({ [file]: importing(specifier) })).toEqual([
      expect.stringContaining(`${file}:1 layers: `),
    ]);
  });

  const allowed: [file: string, specifier: string][] = [
    ['packages/store/src/a.ts', '@belfry/protocol'],
    ['packages/actors/src/a.ts', '@belfry/store/redis'],
    ['packages/beacon/src/a.ts', '@belfry/store'],
    ['packages/beacon/src/a.test.ts', '@belfry/testkit'],
    ['packages/belfry/src/a.ts', '@belfry/beacon'],
    ['packages/store/src/a.test.ts', '@belfry/store'],
    ['apps/portal/src/a.ts', '@belfry/example-chess/shared'],
    ['examples/chess/src/a.ts', 'belfry'],
    ['bench/src/a.ts', '@belfry/testkit'],
    ['apps/portal/src/a.ts', '@belfry/example-combat'],
    ['examples/combat/src/a.ts', '@belfry/protocol'],
    ['examples/chess/src/a.ts', '@belfry/example-combat'],
  ];
  test.each(allowed)('%s may import %s', (file, specifier) => {
    expect(check({ [file]: importing(specifier) })).toEqual([]);
  });

  test('a type import counts as any other', () => {
    const text = `import type { A } from '@belfry/actors';\nexport type B = A;\n`;
    expect(check({ 'packages/beacon/src/a.ts': text })).toHaveLength(1);
    expect(
      check({ 'packages/beacon/src/a.ts': `export type B = import('@belfry/actors').A;\n` }),
    ).toHaveLength(1);
  });

  test('the portal may import the types of an example', () => {
    const text = `import type { A } from '@belfry/example-chess';\nexport type B = A;\n`;
    expect(check({ 'apps/portal/src/a.ts': text })).toEqual([]);
  });

  test('re-exports, import() and workers are seen', () => {
    const text = [
      `export * from '@belfry/actors';`,
      `export { a } from '@belfry/actors';`,
      'export const b = (): unknown => import(`@belfry/actors`);',
      `export const c = new URL('../../actors/src/c.ts', import.meta.url);`,
    ].join('\n');
    const found = check({ 'packages/beacon/src/a.ts': text });
    expect(found.map((line) => line.split(' ')[0])).toEqual(
      [1, 2, 3, 4].map((line) => `packages/beacon/src/a.ts:${line}`),
    );
  });

  test('a relative import must not leave the package', () => {
    expect(check({ 'packages/store/src/a.ts': importing('../../protocol/src/b.ts') })).toEqual([
      "packages/store/src/a.ts:1 layers: ../../protocol/src/b.ts leaves the package: import it by the package's name",
    ]);
  });
});

test('what only tests load is held to the rules of tests', () => {
  const text = importing('@belfry/testkit');
  expect(
    check({
      'packages/beacon/src/testing/rig.ts': text,
      'packages/beacon/src/beacon-lab.ts': text,
    }),
  ).toEqual([]);
});

test('a test may start the program of another package', () => {
  const text = `export const a = new URL('../../belfry/src/bin.ts', import.meta.url);\n`;
  expect(check({ 'packages/beacon/src/a.test.ts': text })).toEqual([]);
  expect(check({ 'packages/beacon/src/a.ts': text })).toHaveLength(1);
});

describe('browser-safe packages', () => {
  test.each(['node:fs', 'fs', 'node:events', 'ws', '@redis/client'])(
    'client must not import %s',
    (name) => {
      expect(check({ 'packages/client/src/a.ts': importing(name) })).toEqual([
        expect.stringContaining('packages/client/src/a.ts:1 browser-safe: '),
      ]);
    },
  );

  test('their tests may', () => {
    expect(check({ 'packages/client/src/a.test.ts': importing('node:fs') })).toEqual([]);
  });

  test('other packages may', () => {
    expect(check({ 'packages/store/src/a.ts': importing('node:sqlite') })).toEqual([]);
  });

  test('parts of a package are safe by themselves, and load nothing of the others', () => {
    const folder = 'packages/node/src';
    expect(check({ [`${folder}/machine/a.ts`]: importing('node:fs') })).toEqual([]);
    expect(check({ [`${folder}/agent/a.ts`]: importing('node:fs') })).toHaveLength(1);
    expect(check({ [`${folder}/browser/a.ts`]: importing('../core/a.ts') })).toEqual([]);
    expect(check({ [`${folder}/browser/a.ts`]: importing('../machine/a.ts') })).toEqual([
      `${folder}/browser/a.ts:1 browser-safe: node/browser is browser-safe, ${folder}/machine/a.ts is not`,
    ]);
    expect(check({ 'apps/portal/src/a.ts': importing('@belfry/node/browser') })).toEqual([]);
    expect(check({ 'apps/portal/src/a.ts': importing('@belfry/node') })).toHaveLength(1);
  });
});

describe('cores', () => {
  const core = 'packages/beacon/src/core/a.ts';
  const inCore = (text: string): string[] => check({ [core]: `${text}\n` });

  test.each(['node:net', 'node:timers', 'crypto', 'ws', '@redis/client'])(
    'import no %s',
    (name) => {
      expect(inCore(importing(name))).toEqual([
        `${core}:1 sans-io: a core is sans-IO and must not import ${name}`,
      ]);
    },
  );

  const impure: [text: string, what: string][] = [
    ['export const a = Date.now();', 'Date.now'],
    ['export const a = Date.now;', 'Date.now'],
    [`export const a = Date['now']();`, 'Date.now'],
    ['export const a = new Date();', 'new Date()'],
    ['export const a = Date();', 'Date()'],
    ['export const a = performance.now();', 'performance.now'],
    ['export const a = Math.random();', 'Math.random'],
    ['export const { random } = Math;', 'Math.random'],
    ['export const a = crypto.randomUUID();', 'crypto.randomUUID'],
    ['export const a = globalThis.crypto.getRandomValues(b);', 'crypto.getRandomValues'],
    ['setTimeout(b, 1);', 'setTimeout'],
    ['globalThis.setInterval(b, 1);', 'setInterval'],
    ['setImmediate(b);', 'setImmediate'],
    ['queueMicrotask(b);', 'queueMicrotask'],
    ['export const a = { later: setTimeout };', 'setTimeout'],
    ['export const a = process.env;', 'process'],
    ['console.log(b);', 'console'],
    ['export const a = fetch(b);', 'fetch'],
    ['export const a = new WebSocket(b);', 'WebSocket'],
  ];
  test.each(impure)('%s is refused', (text, what) => {
    expect(inCore(text)).toEqual([
      `${core}:1 sans-io: a core takes time and randomness as arguments: no ${what}`,
    ]);
  });

  const pure = [
    'export const a = new Date(b);',
    'export const a = Math.max(1, 2);',
    'export const a = clock.now();',
    'export const a = job.process();',
    'export const a = { process: 1, console: 2 };',
    'export function a(setTimeout: () => void): void { setTimeout(); }',
    'export function a({ console }: B): void { console.log(1); }',
    'const process = 1; export const a = process;',
    'export type A = ReturnType<typeof setTimeout>;',
    'export class A { process(): void {} }',
    `// Date.now()\nexport const a = 'Math.random()';`,
  ];
  test.each(pure)('%s is fine', (text) => {
    expect(inCore(text)).toEqual([]);
  });

  test('all of protocol is a core', () => {
    expect(check({ 'packages/protocol/src/a.ts': 'export const a = Math.random();\n' })).toEqual([
      expect.stringContaining('packages/protocol/src/a.ts:1 sans-io: '),
    ]);
  });

  test('tests of a core are free', () => {
    const text = `${importing('node:fs')}setTimeout(a, Date.now());\n`;
    expect(check({ 'packages/beacon/src/core/a.test.ts': text })).toEqual([]);
  });

  test('other files are free', () => {
    const text = `${importing('ws')}setTimeout(a, Date.now());\n`;
    expect(check({ 'packages/beacon/src/a.ts': text })).toEqual([]);
  });

  test('what a core loads is held to the same rules', () => {
    const shell = 'packages/beacon/src/clock.ts';
    const clock = 'export const a = (): number => Date.now();\n';
    expect(check({ [core]: importing('../clock.ts'), [shell]: clock })).toEqual([
      `${shell}:1 sans-io: a core takes time and randomness as arguments: no Date.now (loaded by the core file ${core})`,
    ]);
    const typed = `import type { a } from '../clock.ts';\nexport type A = typeof a;\n`;
    expect(check({ [core]: typed, [shell]: clock })).toEqual([]);
  });
});

describe('the combat simulator', () => {
  const file = 'examples/combat/src/a.ts';
  const inexact: [text: string, what: string][] = [
    ['export const a = Math.pow(2, b);', 'Math.pow'],
    ['export const a = Math.log(b);', 'Math.log'],
    [`export const a = Math['sin'](b);`, 'Math.sin'],
    ['export const a = Math[b];', 'Math.[…]'],
    ['export const { exp } = Math;', 'Math as a whole'],
    ['export const a = b ** 2;', '**'],
    ['b **= 2;', '**='],
    ['export const a = b.localeCompare(c);', 'localeCompare'],
    ['export const a = new Intl.Collator();', 'Intl'],
  ];
  test.each(inexact)('%s is refused: engines do not agree on it', (text, what) => {
    expect(check({ [file]: `${text}\n` })).toEqual([
      `${file}:1 exact: ${what} is not the same in every engine`,
    ]);
    expect(check({ 'examples/chess/src/a.ts': `${text}\n` })).toEqual([]);
  });

  test.each(['Math.sqrt(b)', 'Math.imul(b, 3)', 'Math.round(b)', 'b * b'])('%s is fine', (text) => {
    expect(check({ [file]: `export const a = ${text};\n` })).toEqual([]);
  });

  test('it is a core, and safe for browsers', () => {
    expect(check({ [file]: 'export const a = Date.now();\n' })).toHaveLength(1);
    expect(check({ [file]: importing('node:fs') })).toContainEqual(
      expect.stringContaining('browser-safe: '),
    );
  });
});

describe('files', () => {
  const lines = (count: number): string => '// line\n'.repeat(count);

  test('a source has at most 600 lines, a test 800', () => {
    expect(
      check({
        'packages/store/src/a.ts': lines(600),
        'packages/store/src/b.ts': lines(601),
        'packages/store/src/b.test.ts': lines(800),
        'packages/store/src/c.test.ts': lines(801),
        'packages/store/src/d.lua': '-- line\n'.repeat(601),
      }),
    ).toEqual([
      'packages/store/src/b.ts:1 length: 601 lines, the ceiling is 600',
      'packages/store/src/c.test.ts:1 length: 801 lines, the ceiling is 800',
      'packages/store/src/d.lua:1 length: 601 lines, the ceiling is 600',
    ]);
  });

  test.each(['utils', 'helpers', 'types'])('a folder named %s is refused', (name) => {
    expect(check({ [`packages/store/src/${name}/a.ts`]: '' })).toEqual([
      expect.stringContaining('folder: '),
    ]);
  });

  test.each(['LruCache.ts', 'lruCache.ts', 'lru_cache.ts', 'lruCache.test.ts', 'Moves/a.ts'])(
    '%s is not kebab-case',
    (name) => {
      expect(check({ [`packages/store/src/${name}`]: '' })).toEqual([
        expect.stringContaining('name: '),
      ]);
    },
  );

  test('names that are fine', () => {
    expect(
      check({
        'packages/store/src/lru-cache.test.ts': '',
        'packages/store/src/lru-cache.test-d.ts': '',
        'apps/portal/vite.config.ts': '',
        'packages/store/README.md': '',
      }),
    ).toEqual([]);
  });

  test('built files and dependencies are not looked at', () => {
    expect(
      check({
        'packages/store/dist/Odd.js': '',
        'packages/store/node_modules/x/types/a.ts': '',
      }),
    ).toEqual([]);
  });
});
