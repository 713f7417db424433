import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeSetupError } from './setup-error.ts';

const FILE = 'lock';
const MINE = new Set<string>();

/**
 * Holds a data directory for this process: two nodes with one key would take each other's chunks.
 *
 * @returns what lets go of it
 * @throws NodeSetupError when another process has it
 */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, FILE);
  const draft = join(directory, `.${FILE}-${process.pid}-${MINE.size}`);
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o600 });
  try {
    for (let tries = 0; ; tries++) {
      if (MINE.has(file)) throw inUse(directory, process.pid);
      try {
        linkSync(draft, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = liveHolder(file);
        if (holder !== null || tries > 2) throw inUse(directory, holder ?? 0);
        // Whoever had it was killed.
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  MINE.add(file);
  return () => {
    MINE.delete(file);
    rmSync(file, { force: true });
  };
}

function inUse(directory: string, pid: number): NodeSetupError {
  return new NodeSetupError(
    `data directory ${directory}: the process ${pid} runs a node in it; end that one, or give this one a directory of its own (--data-dir).`,
  );
}

/** The process that has the lock and still runs. */
function liveHolder(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const [pid = '', start = ''] = text.trim().split(' ');
  const number = Number(pid);
  // In a container every run may have the same number.
  if (!Number.isSafeInteger(number) || number <= 0 || number === process.pid) return null;
  try {
    process.kill(number, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  return start === startOf(number) ? number : null;
}

/** When a process was started, where the system tells; numbers of processes are used again. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may have spaces; the start is the 22nd field.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
