/** What `npm start` runs: tic-tac-toe with guests and the portal, for development. */
import { tictactoe } from '@belfry/example-tic-tac-toe';
import { defineConfig } from 'belfry';

export default defineConfig({
  environment: 'development',
  actors: [tictactoe],
  guests: { enabled: true },
  portal: { enabled: true },
  admin: { enabled: true },
  sse: { enabled: true },
  http_stream: { enabled: true },
});
