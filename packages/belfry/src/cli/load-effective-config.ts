import { fromEnvironment } from '../config/assignment.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfigFile } from '../config/load-config-file.ts';
import { type EffectiveConfig, resolveConfig } from '../config/resolve-config.ts';
import { flagText, type Invocation } from './command.ts';

/** The config of an invocation, from all its sources, and what should be said about the environment. Throws a `ConfigError`. */
export async function loadEffectiveConfig(
  invocation: Invocation,
): Promise<EffectiveConfig & { readonly warnings: readonly string[] }> {
  const workingDirectory = process.cwd();
  const { assignments, problems, warnings } = fromEnvironment(process.env);
  if (problems.length > 0) throw new ConfigError(problems);
  const wanted = flagText(invocation, 'config') ?? process.env['BELFRY_CONFIG'];
  const file = await loadConfigFile(wanted === '' ? undefined : wanted, workingDirectory);
  const effective = resolveConfig({
    file,
    environment: assignments,
    flags: invocation.assignments,
    workingDirectory,
  });
  for (const name of file?.ignored ?? []) {
    warnings.push(`${name}: it is ignored, for there is ${file?.name}.`);
  }
  return { ...effective, warnings: [...warnings, ...effective.warnings] };
}
