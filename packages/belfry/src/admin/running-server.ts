import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the CLI finds the server that has a data directory open. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
}

const fileOf = (dataDir: string): string => join(dataDir, 'server.json');

/** Says where the server of this data directory is. */
export function announceServer(dataDir: string, server: RunningServer): void {
  writeFileSync(fileOf(dataDir), `${JSON.stringify(server)}\n`, { mode: 0o600 });
}

/** Takes the announcement back, unless another server has made its own since. */
export function withdrawServer(dataDir: string): void {
  if (announcedServer(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true });
}

/** The server that was announced last. It may be gone: a killed one does not take it back. */
export function announcedServer(dataDir: string): RunningServer | undefined {
  try {
    const { url, pid } = JSON.parse(
      readFileSync(fileOf(dataDir), 'utf8'),
    ) as Partial<RunningServer>;
    return typeof url === 'string' && typeof pid === 'number' ? { url, pid } : undefined;
  } catch {
    return undefined;
  }
}
