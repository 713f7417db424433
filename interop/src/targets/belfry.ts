import { fileURLToPath } from 'node:url';
import { startServer } from './server-process.ts';
import type { Target } from './target.ts';

const BIN = fileURLToPath(new URL('../../../packages/belfry/src/bin.ts', import.meta.url));

export const belfry: Target = {
  name: 'belfry',
  start: (configFile) =>
    startServer({
      command: process.execPath,
      args: ['--conditions=@belfry/source', BIN, 'start', '--config', configFile],
      portVariable: 'BELFRY_HTTP_SERVER_PORT',
    }),
};
