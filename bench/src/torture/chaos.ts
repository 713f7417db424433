/** Kills and freezes parts of a deployment, one every second, and brings each back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@belfry/testkit';
import type { Part } from './deployment.ts';

export interface ChaosOptions {
  readonly parts: readonly Part[];
  readonly untilMs: number;
  readonly random: SeededRandom;
  /** Of all attacks, how many freeze instead of kill. */
  readonly freezeShare: number;
  readonly onAttack: (what: 'kill' | 'freeze', part: Part) => void;
}

const EVERY_MS = 1_000;
const FROZEN_MS = 5_000;

/** Resolves when `untilMs` (on `Date.now`) has passed and every part is up again. Rejects when one cannot be started. */
export async function runChaos(options: ChaosOptions): Promise<void> {
  const { parts, untilMs, random } = options;
  const recoveries: Promise<void>[] = [];
  let failed: unknown;
  for (let at = Date.now() + EVERY_MS; at < untilMs && failed === undefined; at += EVERY_MS) {
    await sleep(Math.max(0, at - Date.now()));
    const standing = parts.filter(({ state }) => state === 'up');
    if (standing.length === 0) continue;
    const victim = random.pick(standing);
    const freeze = random.chance(options.freezeShare);
    options.onAttack(freeze ? 'freeze' : 'kill', victim);
    const recovery = disrupt(victim, freeze ? 'freeze' : 'kill');
    recoveries.push(recovery.catch((error: unknown) => void (failed ??= error)));
  }
  await Promise.all(recoveries);
  if (failed !== undefined) throw failed;
}

/** Kills a part and starts it again, or freezes it for a while; resolves when it is up again. */
export async function disrupt(part: Part, what: 'kill' | 'freeze'): Promise<void> {
  if (what === 'kill') {
    await part.kill();
    await part.start();
  } else {
    part.freeze();
    await sleep(FROZEN_MS);
    part.thaw();
  }
}
