import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { centrifugeProtocol } from './centrifuge-protocol.ts';
import { natsTarget, socketIoTarget, wsTarget } from './peers.ts';
import type { Missing, Target } from './target.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const BUILT = join(ROOT, 'node_modules', '.cache', 'bench-bin');
/** How long building a peer may take. */
const BUILD_MS = 600_000;

export const TARGETS: readonly string[] = ['belfry', 'centrifugo', 'nats', 'socket.io', 'ws'];

/** A server written in Go: where it may be. */
interface GoServer {
  readonly name: string;
  /** The variable that names the binary. */
  readonly variable: string;
  readonly module: string;
}

const CENTRIFUGO: GoServer = {
  name: 'centrifugo',
  variable: 'CENTRIFUGO_BIN',
  module: 'github.com/centrifugal/centrifugo/v6@latest',
};
const NATS: GoServer = {
  name: 'nats-server',
  variable: 'NATS_SERVER_BIN',
  module: 'github.com/nats-io/nats-server/v2@latest',
};

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The binary: the one that is named, that is on the PATH, that was built before, or that Go builds now. */
function findGoServer({ name, variable, module }: GoServer): string | Missing {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    return isProgram(named)
      ? named
      : { name, why: `${variable} names ${named}, which is no program` };
  }
  const places = [...(process.env['PATH'] ?? '').split(delimiter), BUILT];
  const found = places.map((dir) => join(dir, name)).find(isProgram);
  if (found !== undefined) return found;
  mkdirSync(BUILT, { recursive: true });
  try {
    execFileSync('go', ['install', module], {
      env: { ...process.env, GOBIN: BUILT },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: BUILD_MS,
    });
    return join(BUILT, name);
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString() ?? '';
    const why = stderr.trim().split('\n').at(-1) ?? '';
    const said = why === '' ? (error as Error).message : why;
    return {
      name,
      why: `${variable} is not set, ${name} is not on the PATH, and "go install ${module}" did not work: ${said}`,
    };
  }
}

function versionOf(binary: string, argument: string): string {
  const said = execFileSync(binary, [argument], { encoding: 'utf8' });
  return /v?\d+\.\d+\.\d+\S*/.exec(said)?.[0] ?? said.trim();
}

function packageVersion(name: string): string {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Belfry, from a checkout. */
export function belfryTarget(name: string, root: string = ROOT): Target {
  const commit = execFileSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
  });
  const program = join(root, 'packages/belfry/src/bin.ts');
  return centrifugeProtocol({
    name,
    version: commit.trim(),
    command: (config, dir) => [
      process.execPath,
      ...(process.env['BELFRY_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((o) => o !== ''),
      '--conditions=@belfry/source',
      program,
      'start',
      '--config',
      config,
      '--data-dir',
      join(dir, 'data'),
    ],
  });
}

/** The target of a name of `TARGETS`, or why it cannot be measured here. */
export function findTarget(name: string): Target | Missing {
  switch (name) {
    case 'belfry':
      return belfryTarget('belfry');
    case 'centrifugo': {
      const binary = findGoServer(CENTRIFUGO);
      if (typeof binary !== 'string') return binary;
      return centrifugeProtocol({
        name,
        version: versionOf(binary, 'version'),
        command: (config) => [binary, '--config', config],
      });
    }
    case 'nats': {
      const binary = findGoServer(NATS);
      if (typeof binary !== 'string') return binary;
      return natsTarget(binary, versionOf(binary, '--version'));
    }
    case 'socket.io':
      return socketIoTarget(packageVersion('socket.io'));
    case 'ws':
      return wsTarget(packageVersion('ws'));
    default:
      throw new Error(`--targets has ${JSON.stringify(name)}; use ${TARGETS.join(', ')}`);
  }
}
