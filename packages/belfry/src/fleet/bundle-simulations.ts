import { isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';
import type { Plugin } from 'rolldown';

const ENTRY = '\0belfry-simulation';

/** Where this very file is TypeScript, so are the packages of the workspace. */
const IS_SOURCE = import.meta.filename.endsWith('.ts');

/** What is bundled: all that a module exports, or one of its exports. */
interface Wanted {
  readonly file: string;
  /** `undefined`: all of it. */
  readonly exportName?: string;
}

function entryText({ file, exportName }: Wanted): string {
  const from = JSON.stringify(file);
  return exportName === undefined
    ? `export * as all from ${from};`
    : `import { ${JSON.stringify(exportName)} as simulation } from ${from}; export default simulation;`;
}

/** Built-ins stay imports, and their importers are noted. */
function builtins(importers: Map<string, string>): Plugin {
  return {
    name: 'belfry-builtins',
    resolveId(source, importer) {
      if (!isBuiltin(source)) return null;
      importers.set(source, importer ?? '');
      return { id: source, external: true };
    },
  };
}

/** The text of a literal, also between back-ticks; `''`: it is none. */
function literalOf(node: object): string {
  const { value, quasis } = node as {
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
  };
  if (typeof value === 'string') return value;
  return quasis?.length === 1 ? (quasis[0]?.value.cooked ?? '') : '';
}

/** What a code imports when it is loaded or while it runs; `''`: something that only shows when it runs. */
async function importsOf(code: string): Promise<string[]> {
  // Reading all of it takes long; most say nothing of the kind.
  if (!/\b(?:import|from)\b/.test(code)) return [];
  const { parseAst } = await import('rolldown/parseAst');
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each);
      return;
    }
    const { type, source } = node as { readonly type?: unknown; readonly source?: unknown };
    if (
      typeof type === 'string' &&
      /^(Import|Export)/.test(type) &&
      typeof source === 'object' &&
      source !== null
    ) {
      found.add(literalOf(source));
    }
    for (const each of Object.values(node)) visit(each);
  };
  visit(parseAst(code));
  return [...found];
}

/** Throws when a code needs what browsers do not have. */
async function checkImports(
  code: string,
  { importers, file }: { readonly importers: ReadonlyMap<string, string>; readonly file: string },
): Promise<void> {
  const problems = (await importsOf(code)).map((name) => {
    const importer = importers.get(name) ?? file;
    const what = name === '' ? 'something while it runs' : name;
    return importer === file ? what : `${what} (${importer})`;
  });
  if (problems.length === 0) return;
  throw new Error(
    `it imports ${problems.join(', ')}, which browsers do not have; a simulation must run in them too: let it compute, and nothing else`,
  );
}

async function bundle(wanted: Wanted): Promise<string> {
  // Loaded when there is something to bundle: it is large.
  const { rolldown } = await import('rolldown');
  const importers = new Map<string, string>();
  const { file } = wanted;
  const build = await rolldown({
    input: { simulation: ENTRY },
    cwd: dirname(file),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'silent',
    tsconfig: false,
    resolve: {
      conditionNames: [...(IS_SOURCE ? ['@belfry/source'] : []), 'browser', 'import', 'default'],
    },
    // A bundle says nothing of the machine that it was made on: its hash is its version.
    experimental: { attachDebugInfo: 'none' },
    // Of built-ins, what nobody uses is left out.
    treeshake: { moduleSideEffects: [{ test: /^/, external: true, sideEffects: false }] },
    plugins: [
      {
        name: 'belfry-entry',
        resolveId: (source) => (source === ENTRY ? ENTRY : null),
        load: (id) => (id === ENTRY ? entryText(wanted) : null),
      },
      builtins(importers),
    ],
  });
  try {
    const { output } = await build.generate({
      format: 'esm',
      codeSplitting: false,
      minify: true,
      comments: { legal: true },
      sourcemap: false,
    });
    const [chunk, ...more] = output;
    if (more.length > 0) throw new Error('it does not fit into one module');
    // Of a whole module, some may be for other things than simulations.
    if (wanted.exportName !== undefined) await checkImports(chunk.code, { importers, file });
    return chunk.code;
  } finally {
    await build.close();
  }
}

/** Bundles a whole module, to find what it exports: its export `all` has it. */
export function bundleModule(file: string): Promise<string> {
  return told(file, bundle({ file }));
}

/** Bundles one simulation: gives a module that imports nothing. Throws an `Error` that says what is wrong with its code. */
export function bundleSimulation(file: string, exportName: string): Promise<string> {
  return told(file, bundle({ file, exportName }));
}

/** Errors of the bundler have pages of text and colours; the first lines say it. */
async function told<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { message } = error as Error;
    // oxlint-disable-next-line no-control-regex
    const plain = message.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll('\0', '');
    const lines = plain.split('\n').filter((line) => line.trim() !== '');
    throw new Error(`${basename(file)}: ${lines.slice(0, 6).join('\n')}`, { cause: error });
  }
}
