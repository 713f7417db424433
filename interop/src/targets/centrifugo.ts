import { startServer } from './server-process.ts';
import type { Target } from './target.ts';

export function centrifugo(binary: string): Target {
  return {
    name: 'centrifugo',
    start: (configFile) =>
      startServer({
        command: binary,
        args: ['--config', configFile],
        portVariable: 'CENTRIFUGO_HTTP_SERVER_PORT',
      }),
  };
}
