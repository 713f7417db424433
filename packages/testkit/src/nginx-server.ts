import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnServer, type ChildServer } from './child-server.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/** A real nginx on a free port of 127.0.0.1, in a temporary directory; both go when it is disposed of or this process dies. */
export interface NginxServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** The last of what it logged. */
  readonly log: string;
}

const INSTALL = 'install it with "apt-get install nginx" or "brew install nginx"';
const ATTEMPTS = 10;
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A whole file, with a line `http {`, that says nothing of daemon, master, pid, error log and temporary paths. */
export interface WholeConfig {
  readonly file: string;
}

/** @param http what stands in the `http` block of its configuration, given the port to listen on */
function configOf(http: string | WholeConfig): string {
  const paths = TEMPORARY.map((each) => `${each}_temp_path ${each};`).join(' ');
  // Without a master: a signal to the one process ends it all.
  const globals = 'daemon off; master_process off; pid nginx.pid; error_log stderr;';
  if (typeof http !== 'string') {
    return `${globals}\n${http.file.replace(/^http \{$/m, `http { ${paths}`)}`;
  }
  return `${globals}
events {}
http { access_log off; ${paths} ${http} }
`;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

async function launch(port: number, dir: string, http: string | WholeConfig): Promise<ChildServer> {
  await writeFile(join(dir, 'nginx.conf'), configOf(http));
  const args = ['-p', dir, '-c', 'nginx.conf', '-e', 'stderr'];
  const child = await spawnServer({ binary: 'nginx', args, dir, install: INSTALL });
  try {
    await waitFor(async () => !child.running || (await answers(port)), { timeoutMs: 20_000 });
    return child;
  } catch (cause) {
    await child.end('SIGKILL');
    throw new Error(`nginx did not answer on port ${port}:\n${child.log}`, { cause });
  }
}

/**
 * Starts an nginx and resolves when it answers. Throws an Error that says how to install it when it is missing, and what it said when
 * it refuses the configuration.
 *
 * @param http the `http` block of its configuration, or all of it, given the port to listen on
 */
export async function startNginx(
  http: (port: number) => string | WholeConfig,
): Promise<NginxServer> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-nginx-'));
  try {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = await launch(port, dir, http(port));
      if (child.running) {
        return {
          port,
          url: `http://127.0.0.1:${port}`,
          get log() {
            return child.log;
          },
          async [Symbol.asyncDispose]() {
            await child.end('SIGKILL');
            await rm(dir, { recursive: true, force: true });
          },
        };
      }
      const taken = child.log.includes('Address already in use');
      if (attempt === ATTEMPTS || !taken) throw new Error(`nginx did not start:\n${child.log}`);
    }
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}
