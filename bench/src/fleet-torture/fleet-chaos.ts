/** Kills and freezes the parts of a fleet, and lets its nodes fail: something all the time, and of every kind as soon as there was time for all. */
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
  /** How often something happens, in ms. */
  readonly everyMs: number;
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

/** How many nodes fail together. */
const NODES_AT_ONCE = [1, 8] as const;

type Action =
  | { readonly what: 'kill' | 'freeze'; readonly role: ChaosTarget['role'] }
  | { readonly what: NodeFault; readonly role: 'agents'; readonly ofNodes: true };

/** All that can happen, about half of it to single nodes. */
const ACTIONS: readonly Action[] = [
  ...(['sentinel', 'beacon', 'agents'] as const).flatMap((role) => [
    { what: 'kill' as const, role },
    { what: 'freeze' as const, role },
  ]),
  ...NODE_FAULTS.map((what) => ({ what, role: 'agents' as const, ofNodes: true as const })),
];

/** Resolves when the time is over, every action was taken once at least, and every part is up again. Rejects when one cannot be started. */
export async function runFleetChaos(options: FleetChaosOptions): Promise<void> {
  const { targets, untilMs, random, everyMs, onAttack, onBack } = options;
  const recoveries: Promise<void>[] = [];
  let failed: unknown;
  let deck: Action[] = [];
  let taken = 0;
  for (
    let at = Date.now() + everyMs;
    (at < untilMs || taken < ACTIONS.length) && failed === undefined;
    at += everyMs
  ) {
    // On a slow machine some are left out, and none come together.
    at = Math.max(at, Date.now());
    await sleep(at - Date.now());
    const standing = targets.filter(({ part }) => part.state === 'up');
    if (deck.length === 0) deck = shuffled(ACTIONS, random);
    // What is for those who are down has its turn when they are back.
    const next = deck.findIndex((action) => standing.some(({ role }) => role === action.role));
    if (next === -1) continue;
    const [action] = deck.splice(next, 1) as [Action];
    taken++;
    const target = random.pick(standing.filter(({ role }) => role === action.role));
    if ('ofNodes' in action) {
      await options.fail(target, {
        nodes: someOf(target.nodes, random),
        fault: action.what,
        forMs: random.int(...options.faultMs),
      });
      continue;
    }
    onAttack(action.what, target);
    const back = disrupt(target.part, action.what).then(() => onBack(target));
    recoveries.push(back.catch((error: unknown) => void (failed ??= error)));
  }
  await Promise.all(recoveries);
  if (failed !== undefined) throw failed;
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.int(0, left.length - 1), 1)[0] as T);
}

function someOf(nodes: readonly number[], random: SeededRandom): number[] {
  const count = random.int(...NODES_AT_ONCE);
  return [...new Set(Array.from({ length: count }, () => random.pick(nodes)))];
}
