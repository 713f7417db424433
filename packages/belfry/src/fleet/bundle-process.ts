/**
 * The process in which simulations are bundled: what the bundler takes, some hundred MiB, goes with it. It is sent the files once, answers
 * for each and ends.
 */
import type { AnySimulation } from '@belfry/protocol';
import { bundleModule, bundleSimulation } from './bundle-simulations.ts';
import { evaluateModule } from './evaluate-module.ts';

/** What it is sent. */
export interface BundleRequest {
  readonly files: readonly string[];
}

/** The codes of the simulations of a file, or why there are none. */
export type BundleReply =
  | { readonly file: string; readonly codes: readonly string[] }
  | { readonly file: string; readonly problem: string };

function looksLikeSimulation(value: unknown): value is AnySimulation {
  if (typeof value !== 'object' || value === null) return false;
  const { plan, run } = value as Partial<AnySimulation>;
  return typeof plan === 'function' && typeof run === 'function';
}

/** The names under which a module exports simulations, each simulation once. */
async function exportsOf(file: string): Promise<string[]> {
  const { all } = await evaluateModule(await bundleModule(file));
  const found = new Map<unknown, string>();
  for (const [name, value] of Object.entries(all as object)) {
    if (looksLikeSimulation(value) && !found.has(value)) found.set(value, name);
  }
  if (found.size === 0) {
    throw new Error('it exports no simulation; export what defineSimulation returns');
  }
  return [...found.values()];
}

async function replyFor(file: string): Promise<BundleReply> {
  try {
    const names = await exportsOf(file);
    return { file, codes: await Promise.all(names.map((name) => bundleSimulation(file, name))) };
  } catch (error) {
    return { file, problem: error instanceof Error ? error.message : String(error) };
  }
}

process.once('message', (request: BundleRequest) => {
  void (async () => {
    for (const file of request.files) {
      const reply = await replyFor(file);
      // What is on its way when the process ends is lost.
      await new Promise((sent) => process.send?.(reply, sent));
    }
    process.disconnect();
  })();
});
// Whoever wanted it has gone.
process.on('disconnect', () => process.exit());
