import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads a code that imports nothing, as nodes do. */
export async function evaluateModule(code: string): Promise<Record<string, unknown>> {
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
