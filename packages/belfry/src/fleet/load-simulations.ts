import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnySimulation, defineSimulation } from '@belfry/protocol';
import { ConfigError } from '../config/config-error.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import { locateModule } from '../run/load-actors.ts';
import { bundleModule, bundleSimulation, type SimulationBundle } from './bundle-simulations.ts';

/** A simulation with its code. */
export interface LoadedSimulation extends SimulationBundle {
  readonly name: string;
  /** Made of `code` itself, so that it is what nodes run. */
  readonly simulation: AnySimulation;
}

/** Loads a code as nodes do. */
async function evaluate(code: string): Promise<Record<string, unknown>> {
  // From a file, so that the frames of its errors are readable.
  const directory = await mkdtemp(join(tmpdir(), 'belfry-simulation-'));
  try {
    const file = join(directory, 'simulation.mjs');
    await writeFile(file, code);
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function looksLikeSimulation(value: unknown): value is AnySimulation {
  if (typeof value !== 'object' || value === null) return false;
  const { plan, run } = value as Partial<AnySimulation>;
  return typeof plan === 'function' && typeof run === 'function';
}

/** The names under which a module exports simulations, each simulation once. */
async function exportsOf(file: string): Promise<string[]> {
  const { all } = await evaluate(await bundleModule(file));
  const found = new Map<unknown, string>();
  for (const [name, value] of Object.entries(all as object)) {
    if (looksLikeSimulation(value) && !found.has(value)) found.set(value, name);
  }
  if (found.size === 0) {
    throw new Error('it exports no simulation; export what defineSimulation returns');
  }
  return [...found.values()];
}

async function simulationsIn(file: string): Promise<LoadedSimulation[]> {
  const names = await exportsOf(file);
  return Promise.all(
    names.map(async (exportName) => {
      const bundle = await bundleSimulation(file, exportName);
      const { default: value } = await evaluate(bundle.code);
      // It may have been written without.
      const simulation = defineSimulation(value as AnySimulation);
      return { ...bundle, name: simulation.name, simulation };
    }),
  );
}

/** The simulations that the config names, bundled, in its order. Throws a `ConfigError`. */
export async function loadSimulations(
  effective: Pick<EffectiveConfig, 'config' | 'baseOf'>,
): Promise<LoadedSimulation[]> {
  const { config, baseOf } = effective;
  const byName = new Map<string, LoadedSimulation>();
  const problems: string[] = [];
  for (const [i, entry] of config.fleet.simulations.entries()) {
    try {
      const file = locateModule(entry, baseOf('fleet.simulations'));
      for (const loaded of await simulationsIn(file)) {
        if (byName.has(loaded.name)) {
          throw new Error(`the simulation "${loaded.name}" is defined twice; names must differ`);
        }
        byName.set(loaded.name, loaded);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`fleet.simulations[${i}] ("${entry}"): ${why}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...byName.values()];
}
