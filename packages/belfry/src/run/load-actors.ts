import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyActorDefinition } from '@belfry/actors';
import { ConfigError } from '../config/config-error.ts';
import { loadProblem } from '../config/load-problem.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';

function isDefinition(value: unknown): value is AnyActorDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { kind?: unknown }).kind === 'string' &&
    typeof (value as { spec?: unknown }).spec === 'object'
  );
}

/** The file that `given`, a path or the name of a package, stands for. */
export function locateModule(given: string, directory: string): string {
  const file = resolve(directory, given);
  if (existsSync(file)) return file;
  if (/^\.{0,2}\//.test(given)) throw new Error(`there is no file ${file}`);
  try {
    return createRequire(join(directory, 'index.js')).resolve(given);
  } catch (error) {
    throw new Error(`there is no file ${file} and no package "${given}"`, { cause: error });
  }
}

async function definitionsIn(file: string): Promise<AnyActorDefinition[]> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`it could not be loaded: ${loadProblem(error, file)}`, { cause: error });
  }
  const found = new Set<AnyActorDefinition>();
  for (const value of Object.values(module).flat()) if (isDefinition(value)) found.add(value);
  if (found.size === 0) throw new Error('it exports no actor; export what defineActor returns');
  return [...found];
}

/**
 * The definitions that the config names, in its order. Throws a `ConfigError`.
 *
 * @param fleet those of the fleet, which follow
 */
export async function loadActors(
  effective: EffectiveConfig,
  fleet: readonly AnyActorDefinition[] = [],
): Promise<AnyActorDefinition[]> {
  const { config, baseOf } = effective;
  const byKind = new Map<string, AnyActorDefinition>();
  const problems: string[] = [];
  for (const [i, entry] of config.actors.entries()) {
    try {
      const definitions =
        typeof entry === 'string'
          ? await definitionsIn(locateModule(entry, baseOf('actors')))
          : [entry];
      for (const definition of definitions) {
        const other = byKind.get(definition.kind);
        if (other !== undefined && other !== definition) {
          throw new Error(`the kind "${definition.kind}" is defined twice; kinds must differ`);
        }
        byKind.set(definition.kind, definition);
      }
    } catch (error) {
      const name = typeof entry === 'string' ? `actors[${i}] ("${entry}")` : `actors[${i}]`;
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
  for (const { kind } of fleet) {
    if (!byKind.has(kind)) continue;
    problems.push(
      `actors: the kind "${kind}" is one of the fleet's own; give yours another name, or set fleet.enabled to false.`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...byKind.values(), ...fleet];
}
