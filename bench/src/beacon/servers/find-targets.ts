import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CENTRIFUGO, findGoServer, NATS } from '@belfry/testkit';
import { centrifugeProtocol } from './centrifuge-protocol.ts';
import { natsTarget, socketIoTarget, wsTarget } from './peers.ts';
import type { Missing, Target } from './target.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export const TARGETS: readonly string[] = ['belfry', 'centrifugo', 'nats', 'socket.io', 'ws'];

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
export async function findTarget(name: string): Promise<Target | Missing> {
  switch (name) {
    case 'belfry':
      return belfryTarget('belfry');
    case 'centrifugo': {
      const found = await findGoServer(CENTRIFUGO, { env: process.env });
      if (found instanceof Error) return { name, why: found.message };
      return centrifugeProtocol({
        name,
        version: `v${found.version}`,
        command: (config) => [found.file, '--config', config],
      });
    }
    case 'nats': {
      const found = await findGoServer(NATS, { env: process.env });
      if (found instanceof Error) return { name, why: found.message };
      return natsTarget(found.file, `v${found.version}`);
    }
    case 'socket.io':
      return socketIoTarget(packageVersion('socket.io'));
    case 'ws':
      return wsTarget(packageVersion('ws'));
    default:
      throw new Error(`--targets has ${JSON.stringify(name)}; use ${TARGETS.join(', ')}`);
  }
}
