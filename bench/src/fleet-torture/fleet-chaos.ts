/** Kills and freezes the parts of a fleet, and lets its nodes fail: something every second. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@belfry/testkit';
import { disrupt } from '../torture/chaos.ts';
import type { Part } from '../torture/deployment.ts';
import { NODE_FAULTS, type NodeFault } from './agents/agent-protocol.ts';

export interface ChaosTarget {
  readonly part: Part;
  readonly role: 'sentinel' | 'beacon' | 'agents';
  /** The numbers of its nodes. */
  readonly nodes: readonly number[];
}

export interface FleetChaosOptions {
  readonly targets: readonly ChaosTarget[];
  /** On `Date.now`. */
  readonly untilMs: number;
  readonly random: SeededRandom;
  /** How long faults of nodes last: at least and at most, in ms. */
  readonly faultMs: readonly [least: number, most: number];
  readonly onAttack: (what: 'kill' | 'freeze', target: ChaosTarget) => void;
  /** It works again, or is about to. */
  readonly onBack: (target: ChaosTarget) => void;
  /** Lets nodes of a process fail; what cannot be delivered is nothing. */
  readonly fail: (
    target: ChaosTarget,
    order: { readonly nodes: readonly number[]; readonly fault: NodeFault; readonly forMs: number },
  ) => Promise<void>;
}

const EVERY_MS = 1_000;
/** Of all actions, how many are against single nodes. */
const NODES_SHARE = 0.5;
const FREEZE_SHARE = 0.4;
/** How many nodes fail together. */
const NODES_AT_ONCE = [1, 8] as const;

/** Resolves when the time is over and every part is up again. Rejects when one cannot be started. */
export async function runFleetChaos(options: FleetChaosOptions): Promise<void> {
  const { targets, untilMs, random, onAttack, onBack } = options;
  const recoveries: Promise<void>[] = [];
  let failed: unknown;
  for (let at = Date.now() + EVERY_MS; at < untilMs && failed === undefined; at += EVERY_MS) {
    // On a slow machine some are left out, and none come together.
    at = Math.max(at, Date.now());
    await sleep(at - Date.now());
    const standing = targets.filter(({ part }) => part.state === 'up');
    if (standing.length === 0) continue;
    const isForNodes = random.chance(NODES_SHARE);
    const among = standing.filter(({ nodes }) => !isForNodes || nodes.length > 0);
    if (among.length === 0) continue;
    const target = random.pick(among);
    if (isForNodes) {
      await options.fail(target, {
        nodes: someOf(target.nodes, random),
        fault: random.pick(NODE_FAULTS),
        forMs: random.int(...options.faultMs),
      });
      continue;
    }
    const what = random.chance(FREEZE_SHARE) ? 'freeze' : 'kill';
    onAttack(what, target);
    const back = disrupt(target.part, what).then(() => onBack(target));
    recoveries.push(back.catch((error: unknown) => void (failed ??= error)));
  }
  await Promise.all(recoveries);
  if (failed !== undefined) throw failed;
}

function someOf(nodes: readonly number[], random: SeededRandom): number[] {
  const count = random.int(...NODES_AT_ONCE);
  return [...new Set(Array.from({ length: count }, () => random.pick(nodes)))];
}
