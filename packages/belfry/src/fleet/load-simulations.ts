import { type AnySimulation, defineSimulation } from '@belfry/protocol';
import { ConfigError } from '../config/config-error.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import { locateModule } from '../run/load-actors.ts';
import { bundleFiles } from './bundle-files.ts';
import type { BundleReply } from './bundle-process.ts';
import { evaluateModule } from './evaluate-module.ts';
import { versionOf } from './simulation-version.ts';

/** A simulation with its code. */
export interface LoadedSimulation {
  readonly name: string;
  /** `sha256-` and the 64 hexadecimal digits of the SHA-256 of `code` in UTF-8. */
  readonly version: string;
  /** One ES module that imports nothing, whose default export is the simulation. */
  readonly code: string;
  /** Made of `code` itself, so that it is what nodes run. */
  readonly simulation: AnySimulation;
}

async function simulationOf(code: string): Promise<LoadedSimulation> {
  const { default: value } = await evaluateModule(code);
  // It may have been written without.
  const simulation = defineSimulation(value as AnySimulation);
  return { name: simulation.name, version: versionOf(code), code, simulation };
}

async function simulationsIn(reply: BundleReply | undefined): Promise<LoadedSimulation[]> {
  if (reply === undefined) throw new Error('it was not bundled');
  if ('problem' in reply) throw new Error(reply.problem);
  return Promise.all(reply.codes.map(simulationOf));
}

/** The simulations that the config names, bundled, in its order. Throws a `ConfigError`. */
export async function loadSimulations(
  effective: Pick<EffectiveConfig, 'config' | 'baseOf'>,
): Promise<LoadedSimulation[]> {
  const { config, baseOf } = effective;
  const byName = new Map<string, LoadedSimulation>();
  const problems: string[] = [];
  const entries = config.fleet.simulations;
  /** Tells what is wrong with an entry of the config. */
  const attempt = async (i: number, work: () => Promise<void> | void): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`fleet.simulations[${i}] ("${entries[i]}"): ${why}.`);
    }
  };
  const files = new Map<number, string>();
  for (const [i, entry] of entries.entries()) {
    await attempt(i, () => {
      files.set(i, locateModule(entry, baseOf('fleet.simulations')));
    });
  }
  const replies = await bundleFiles([...new Set(files.values())]);
  for (const [i, file] of files) {
    await attempt(i, async () => {
      for (const loaded of await simulationsIn(replies.get(file))) {
        if (byName.has(loaded.name)) {
          throw new Error(`the simulation "${loaded.name}" is defined twice; names must differ`);
        }
        byName.set(loaded.name, loaded);
      }
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...byName.values()];
}
