import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './config-error.ts';
import { loadProblem } from './load-problem.ts';

/** What is looked for in the working directory, in this order. */
export const CONFIG_FILES = [
  'belfry.config.ts',
  'belfry.config.mts',
  'belfry.config.js',
  'belfry.config.mjs',
  'belfry.config.json',
  'belfry.config.yaml',
  'belfry.config.yml',
  'belfry.config.toml',
] as const;

/** The formats of files that are not modules, and what reads them. The readers are loaded when they are needed. */
const FORMATS: readonly {
  readonly name: string;
  readonly ending: RegExp;
  readonly parse: (text: string) => Promise<unknown>;
}[] = [
  { name: 'JSON', ending: /\.json$/, parse: async (text) => JSON.parse(text) as unknown },
  {
    name: 'YAML',
    ending: /\.ya?ml$/,
    parse: async (text) => {
      const { parse } = await import('yaml');
      // Aliases that grow without end are refused by the reader itself.
      return (parse(text) ?? {}) as unknown;
    },
  },
  {
    name: 'TOML',
    ending: /\.toml$/,
    parse: async (text) => {
      const { parse } = await import('smol-toml');
      return parse(text);
    },
  },
];

/** A config file as it was read; nothing in it has been checked. */
export interface ConfigFile {
  /** As people would name it: relative to the working directory where that is shorter. */
  readonly name: string;
  /** The directory that paths in it are relative to. */
  readonly directory: string;
  readonly values: unknown;
  /** Others that were found and are not read. */
  readonly ignored?: readonly string[];
}

async function parseData(text: string, name: string): Promise<unknown> {
  const format = FORMATS.find(({ ending }) => ending.test(name));
  if (format === undefined) {
    throw new ConfigError([
      `--config: ${name} must end in .ts, .js, .mjs, .json, .yaml, .yml or .toml.`,
    ]);
  }
  try {
    return await format.parse(text);
  } catch (error) {
    const [problem = ''] = (error as Error).message.split('\n');
    throw new ConfigError([`${name}: not ${format.name}: ${problem.replace(/[:.]$/, '')}.`], {
      cause: error,
    });
  }
}

async function importModule(file: string, name: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new ConfigError([`${name}: it could not be loaded: ${loadProblem(error, file)}`], {
      cause: error,
    });
  }
  if (module.default === undefined) {
    throw new ConfigError([
      `${name}: it has no default export; write \`export default defineConfig({ … })\`.`,
    ]);
  }
  return module.default;
}

/**
 * Reads the config file.
 *
 * @param given the file that was asked for; `undefined`: the first of `CONFIG_FILES` in `directory`, if there is one
 */
export async function loadConfigFile(
  given: string | undefined,
  directory: string,
): Promise<ConfigFile | undefined> {
  const [found, ...ignored] =
    given === undefined
      ? CONFIG_FILES.filter((candidate) => existsSync(join(directory, candidate)))
      : [given];
  if (found === undefined) return undefined;
  const file = resolve(directory, found);
  const short = relative(directory, file);
  const name = short.startsWith('..') ? file : short;
  if (!existsSync(file)) {
    throw new ConfigError([`--config: there is no file ${file}.`]);
  }
  if (statSync(file).isDirectory()) {
    throw new ConfigError([`--config: ${file} is a directory; name the file in it.`]);
  }
  const isModule = /\.[cm]?[jt]s$/.test(file);
  const values = isModule
    ? await importModule(file, name)
    : await parseData(readFileSync(file, 'utf8'), name);
  return { name, directory: dirname(file), values, ignored };
}
