import { closeSync, fdatasyncSync, fstatSync, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const MIB = 1024 * 1024;
/** What is made before the store opens; the rest follows while it runs. */
const FIRST_BYTES = 4 * MIB;
const STEP_BYTES = MIB / 2;
const PAUSE_MS = 25;
/** On a slow disk, this many times as long as the last step took. */
const PAUSE_FACTOR = 10;
/** With less free than this, in bytes, the log grows as it is written. */
const MIN_FREE = 512 * MIB;

/**
 * Gives the log (WAL) its full length before it is written: to sync what lies within a file's length takes less than half as long as
 * to sync what made it longer, because the file system has nothing of its own to write. SQLite starts the log over within the same
 * file once it has copied it to the database.
 *
 * Zeros behind the log are no part of it: a frame counts only with the log's salt and the right checksum
 * (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). They are written behind the end of the file, by the thread that runs
 * SQLite and between its transactions, so never over anything.
 */
export class LogSpace {
  readonly #target: number;
  #fd: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** The log must exist, and the database be locked. */
  constructor(file: string, target: number) {
    this.#target = target;
    try {
      const { bavail, bsize } = statfsSync(dirname(file));
      if (bavail * bsize < MIN_FREE) return;
      this.#fd = openSync(file, 'r+');
      this.#extend(FIRST_BYTES);
      this.#goOn(0);
    } catch {
      this.close();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #goOn(tookMs: number): void {
    const pause = Math.max(PAUSE_MS, PAUSE_FACTOR * tookMs);
    this.#timer = setTimeout(() => {
      try {
        const began = performance.now();
        if (this.#extend(STEP_BYTES)) this.#goOn(performance.now() - began);
        else this.close();
      } catch {
        // The disk is full or failing: SQLite will say so when it matters.
        this.close();
      }
    }, pause).unref();
  }

  /** Whether the file can grow further. */
  #extend(by: number): boolean {
    if (this.#fd === null) return false;
    const { size } = fstatSync(this.#fd);
    const bytes = Math.min(by, this.#target - size);
    if (bytes <= 0) return false;
    writeSync(this.#fd, Buffer.alloc(bytes), 0, bytes, size);
    fdatasyncSync(this.#fd);
    return true;
  }
}
