import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spool } from '../agent/ports.ts';
import type { Settlement } from '../core/agent-events.ts';
import { NodeSetupError } from './setup-error.ts';

/** Files that are whole, as against those that were being written. */
const WHOLE = /^(\d+)\.json$/;

export interface SpoolOptions {
  /** Hears of what could not be kept or removed. */
  readonly onProblem: (message: string) => void;
}

/** A spool that is gone with the process. */
export function memorySpool(): Spool {
  return {
    saved: [],
    persist: () => undefined,
    forget: () => undefined,
    close: () => Promise.resolve(),
  };
}

/**
 * Settlements in files of a directory. Those that come together are one file, which is there as a whole or not at all and outlives `kill -9` and a power
 * cut; it goes when all of them are forgotten. How much there is, is bounded by who asks for it to be kept.
 */
export class SpoolDirectory implements Spool {
  readonly saved: readonly Settlement[];
  readonly #directory: string;
  readonly #options: SpoolOptions;
  /** Attempt → the file it is in. */
  readonly #fileOf = new Map<string, number>();
  /** File → how many of its settlements are wanted. */
  readonly #wanted = new Map<number, number>();
  #next = 1;
  #toWrite: Settlement[] = [];
  #toRemove: number[] = [];
  #work: Promise<void> | null = null;

  /** @throws NodeSetupError when the directory cannot be used */
  constructor(directory: string, options: SpoolOptions) {
    this.#directory = directory;
    this.#options = options;
    const saved: Settlement[] = [];
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(directory)) {
        const number = Number(WHOLE.exec(name)?.[1]);
        const path = join(directory, name);
        if (Number.isNaN(number)) {
          if (name.endsWith('.tmp')) rmSync(path, { force: true });
          continue;
        }
        this.#next = Math.max(this.#next, number + 1);
        const settlements = read(path);
        if (settlements === null) {
          renameSync(path, `${path}.damaged`);
          options.onProblem(`${path} is damaged; it was set aside`);
          continue;
        }
        for (const { attempt } of settlements) this.#fileOf.set(attempt, number);
        this.#wanted.set(number, settlements.length);
        saved.push(...settlements);
      }
    } catch (error) {
      throw new NodeSetupError(
        `data directory: ${directory} cannot be used: ${(error as Error).message}`,
        { cause: error },
      );
    }
    this.saved = saved;
  }

  persist(settlement: Settlement): void {
    this.#toWrite.push(settlement);
    this.#start();
  }

  forget(attempts: readonly string[]): void {
    const gone = new Set(attempts);
    this.#toWrite = this.#toWrite.filter(({ attempt }) => !gone.has(attempt));
    for (const attempt of attempts) {
      const file = this.#fileOf.get(attempt);
      if (file === undefined) continue;
      this.#fileOf.delete(attempt);
      const wanted = (this.#wanted.get(file) ?? 1) - 1;
      this.#wanted.set(file, wanted);
      if (wanted > 0) continue;
      this.#wanted.delete(file);
      this.#toRemove.push(file);
    }
    if (this.#toRemove.length > 0) this.#start();
  }

  async close(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  #start(): void {
    this.#work ??= this.#run().finally(() => {
      this.#work = null;
      // What came just as it ended.
      if (this.#toWrite.length > 0 || this.#toRemove.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes into the same file.
    await Promise.resolve();
    while (this.#toWrite.length > 0 || this.#toRemove.length > 0) {
      const settlements = this.#toWrite;
      this.#toWrite = [];
      if (settlements.length > 0) await this.#write(settlements);
      const files = this.#toRemove;
      this.#toRemove = [];
      for (const file of files) await this.#remove(file);
    }
  }

  async #write(settlements: readonly Settlement[]): Promise<void> {
    const number = this.#next++;
    // Before it is written: `forget` may come meanwhile.
    for (const { attempt } of settlements) this.#fileOf.set(attempt, number);
    this.#wanted.set(number, settlements.length);
    const path = join(this.#directory, `${number}.json`);
    try {
      await writeWhole(`${path}.tmp`, JSON.stringify(settlements));
      await rename(`${path}.tmp`, path);
      await syncDirectory(this.#directory);
    } catch (error) {
      this.#options.onProblem(`${path} could not be written: ${(error as Error).message}`);
      await rm(`${path}.tmp`, { force: true }).catch(() => undefined);
    }
  }

  async #remove(file: number): Promise<void> {
    const path = join(this.#directory, `${file}.json`);
    await rm(path, { force: true }).catch((error: unknown) => {
      this.#options.onProblem(`${path} could not be removed: ${(error as Error).message}`);
    });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Not every system lets a directory be opened.
  const directory = await open(path, 'r').catch(() => null);
  if (directory === null) return;
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function read(path: string): Settlement[] | null {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return Array.isArray(value) && value.every(isSettlement) ? value : null;
  } catch {
    return null;
  }
}

function isSettlement(value: unknown): value is Settlement {
  const { kind, attempt, job, blocks, body } = (value ?? {}) as Partial<Settlement>;
  return (
    (kind === 'complete' || kind === 'fail') &&
    typeof attempt === 'string' &&
    typeof job === 'string' &&
    typeof blocks === 'number' &&
    typeof body === 'string'
  );
}
