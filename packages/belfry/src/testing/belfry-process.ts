import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin.ts', import.meta.url));

/** The module with the actors of the tests. */
export const COUNTER: string = fileURLToPath(new URL('counter.ts', import.meta.url));

/** How a process ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `belfry`; killed when it is disposed of. */
export interface BelfryProcess extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the first match in what it wrote to stdout or stderr; rejects when it ends without. */
  written(pattern: RegExp): Promise<RegExpExecArray>;
  /** The URL it says it runs at. */
  url(): Promise<string>;
}

export interface SpawnOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A directory that goes when it is disposed of. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'belfry-cli-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** What a test must not inherit. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(BELFRY_|PORT$|NODE_ENV$|NODE_OPTIONS$|VITEST)/.test(name),
    ),
  );
}

class Spawned implements BelfryProcess {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;
  #onOutput: (() => void)[] = [];

  readonly #isGroup: boolean;

  constructor(
    [command, ...args]: readonly [string, ...string[]],
    { cwd, env = {} }: SpawnOptions,
    isGroup: boolean,
  ) {
    const child = spawn(command, args, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isGroup,
    });
    child.on('error', (error) => {
      this.#stderr += error.message;
    });
    this.#isGroup = isGroup;
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
      this.#tell();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
      this.#tell();
    });
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#tell();
      });
    });
  }

  #tell(): void {
    for (const listener of this.#onOutput.splice(0)) listener();
  }

  stdout(): string {
    return this.#stdout;
  }

  stderr(): string {
    return this.#stderr;
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#isGroup) {
      this.#child.kill(name);
    } else if (!this.#hasEnded && this.pid > 0) {
      process.kill(-this.pid, name);
    }
  }

  async written(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) return match;
      if (this.#hasEnded) {
        throw new Error(`it ended without ${String(pattern)}:\n${this.#stdout}\n${this.#stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#onOutput.push(resolve);
      });
    }
  }

  async url(): Promise<string> {
    const [, url = ''] = await this.written(/Belfry is running: (https?:\/\/\S+)/);
    return url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

const BELFRY = [process.execPath, '--conditions=@belfry/source', BIN] as const;

/** Starts `belfry` with these arguments. */
export function spawnBelfry(args: readonly string[], options: SpawnOptions): BelfryProcess {
  return new Spawned([...BELFRY, ...args], options, false);
}

/** The same by `npm start`, with npm and all in a process group of their own: that is what `signal` goes to. */
export function spawnThroughNpm(args: readonly string[], options: SpawnOptions): BelfryProcess {
  const script = [...BELFRY, ...args].map((word) => `'${word}'`).join(' ');
  const manifest = { private: true, scripts: { start: `exec ${script}` } };
  writeFileSync(join(options.cwd, 'package.json'), JSON.stringify(manifest));
  return new Spawned(['npm', 'start'], options, true);
}

/** Runs `belfry` to its end. */
export async function runBelfry(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  await using child = spawnBelfry(args, options);
  return await child.ended;
}
