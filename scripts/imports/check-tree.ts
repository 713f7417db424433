import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, posix } from 'node:path';
import { importsOf } from './imports-of.ts';
import { impureGlobals } from './impure-globals.ts';
import { inexactMath } from './inexact-math.ts';
import { browserProblem, coreProblem, layerProblem, unitOfFile } from './layers.ts';
import type { Import } from './layers.ts';
import { parse } from './syntax.ts';
import type { Source } from './syntax.ts';

export type Rule = 'layers' | 'browser-safe' | 'sans-io' | 'exact' | 'length' | 'folder' | 'name';

export interface Violation {
  file: string;
  line: number;
  rule: Rule;
  message: string;
}

const TOPS = ['packages', 'apps', 'examples', 'bench', 'scripts'];
const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);
const REFUSED_FOLDERS = new Set(['helper', 'helpers', 'types', 'util', 'utils']);
const NAMED = /\.(ts|tsx|mts|js|mjs|css|html|lua|sql)$/;
const MEASURED = /\.(ts|tsx|mts|js|mjs|css|lua|sql)$/;
const PARSED = /\.(ts|tsx|mts|js|mjs)$/;
const TEST = /\.test(-d)?\.[a-z]+$/;
/** What only tests load, rigs and labs, and benchmarks. Nothing of it is built or published. */
const TEST_SUPPORT = /\/testing\/|-lab\.ts$|\.bench\.ts$/;
const KEBAB_FILE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const KEBAB_FOLDER = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_LINES = 600;
const MAX_TEST_LINES = 800;

interface Code {
  source: Source;
  imports: Import[];
}

/** Paths are relative to the root, with `/`. */
function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name) && !name.startsWith('.'))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? listFiles(root, path) : [path];
    })
    .sort();
}

function shapeProblems(file: string, text: string): Violation[] {
  const found: Violation[] = [];
  const add = (rule: Rule, message: string): number => found.push({ file, line: 1, rule, message });
  const folders = dirname(file).split('/');
  const refused = folders.find((name) => REFUSED_FOLDERS.has(name));
  if (refused !== undefined)
    add('folder', `group by feature: a folder named ${refused}/ is refused`);
  if (NAMED.test(file)) {
    const odd = folders.find((name) => !KEBAB_FOLDER.test(name));
    if (odd !== undefined) add('name', `folder ${odd}/ is not kebab-case`);
    if (!KEBAB_FILE.test(basename(file))) add('name', `${basename(file)} is not kebab-case`);
  }
  const limit = TEST.test(file) ? MAX_TEST_LINES : MAX_LINES;
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (MEASURED.test(file) && lines > limit)
    add('length', `${lines} lines, the ceiling is ${limit}`);
  return found;
}

function importProblems(file: string, { imports }: Code): Violation[] {
  const unit = unitOfFile(file);
  if (unit === undefined) return [];
  const importer = { file, unit, isTest: isTestCode(file) };
  return imports.flatMap((each): Violation[] => {
    const found: Violation[] = [];
    const add = (rule: Rule, message: string | undefined): void => {
      if (message !== undefined) found.push({ file, line: each.line, rule, message });
    };
    const target = each.specifier.startsWith('.')
      ? posix.join(posix.dirname(file), each.specifier)
      : undefined;
    add('layers', layerProblem(importer, each));
    add('browser-safe', browserProblem(importer, each, { isBuiltin, target }));
    // A test may start another package's program as a process; it does not load it.
    const startsProcess = each.isUrl && (importer.isTest || unit === 'bench');
    if (target !== undefined && !startsProcess) {
      const workspace = file
        .split('/')
        .slice(0, unit === 'bench' ? 1 : 2)
        .join('/');
      if (!target.startsWith(`${workspace}/`)) {
        add('layers', `${each.specifier} leaves the package: import it by the package's name`);
      }
    }
    return found;
  });
}

const isTestCode = (file: string): boolean => TEST.test(file) || TEST_SUPPORT.test(file);

const isCombat = (file: string): boolean => file.startsWith('examples/combat/src/');

/** Protocol and the combat simulator are cores as a whole; elsewhere a core is what stands under a folder of that name. */
function isCore(file: string): boolean {
  if (isTestCode(file)) return false;
  return file.startsWith('packages/protocol/src/') || isCombat(file) || /\/core\//.test(file);
}

/**
 * The core files, and what they reach by relative imports that exist at run time: a core is no purer than what
 * it loads. The value is the core file it was reached from.
 */
function coreClosure(codes: ReadonlyMap<string, Code>): Map<string, string> {
  const reached = new Map<string, string>();
  const visit = (file: string, from: string): void => {
    const code = codes.get(file);
    if (code === undefined || reached.has(file)) return;
    reached.set(file, from);
    for (const { specifier, typeOnly } of code.imports) {
      if (!typeOnly && specifier.startsWith('.')) {
        visit(posix.join(posix.dirname(file), specifier), from);
      }
    }
  };
  const cores = [...codes.keys()].filter(isCore);
  // Themselves first, so that a core file is never said to be reached from another.
  for (const file of cores) if (!reached.has(file)) visit(file, file);
  for (const file of cores) reached.set(file, file);
  return reached;
}

function coreProblems(codes: ReadonlyMap<string, Code>): Violation[] {
  return [...coreClosure(codes)].flatMap(([file, from]) => {
    const code = codes.get(file);
    if (code === undefined) return [];
    const suffix = from === file ? '' : ` (loaded by the core file ${from})`;
    const imported = code.imports.flatMap((each): Violation[] => {
      const problem = coreProblem(each, isBuiltin);
      // A type that a core only sees through another file does it no harm.
      if (problem === undefined || (each.typeOnly && from !== file)) return [];
      return [{ file, line: each.line, rule: 'sans-io', message: problem + suffix }];
    });
    const used = impureGlobals(code.source).map(({ what, line }): Violation => ({
      file,
      line,
      rule: 'sans-io',
      message: `a core takes time and randomness as arguments: no ${what}${suffix}`,
    }));
    return [...imported, ...used];
  });
}

/** What the combat simulator does must be the same to the bit in every engine. */
function exactProblems(codes: ReadonlyMap<string, Code>): Violation[] {
  return [...codes].flatMap(([file, { source }]) => {
    if (!isCombat(file) || isTestCode(file)) return [];
    return inexactMath(source).map(({ what, line }): Violation => ({
      file,
      line,
      rule: 'exact',
      message: `${what} is not the same in every engine`,
    }));
  });
}

/** Checks the tree under `root` against the import rules, the core rules and the file rules. */
export function checkTree(root: string): Violation[] {
  const tops = TOPS.filter((top) => existsSync(join(root, top)));
  const files = tops.flatMap((top) => listFiles(root, top));
  const codes = new Map<string, Code>();
  const found: Violation[] = [];
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    found.push(...shapeProblems(file, text));
    if (!PARSED.test(file)) continue;
    const source = parse(file, text);
    const code = { source, imports: importsOf(source) };
    codes.set(file, code);
    found.push(...importProblems(file, code));
  }
  return [...found, ...coreProblems(codes), ...exactProblems(codes)];
}
