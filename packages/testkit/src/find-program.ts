import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Why a program cannot be started: it is in none of the directories of `path` (a PATH). `null`: it can. */
export async function whyNoProgram(name: string, path: string): Promise<string | null> {
  for (const dir of path.split(delimiter)) {
    try {
      await access(join(dir, name), constants.X_OK);
      return null;
    } catch {
      // Not in this one.
    }
  }
  return `${name} is not installed (install it with "apt-get install ${name}" or "brew install ${name}")`;
}
