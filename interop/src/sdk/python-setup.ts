/** centrifuge-python in a virtual environment of its own, made once and kept. */
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PYTHON_SDK = 'centrifuge-python==0.7.0';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/interop', import.meta.url));

export interface PythonSetup {
  /** The interpreter that has the SDK. */
  readonly python: string;
}

/** Resolves with an Error that says why there is none. Takes at most about three minutes. */
export async function setUpPython(): Promise<PythonSetup | Error> {
  const home = join(CACHE, PYTHON_SDK.replace('==', '-'));
  const python = join(home, 'bin', 'python');
  if (await works(python)) return { python };
  // Two runs at once do not disturb each other: the one that is done last finds the other's in place.
  const building = `${home}.${process.pid}`;
  try {
    await mkdir(CACHE, { recursive: true });
    await run('python3', ['-m', 'venv', building], { timeout: 60_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PYTHON_SDK];
    await run(join(building, 'bin', 'python'), pip, { timeout: 120_000 });
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
    if (await works(python)) return { python };
    throw new Error(`${PYTHON_SDK} is installed and cannot be imported`);
  } catch (error) {
    return error as Error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function works(python: string): Promise<boolean> {
  try {
    await access(python);
    await run(python, ['-c', 'import centrifuge'], { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}
