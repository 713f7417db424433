import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Where a program is: the first of the directories of `path` (a PATH) that has it. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const dir of path.split(delimiter)) {
    if (dir !== '' && (await isProgram(join(dir, name)))) return join(dir, name);
  }
  return undefined;
}

/** Why a program cannot be started: it is in none of the directories of `path` (a PATH). `null`: it can. */
export async function whyNoProgram(name: string, path: string): Promise<string | null> {
  if ((await findProgram(name, path)) !== undefined) return null;
  return `${name} is not installed (install it with "apt-get install ${name}" or "brew install ${name}")`;
}
