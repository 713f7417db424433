import { connect, type BelfryClient, type ConnectOptions } from '../client.ts';
import type { FleetJobs, FleetNodes } from './fleet-jobs.ts';

/** A connection to a fleet. */
export interface FleetClient extends Disposable {
  readonly jobs: FleetJobs;
  readonly nodes: FleetNodes;
  /** The client underneath, for actors and channels. */
  readonly client: BelfryClient;
  close(): void;
}

/**
 * Connects to a fleet: `connectFleet({ url, token })`. The same as `connect(…).jobs` and `.nodes`, for programs that need nothing else; it
 * works in browsers and in Node.
 */
export function connectFleet(options: ConnectOptions): FleetClient {
  const client = connect(options);
  return {
    client,
    jobs: client.jobs,
    nodes: client.nodes,
    close: () => client.close(),
    [Symbol.dispose]: () => client.close(),
  };
}
