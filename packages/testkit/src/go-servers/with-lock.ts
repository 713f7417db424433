import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often who waits looks again, in ms. */
const POLL_MS = 200;

/** @param error of SQLite: another one is writing */
function isHeld(error: unknown): boolean {
  return /database is locked/.test((error as Error).message);
}

/**
 * Runs `body` while no other process and no other caller here holds `file`. It is an SQLite database, whose lock the system takes back
 * however its holder ends.
 *
 * @param onWait told once, when there is a wait
 */
export async function withLock<T>(
  file: string,
  onWait: () => void,
  body: () => Promise<T>,
): Promise<T> {
  const lock = new DatabaseSync(file);
  try {
    for (let told = false; ; told = true) {
      try {
        lock.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        if (!isHeld(error)) throw error;
      }
      if (!told) onWait();
      await sleep(POLL_MS);
    }
    return await body();
  } finally {
    lock.close();
  }
}
