import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simulationPath } from '@belfry/protocol';
import type { HttpExchange } from '../agent/ports.ts';
import { ChunkError } from '../agent/ports.ts';

const VERSION = /^sha256-[0-9a-f]{64}$/;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const TIMEOUT_MS = 60_000;
const TRIES = 4;
const MOST_FILES = 64;

export interface CodeCacheOptions {
  readonly directory: string;
  /** The server's address. */
  readonly url: string;
  readonly exchange: HttpExchange;
}

/** The code of simulations, in files that are named by its hash. */
export class CodeCache {
  readonly #options: CodeCacheOptions;
  /** What is there, or on its way. */
  readonly #files = new Map<string, Promise<string>>();

  constructor(options: CodeCacheOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  }

  /**
   * The file with the code, checked in this run of the process.
   *
   * @throws ChunkError `version` when it cannot be had, or is not what its version says
   */
  fileOf(simulation: string, version: string): Promise<string> {
    const known = this.#files.get(version);
    if (known !== undefined) return known;
    const file = this.#find(simulation, version);
    this.#files.set(version, file);
    // Tried again by whoever needs it next.
    file.catch(() => this.#files.delete(version));
    return file;
  }

  async #find(simulation: string, version: string): Promise<string> {
    if (!VERSION.test(version) || !NAME.test(simulation)) {
      throw new ChunkError('version', `${simulation} ${version} is no version of a simulation`);
    }
    const file = join(this.#options.directory, `${version}.mjs`);
    const present = await readFile(file).catch(() => null);
    if (present !== null && versionOf(present) === version) {
      const now = new Date();
      await utimes(file, now, now).catch(() => undefined);
      return file;
    }
    const code = await this.#fetch(simulation, version);
    const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeFile(draft, code, { mode: 0o600 });
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new ChunkError('version', `${file}: ${(error as Error).message}`, { cause: error });
    }
    await this.#makeRoom().catch(() => undefined);
    return file;
  }

  async #fetch(simulation: string, version: string): Promise<string> {
    const { url, exchange } = this.#options;
    const address = url.replace(/\/$/, '') + simulationPath(simulation, version);
    let problem = '';
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await pause(Math.random() * 500 * 2 ** tries);
      try {
        const headers = { accept: 'text/javascript' };
        const answer = await exchange({
          method: 'GET',
          url: address,
          headers,
          timeoutMs: TIMEOUT_MS,
        });
        if (answer.status === 200) {
          if (versionOf(answer.text) === version) return answer.text;
          problem = 'what came is not what the version says';
        } else {
          problem = `it was answered ${answer.status}`;
          if (answer.status === 404) break;
        }
      } catch (error) {
        problem = (error as Error).message;
      }
    }
    throw new ChunkError('version', `the code ${address} could not be had: ${problem}`);
  }

  /** Removes what was not used for the longest time. */
  async #makeRoom(): Promise<void> {
    const { directory } = this.#options;
    const names = (await readdir(directory)).filter((name) => name.endsWith('.mjs'));
    if (names.length <= MOST_FILES) return;
    const files = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
    );
    files.sort((a, b) => a.at - b.at);
    for (const { name } of files.slice(0, files.length - MOST_FILES)) {
      this.#files.delete(name.replace(/\.mjs$/, ''));
      await rm(join(directory, name), { force: true });
    }
  }
}

function versionOf(code: string | Buffer): string {
  return `sha256-${createHash('sha256').update(code).digest('hex')}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
