import type { Part } from './deployment.ts';

/** A process that is told to stop has so long. */
const STOP_MS = 5_000;

/** Stops every process as an operator would; each must finish what it is at, give its leases back and exit 0, in time. */
export async function stopAll(parts: readonly Part[]): Promise<string[]> {
  const ends = await Promise.all(parts.map(async (part) => ({ part, ...(await part.stop()) })));
  return ends.flatMap(({ part, code, ms, incomplete }) => {
    const problems: string[] = [];
    if (code !== 0 || ms > STOP_MS) problems.push(`ended with code ${code} after ${ms} ms`);
    if (incomplete) problems.push('did not end everything in time');
    return problems.map((problem) => `${part.name}: told to stop, it ${problem}`);
  });
}
