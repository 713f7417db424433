import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often; one that is five times older was left by a crash. */
const BEAT = 2_000;
const STALE = 5 * BEAT;

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code;

/** The lock's text, or undefined when nobody holds it. @param {string} file */
function holderOf(file) {
  try {
    return { text: readFileSync(file, 'utf8'), age: Date.now() - statSync(file).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process of this machine is there. @param {number} pid */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** Whether the process that wrote this is known to be gone. @param {string} text */
function isGone(text) {
  const [pid, host] = text.split(' ');
  return host === hostname() && !isRunning(Number(pid));
}

/** A lock appears complete or not at all: written aside, then linked. @param {string} file @param {string} text */
function tryTake(file, text) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, text);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes a lock that a crash left. The rename picks one winner among those who wait, and it is put back if a
 * live lock had just taken its place.
 *
 * @param {string} file @param {string} text
 */
function breakStale(file, text) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Runs `body` while no other process holds `file`.
 *
 * @template T
 * @param {string} file
 * @param {(line: string) => void} say told once when there is a wait
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(file, say, body) {
  const text = `${process.pid} ${hostname()} ${Date.now()} ${Math.random()}`;
  let told = false;
  while (!tryTake(file, text)) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (holder.age > STALE || isGone(holder.text)) {
      breakStale(file, holder.text);
      continue;
    }
    if (!told) say(`waiting for another run (process ${holder.text.split(' ')[0]}) ...`);
    told = true;
    await sleep(200);
  }
  const beat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // Taken from us: we were stopped for longer than a holder may be. Nothing to do but finish.
    }
  }, BEAT);
  const release = () => {
    clearInterval(beat);
    if (holderOf(file)?.text === text) rmSync(file, { force: true });
  };
  /** @type {(signal: NodeJS.Signals) => void} */
  const interrupted = (signal) => {
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await body();
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    release();
  }
}
