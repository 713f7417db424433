/** What nodes call: `POST`, except `input`. */
export type NodeCall =
  | 'register'
  | 'token'
  | 'holds'
  | 'heartbeat'
  | 'ack'
  | 'complete'
  | 'fail'
  | 'leave';

/** Where the fleet's HTTP API is, below the server's URL. */
export const FLEET_PATH = '/fleet/v1';

export function nodeCallPath(call: NodeCall): string {
  return `${FLEET_PATH}/node/${call}`;
}

/** Of `GET`, signed: the `ChunkInput` of a round. */
export function chunkInputPath(job: string, round: number): string {
  return `${FLEET_PATH}/node/input?job=${encodeURIComponent(job)}&round=${round}`;
}

/**
 * Of `GET`, for everyone: the bundle of a simulation, an ES module without imports whose default export is the simulation. `version` is `sha256-` and the
 * SHA-256 of its bytes in hexadecimal, so it never changes and may be kept for good.
 */
export function simulationPath(name: string, version: string): string {
  return `${FLEET_PATH}/simulations/${name}/${version}.mjs`;
}
