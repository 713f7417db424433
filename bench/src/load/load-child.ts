import type { LoadAnswer, LoadOrder, LoadRole } from './load-protocol.ts';
import { startOrdered, type OrderedProcess } from './ordered-process.ts';

/** A process that runs actors, or sends to them. */
export type LoadChild = OrderedProcess<LoadOrder, LoadAnswer>;

const SCRIPT = new URL('load-process.ts', import.meta.url);
/** Draining many messages takes as long as it takes. */
const TIMEOUT_MS = 600_000;

/** Starts one; resolves when its store is open. */
export function startLoadChild(role: LoadRole): Promise<LoadChild> {
  return startOrdered(SCRIPT, { args: [JSON.stringify(role)], timeoutMs: TIMEOUT_MS });
}
