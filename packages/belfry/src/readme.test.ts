/** What the documents show works: their examples are checked and run, and the commands they name exist. */
import { execFile, spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from './cli/commands.ts';
import { spawnBelfry, temporaryDirectory } from './testing/belfry-process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCE = '--conditions=@belfry/source';

/** Where each package is that the README's project installs, or that its types need. */
const INSTALLED = {
  belfry: 'packages/belfry',
  '@belfry/client': 'packages/client',
  zod: 'node_modules/zod',
  '@types/node': 'node_modules/@types/node',
};

/** The files of a document that stand under `<!-- example: NAME -->`. */
function examplesIn(document: string): Map<string, string> {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const marked = text.matchAll(/^<!-- example: (\S+) -->\n```\w+\n([^]*?)^```$/gm);
  return new Map(Array.from(marked, ([, name = '', code = '']) => [name, code]));
}

/** The project that the README tells to make, with what docs/fleet.md adds to it. */
function chatProject() {
  const directory = temporaryDirectory();
  const inside = (name: string): string => join(directory.path, name);
  writeFileSync(inside('package.json'), '{ "type": "module" }');
  for (const document of ['README.md', 'docs/fleet.md']) {
    for (const [name, code] of examplesIn(document)) writeFileSync(inside(name), code);
  }
  for (const [name, place] of Object.entries(INSTALLED)) {
    const link = inside(join('node_modules', name));
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, place), link);
  }
  return directory;
}

/** The README's client in a process of its own; killed when it is disposed of. */
function startClient(cwd: string, { url, name }: { url: string; name: string }) {
  const child = spawn(process.execPath, [SOURCE, 'client.ts', name], {
    cwd,
    env: { ...process.env, BELFRY_URL: url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    lines,
    say: (text: string) => child.stdin.write(`${text}\n`),
    leave: async () => {
      child.stdin.end();
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the README’s project', () => {
  test('has the right types', { timeout: 60_000 }, async () => {
    using project = chatProject();
    const compilerOptions = {
      noEmit: true,
      lib: ['es2024', 'esnext.disposable', 'esnext.collection', 'esnext.iterator', 'dom'],
    };
    const config = {
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions,
      include: ['*.ts'],
    };
    writeFileSync(join(project.path, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const check = promisify(execFile)(process.execPath, [tsc, '-p', project.path]);
    const { stdout } = await check.catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  test('lets two people chat', { timeout: 60_000 }, async () => {
    using project = chatProject();
    await using server = spawnBelfry(['start', '--port', '0'], { cwd: project.path });
    const url = await server.url();
    await using ann = startClient(project.path, { url, name: 'Ann' });
    const patience = { timeout: 20_000 };
    await expect.poll(() => ann.lines.at(-1), patience).toBe('[Ann] ');
    await using bob = startClient(project.path, { url, name: 'Bob' });
    await expect.poll(() => ann.lines.at(-1), patience).toMatch(/^\[(Ann, Bob|Bob, Ann)\] $/);
    ann.say('Hello');
    await expect.poll(() => bob.lines.at(-1), patience).toMatch(/\] Ann: Hello$/);
    bob.say('Hello yourself');
    await expect.poll(() => ann.lines.at(-1), patience).toMatch(/\] Bob: Hello yourself$/);
    expect(await bob.leave()).toBe(0);
    await expect.poll(() => ann.lines.at(-1), patience).toBe('[Ann] Bob: Hello yourself');
    expect(await ann.leave()).toBe(0);
  });
});

/** Every piece of code in a document: what stands in backquotes, and each line of its blocks. */
function codeIn(text: string): string[] {
  const blocks = text.matchAll(/^```(?:sh|bash)?\n([^]*?)^```$/gm);
  const lines = Array.from(blocks, ([, block = '']) => block.split('\n')).flat();
  const spans = text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g);
  return [...lines, ...Array.from(spans, ([, span = '']) => span)];
}

const documents = globSync(['*.md', 'docs/**/*.md', '{packages,examples}/*/*.md'], { cwd: ROOT });

/** `[document, code]` for all code that matches. */
function codeWith(pattern: RegExp): [string, string][] {
  return documents.flatMap((document) =>
    codeIn(readFileSync(join(ROOT, document), 'utf8'))
      .filter((code) => pattern.test(code))
      .map((code): [string, string] => [document, code]),
  );
}

/** What is wrong with `belfry WORDS…` as a document writes it: `actors ls|show`, `start --role beacon …`. */
function problemsOf(words: readonly string[]): string[] {
  const [group = '', names = ''] = words;
  return names.split('|').flatMap((name) => {
    const command =
      COMMANDS.find(({ path }) => path.join(' ') === `${group} ${name}`) ??
      COMMANDS.find(({ path }) => path.join(' ') === group);
    if (command === undefined) {
      const isGroup = COMMANDS.some(({ path }) => path[0] === group);
      return isGroup && !/^[a-z]/.test(name) ? [] : [`there is no belfry ${group} ${name}`];
    }
    const flags = words.filter((word) => word.startsWith('--') && word.length > 2);
    return flags.flatMap((flag) => {
      const [flagName = ''] = flag.slice(2).split('=');
      const known = command.flags.some((spec) => spec.name === flagName) || flagName === 'help';
      return known ? [] : [`belfry ${command.path.join(' ')} has no ${flag}`];
    });
  });
}

describe('a command that a document names exists:', () => {
  const npm =
    /\bnpm (?:run (?<run>[\w:-]+)|(?<own>start|test)\b)(?: --workspace (?<of>[\w@/-]+))?/g;
  const belfry = /(?:^|[\s(])belfry (?:-- )?(?<words>[a-z][^#;&)]*)/g;

  test('npm scripts', () => {
    const missing = codeWith(new RegExp(npm.source)).flatMap(([document, code]) =>
      Array.from(code.matchAll(npm)).flatMap(({ groups = {} }) => {
        const place = groups['of'] === undefined ? '.' : join('packages', groups['of']);
        const file = join(ROOT, place, 'package.json');
        const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: object };
        const name = groups['run'] ?? groups['own'] ?? '';
        return name in scripts ? [] : [`${document}: ${code}`];
      }),
    );
    expect(missing).toEqual([]);
  });

  test('commands of belfry, with their flags', () => {
    const found = codeWith(new RegExp(belfry.source));
    expect(found.length).toBeGreaterThan(10);
    const problems = found.flatMap(([document, code]) =>
      Array.from(code.matchAll(belfry)).flatMap(({ groups = {} }) =>
        problemsOf((groups['words'] ?? '').trim().split(/\s+/)).map((of) => `${document}: ${of}`),
      ),
    );
    expect(problems).toEqual([]);
  });
});
