/** Pythons with packages, each in a virtual environment that is made once and kept. */
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/python', import.meta.url));

/**
 * The interpreter of an environment with these packages. Resolves with an Error that says why there is none. Takes at most about three
 * minutes, and no time once it is there.
 *
 * @param packages as pip takes them, with their versions: `cent==5.2.0`
 * @param modules what is imported to see whether they work
 */
export async function pythonWith(
  packages: readonly string[],
  modules: readonly string[],
): Promise<string | Error> {
  const home = join(CACHE, packages.join('+').replaceAll('==', '-'));
  const python = join(home, 'bin', 'python');
  if (await works(python, modules)) return python;
  // Two runs at once do not disturb each other: the one that is done last finds the other's in place.
  const building = `${home}.${process.pid}`;
  try {
    await mkdir(CACHE, { recursive: true });
    await run('python3', ['-m', 'venv', building], { timeout: 60_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
    await run(join(building, 'bin', 'python'), pip, { timeout: 120_000 });
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
    if (await works(python, modules)) return python;
    throw new Error(`${packages.join(' ')}: is installed and cannot be imported`);
  } catch (error) {
    return error as Error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function works(python: string, modules: readonly string[]): Promise<boolean> {
  try {
    await access(python);
    await run(python, ['-c', `import ${modules.join(', ')}`], { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}
