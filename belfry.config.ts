/** What `npm start` runs: tic-tac-toe with guests, the portal and a fleet of one node, for development. */
import { tictactoe } from '@belfry/example-tic-tac-toe';
import { defineConfig } from 'belfry';

export default defineConfig({
  environment: 'development',
  actors: [tictactoe],
  guests: { enabled: true },
  portal: { enabled: true },
  admin: { enabled: true },
  fleet: {
    enabled: true,
    simulations: ['@belfry/example-combat/simulations'],
    builtin_node: { enabled: true },
  },
  sse: { enabled: true },
  http_stream: { enabled: true },
});
