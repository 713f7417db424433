import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';

const fileSchema = z.object({
  token: z.string().min(32),
  random: z.string().min(32),
  admin: z.string().min(32),
});

/** Secrets that Belfry made itself. */
export type GeneratedSecrets = z.output<typeof fileSchema>;

const make = (): string => randomBytes(32).toString('base64url');

function read(file: string): GeneratedSecrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(
      [
        `${file}: it cannot be read: ${(error as Error).message}. Let this user read it, or choose another data directory (--data-dir).`,
      ],
      {
        cause: error,
      },
    );
  }
  // Whoever made it readable for others, by a copy or a backup, is corrected.
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (error) {
    // Making new ones would silently log out everybody.
    throw new ConfigError(
      [
        `${file}: it is damaged. Restore it, or remove it to have new secrets made (all tokens then end).`,
      ],
      { cause: error },
    );
  }
}

/** The secrets that were generated into a data directory before, if any were. Throws a `ConfigError` for a file that is damaged. */
export function presentSecrets(dataDir: string): GeneratedSecrets | undefined {
  return read(join(dataDir, 'secrets.json'));
}

/** The generated secrets of a data directory; made now if there are none. Only the owner can read the file. */
export function generatedSecrets(dataDir: string): GeneratedSecrets {
  const file = join(dataDir, 'secrets.json');
  const present = read(file);
  if (present !== undefined) return present;
  const secrets: GeneratedSecrets = { token: make(), random: make(), admin: make() };
  const draft = join(dataDir, `.secrets-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  } catch (error) {
    throw new ConfigError(
      [`data_dir: ${dataDir} cannot be written: ${(error as Error).message}.`],
      {
        cause: error,
      },
    );
  }
  try {
    // A link is made once or not at all, so processes that start together agree on one file.
    linkSync(draft, file);
  } catch (error) {
    // Some file systems have no links.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  return read(file) ?? secrets;
}
