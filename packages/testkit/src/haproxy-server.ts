import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnServer } from './child-server.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/** A real HAProxy on a free port of 127.0.0.1; it goes when it is disposed of or this process dies. */
export interface HaproxyServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
}

const INSTALL = 'install it with "apt-get install haproxy" or "brew install haproxy"';

/**
 * Starts one and resolves when it answers. Throws an Error that says how to install it when it is missing, and what it said when it
 * refuses the configuration.
 *
 * @param configure makes its configuration, given the port to listen on
 */
export async function startHaproxy(configure: (port: number) => string): Promise<HaproxyServer> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-haproxy-'));
  try {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await writeFile(join(dir, 'haproxy.cfg'), configure(port));
    // In the foreground and without a master: a signal to the one process ends it all.
    const args = ['-db', '-f', 'haproxy.cfg'];
    const child = await spawnServer({ binary: 'haproxy', args, dir, install: INSTALL });
    const answers = async (): Promise<boolean> => {
      await fetch(url, { signal: AbortSignal.timeout(2_000) });
      return true;
    };
    await waitFor(async () => !child.running || (await answers()), { timeoutMs: 20_000 }).catch(
      () => child.end('SIGKILL'),
    );
    if (!child.running) throw new Error(`haproxy did not start:\n${child.log}`);
    return {
      port,
      url,
      async [Symbol.asyncDispose]() {
        await child.end('SIGKILL');
        await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}
