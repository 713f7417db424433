import { resolve } from 'node:path';
import { type Assignment, assign } from './assignment.ts';
import { ConfigError } from './config-error.ts';
import { explainIssue, pathText } from './explain-issue.ts';
import type { ConfigFile } from './load-config-file.ts';
import { fromCentrifugo } from './from-centrifugo.ts';
import { type NamespaceInput, withDefaultNamespaces } from './namespace-schema.ts';
import { brokenRules, doubtsAbout } from './rules.ts';
import { type BelfryConfig, configSchema, type ResolvedConfig } from './schema.ts';
import { copyTree, isTree, valueAt, type Tree } from './tree.ts';
import { ALL_FIELDS, type Field } from './walk-schema.ts';

/** Where values come from, the weakest first. */
export interface ConfigSources {
  readonly file?: ConfigFile | undefined;
  readonly environment?: readonly Assignment[];
  readonly flags?: readonly Assignment[];
  /** What relative paths that do not come from the file are relative to. */
  readonly workingDirectory: string;
}

/** One field as it is in force. `value` is as it would be written in a file. */
export interface EffectiveValue {
  readonly field: Field;
  readonly value: unknown;
  /** `default`, the file's name, the variable or the flag. */
  readonly origin: string;
}

/** A checked config with the history of its values. */
export interface EffectiveConfig {
  readonly config: ResolvedConfig;
  /** The same as it would be written in a file, with every default filled in. */
  readonly written: BelfryConfig;
  readonly values: readonly EffectiveValue[];
  /** What of the file changes nothing here. */
  readonly warnings: readonly string[];
  /** Where the value of a field came from. */
  originOf(path: string): string;
  /** The directory that relative paths in a field are relative to. */
  baseOf(path: string): string;
}

function addDefaultNamespaces(tree: Tree): void {
  const given = valueAt(tree, 'channel.namespaces') ?? [];
  // Anything else is for the schema to refuse.
  if (!Array.isArray(given)) return;
  assign(tree, {
    path: 'channel.namespaces',
    value: withDefaultNamespaces(given as NamespaceInput[], {
      fleet: valueAt(tree, 'fleet.enabled') === true,
    }),
    origin: 'default',
  });
}

function writtenConfig(tree: Tree, values: readonly EffectiveValue[]): BelfryConfig {
  const written = copyTree(tree);
  for (const { field, value, origin } of values) {
    if (value !== undefined && valueAt(written, field.path) === undefined) {
      assign(written, { path: field.path, value, origin });
    }
  }
  return written;
}

/** Merges the sources (flags over environment over file over defaults) and checks the result. Throws a `ConfigError`. */
export function resolveConfig(sources: ConfigSources): EffectiveConfig {
  const { file, environment = [], flags = [], workingDirectory } = sources;
  if (file !== undefined && !isTree(file.values)) {
    throw new ConfigError([`${file.name}: the config must be an object.`]);
  }
  const adapted = fromCentrifugo((file?.values ?? {}) as Tree, file?.name ?? '');
  const tree = copyTree(adapted.values);
  const origins = new Map<string, string>();
  for (const assignment of [...environment, ...flags]) {
    assign(tree, assignment);
    origins.set(assignment.path, assignment.origin);
  }
  const originOf = (path: string): string => {
    const [field = path] = path.split('[');
    const given = origins.get(field);
    if (given !== undefined) return given;
    return file !== undefined && valueAt(adapted.values, field) !== undefined
      ? file.name
      : 'default';
  };
  const baseOf = (path: string): string =>
    file !== undefined && originOf(path) === file.name ? file.directory : workingDirectory;

  const values = ALL_FIELDS.map((field): EffectiveValue => {
    const value = valueAt(tree, field.path) ?? field.fallback;
    return { field, value, origin: originOf(field.path) };
  });

  addDefaultNamespaces(tree);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success || adapted.problems.length > 0) {
    const issues = parsed.error?.issues ?? [];
    const isUsage =
      adapted.problems.length === 0 &&
      issues.every(({ path }) => {
        const steps = path.filter((step) => typeof step !== 'symbol');
        return originOf(pathText(steps)).startsWith('--');
      });
    throw new ConfigError(
      [
        ...adapted.problems,
        ...issues.flatMap((issue) =>
          explainIssue(issue, tree, (path) => {
            const origin = originOf(path);
            return origin === 'default' ? (file?.name ?? 'default') : origin;
          }),
        ),
      ],
      { isUsage },
    );
  }
  // Where Centrifugo is the Beacon, no process of ours is, unless somebody says so: then a rule says why not.
  if (parsed.data.beacon === 'centrifugo' && originOf('roles') === 'default') {
    parsed.data.roles = parsed.data.roles.filter((role) => role !== 'beacon');
  }
  // Where there is no fleet, a Sentinel has nothing to do; one that is nothing else is refused by a rule.
  if (!parsed.data.fleet.enabled && parsed.data.roles.length > 1) {
    parsed.data.roles = parsed.data.roles.filter((role) => role !== 'sentinel');
  }
  const problems = brokenRules(parsed.data);
  if (problems.length > 0) throw new ConfigError(problems);
  const { data_dir: dataDir, portal } = parsed.data;
  const config: ResolvedConfig = {
    ...parsed.data,
    data_dir: resolve(baseOf('data_dir'), dataDir),
    portal: {
      ...portal,
      dir: portal.dir === undefined ? undefined : resolve(baseOf('portal.dir'), portal.dir),
    },
  };
  const warnings = [...adapted.warnings, ...doubtsAbout(config)];
  return { config, written: writtenConfig(tree, values), values, warnings, originOf, baseOf };
}
