import { startOrdered, type OrderedProcess } from '../../load/ordered-process.ts';
import type { LoadAnswer, LoadOrder } from './protocol.ts';

export type GeneratorProcess = OrderedProcess<LoadOrder, LoadAnswer>;

const SCRIPT = new URL('beacon-load-process.ts', import.meta.url);

/** Starts a load generator on a core of its own. */
export function startGenerator(core: number): Promise<GeneratorProcess> {
  return startOrdered(SCRIPT, { core });
}
