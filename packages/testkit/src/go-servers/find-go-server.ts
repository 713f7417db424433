import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, isProgram } from '../find-program.ts';
import { withLock } from './with-lock.ts';

const run = promisify(execFile);

/** A server written in Go that we are tested with or measured against. */
export interface GoServer {
  /** Of its binary. */
  readonly name: string;
  /** The environment variable that names a binary to take. */
  readonly variable: string;
  /** What `go install` is given. */
  readonly module: string;
  /** Of `module`; what is found elsewhere may have another one. */
  readonly version: string;
  /** The argument on which it prints its version. */
  readonly ask: string;
}

export const CENTRIFUGO: GoServer = {
  name: 'centrifugo',
  variable: 'CENTRIFUGO_BIN',
  module: 'github.com/centrifugal/centrifugo/v6',
  version: 'v6.9.1',
  ask: 'version',
};

export const NATS: GoServer = {
  name: 'nats-server',
  variable: 'NATS_SERVER_BIN',
  module: 'github.com/nats-io/nats-server/v2',
  version: 'v2.15.3',
  ask: '--version',
};

export interface FoundServer {
  readonly file: string;
  /** Like `6.9.1`. */
  readonly version: string;
}

/** What the search depends on. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where what was built is kept. Default: `belfry` in the user's cache directory. */
  readonly cache?: string;
  /** Told what is going on while it lasts. Default: standard error. */
  readonly say?: (line: string) => void;
}

const MINUTE = 60_000;
/** How long `go install` may take, in ms: two minutes on two cores, more on a busy machine. */
const BUILD_LIMIT_MS = 10 * MINUTE;
const PROGRESS_MS = 15_000;
/** For so long a build that failed is not tried again, in ms: what asks in one run of tests hears it at once. */
const REMEMBERED_MS = 10 * MINUTE;

/** The last line of what failed: the reason, without the path that led to it. */
function reason(error: unknown): string {
  const { stderr = '', message, killed } = error as Error & { stderr?: string; killed?: boolean };
  if (killed === true) return `not done after ${BUILD_LIMIT_MS / MINUTE} minutes`;
  const lines = (stderr.trim() === '' ? message : stderr).trim().split('\n');
  return (lines.at(-1) ?? '').trim();
}

async function describe(file: string, { name, ask }: GoServer): Promise<FoundServer | Error> {
  try {
    const { stdout } = await run(file, [ask], { timeout: 30_000 });
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
    if (version !== undefined && stdout.toLowerCase().includes(name)) return { file, version };
    return new Error(`${file} says that it is ${stdout.trim().split('\n')[0] ?? ''}`);
  } catch (error) {
    return new Error(`${file} ${ask}: ${reason(error)}`, { cause: error });
  }
}

async function rememberedFailure(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs < REMEMBERED_MS ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

interface Build {
  readonly go: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the binary goes. */
  readonly built: string;
  readonly say: (line: string) => void;
}

/** Throws what `go install` says. */
async function build(server: GoServer, { go, env, built, say }: Build): Promise<void> {
  const { module, version } = server;
  say(`building ${server.name} ${version} with Go, once: a minute or two ...`);
  const startedAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - startedAt) / 1_000)} s`;
  const progress = setInterval(() => say(`still building (${seconds()}) ...`), PROGRESS_MS);
  const directory = `${built}.building`;
  try {
    // What one left that was killed.
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await run(go, ['install', `${module}@${version}`], {
      // Not in a directory of a repository or a module: it is of no account here.
      cwd: directory,
      env: { ...env, GOBIN: directory },
      timeout: BUILD_LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 16 * 1024 * 1024,
    });
    await rename(join(directory, server.name), built);
    say(`${server.name} ${version} is built after ${seconds()}: ${built}`);
  } finally {
    clearInterval(progress);
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * A server: what its variable names, else what is on the PATH, else what `go install` builds once and this user's cache keeps.
 * Any number of processes may ask at once; one builds. Resolves with an Error that says why there is none.
 */
export async function findGoServer(
  server: GoServer,
  { env, cache = cacheOf(env), say = sayOnStderr }: Surroundings,
): Promise<FoundServer | Error> {
  const { name, variable, module, version } = server;
  const named = env[variable];
  if (named !== undefined && named !== '') {
    if (await isProgram(named)) return describe(named, server);
    return new Error(`${variable} names ${named}, which is no program`);
  }
  const path = env['PATH'] ?? '';
  const found = await findProgram(name, path);
  if (found !== undefined) return describe(found, server);
  const built = join(cache, `${name}-${version}`);
  // `go install` gives it no version to print.
  const ready: FoundServer = { file: built, version: version.slice(1) };
  if (await isProgram(built)) return ready;
  const nowhere = `${variable} is not set, and ${name} is not on the PATH`;
  const go = await findProgram('go', path);
  if (go === undefined) return new Error(`${nowhere}; neither is go, which would build it`);

  await mkdir(cache, { recursive: true });
  const failed = `${built}.failed`;
  const waiting = (): void => say(`waiting for another process, which builds ${name} ...`);
  return withLock(`${built}.lock`, waiting, async () => {
    if (await isProgram(built)) return ready;
    let why = await rememberedFailure(failed);
    if (why === undefined) {
      try {
        await build(server, { go, env, built, say });
        await rm(failed, { force: true });
        return ready;
      } catch (error) {
        why = reason(error);
        await writeFile(failed, why);
      }
    }
    const again = `it is tried again ${REMEMBERED_MS / MINUTE} minutes later, or when ${failed} is removed`;
    return new Error(`${nowhere}; \`go install ${module}@${version}\`: ${why} (${again})`);
  });
}

function cacheOf(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'belfry');
}

function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
