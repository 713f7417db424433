import { z } from 'zod';
import { type Endpoint, openEndpoint } from '../endpoint.ts';
import { nodeError } from '../fleet-error.ts';
import { simulationView } from '../messages/node-view.ts';

const list = openEndpoint(
  {
    operation: 'listSimulations',
    method: 'GET',
    path: '/simulations',
    summary: 'Lists the simulations that jobs can be submitted for.',
    answer: z.object({ simulations: z.array(simulationView) }),
  },
  async ({ service }) => {
    const simulations = service.simulations.map(({ name, version }) => ({ name, version }));
    return { type: 'json', status: 200, value: { simulations } };
  },
);

const code = openEndpoint(
  {
    operation: 'getSimulation',
    method: 'GET',
    path: '/simulations/{name}/{file}',
    summary: 'Gives the code of a simulation: `file` is `<version>.mjs`. It never changes.',
    answer: 'text/javascript',
  },
  async ({ service, params }) => {
    const found = service.simulations.find(
      ({ name, version }) => name === params['name'] && `${version}.mjs` === params['file'],
    );
    if (found === undefined) {
      throw nodeError('unknown_simulation', 'there is no such simulation in this version here.');
    }
    return { type: 'file', contentType: 'text/javascript; charset=utf-8', text: found.code };
  },
);

export const SIMULATION_ENDPOINTS: readonly Endpoint[] = [list, code];
