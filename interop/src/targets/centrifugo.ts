import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startServer } from './server-process.ts';
import type { Target } from './target.ts';

const run = promisify(execFile);

const MODULE = 'github.com/centrifugal/centrifugo/v6@latest';
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/interop/go', import.meta.url));

/** How long `go install` may take, in ms. */
const BUILD_LIMIT_MS = 10 * 60_000;

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function onPath(name: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(directory, name);
    if (directory !== '' && (await isExecutable(file))) return file;
  }
  return undefined;
}

/** The last line of what failed: the reason, without the path that led to it. */
function reason(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  const lines = (stderr.trim() === '' ? message : stderr).trim().split('\n');
  return (lines.at(-1) ?? '').trim();
}

/**
 * A Centrifugo v6: what CENTRIFUGO_BIN names, else `centrifugo` on the PATH, else one that `go install` builds once and
 * that is kept. Resolves with an Error that says why there is none.
 */
export async function findCentrifugo(): Promise<string | Error> {
  const named = process.env['CENTRIFUGO_BIN'];
  if (named !== undefined && named !== '') {
    return (await isExecutable(named))
      ? named
      : new Error(`CENTRIFUGO_BIN: ${named} cannot be run`);
  }
  const found = await onPath('centrifugo');
  if (found !== undefined) return found;
  const built = join(CACHE, 'centrifugo');
  if (await isExecutable(built)) return built;
  if ((await onPath('go')) === undefined) {
    return new Error('CENTRIFUGO_BIN is not set, and neither centrifugo nor go is on the PATH');
  }
  try {
    await mkdir(CACHE, { recursive: true });
    const env = { ...process.env, GOBIN: CACHE };
    await run('go', ['install', MODULE], { env, timeout: BUILD_LIMIT_MS });
    return built;
  } catch (error) {
    return new Error(`go install ${MODULE}: ${reason(error)}`, { cause: error });
  }
}

/** What it says that it is, or an Error when it is no Centrifugo. */
export async function versionOf(binary: string): Promise<string | Error> {
  try {
    const { stdout } = await run(binary, ['version'], { timeout: 30_000 });
    const line = stdout.trim().split('\n')[0] ?? '';
    return /centrifugo/i.test(line) ? line : new Error(`${binary} says that it is ${line}`);
  } catch (error) {
    return new Error(`${binary} version: ${reason(error)}`, { cause: error });
  }
}

export function centrifugo(binary: string): Target {
  return {
    name: 'centrifugo',
    start: (configFile) =>
      startServer({
        command: binary,
        args: ['--config', configFile],
        portVariable: 'CENTRIFUGO_HTTP_SERVER_PORT',
      }),
  };
}
