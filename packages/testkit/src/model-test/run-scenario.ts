import type { ActorKey } from '@belfry/protocol';
import type { OpenStore } from '../conformance/harness.ts';
import type { Step } from './scenario.ts';
import { runStep } from './run-step.ts';
import { ACTORS, CHANNELS, World, keepsAll } from './world.ts';

const DAY = 86_400_000;

/**
 * Plays a scenario on a new store, every step beside the model, then lets everything come to rest and checks what must be true
 * whatever happened: nothing lost, no effect twice, order kept, one lease at most that can commit, no holes in a history.
 * Throws an Error at the first violation.
 */
export async function runScenario(open: OpenStore, steps: readonly Step[]): Promise<void> {
  await using world = await World.open(open);
  for (const [i, step] of steps.entries()) {
    try {
      await runStep(world, step);
    } catch (cause) {
      throw new Error(`step ${i} ${JSON.stringify(step)}: ${messageOf(cause)}`, { cause });
    }
  }
  try {
    await world.checkAll(0);
    await probeLeases(world);
    await drain(world);
    await checkLedger(world);
  } catch (cause) {
    throw new Error(`after the last step: ${messageOf(cause)}`, { cause });
  }
}

/** Of all leases there ever were, one per actor at most may still commit. */
async function probeLeases(world: World): Promise<void> {
  const committed: ActorKey[] = [];
  const newest = new Map(
    world.tickets.toReversed().map((one) => [`${one.actor} ${one.fence}`, one]),
  );
  for (const ticket of newest.values()) {
    const [result] = await world.commit(0, [[ticket, { ...NOTHING, ...grip(ticket) }]]);
    if (result?.status === 'committed') committed.push(ticket.actor);
  }
  if (new Set(committed).size < committed.length) {
    throw new Error(`several leases of one actor could commit: ${committed.join()}`);
  }
}

const NOTHING = {
  state: undefined,
  meta: null,
  consumedThrough: null,
  deadLetters: [],
  publications: [],
  sends: [],
  forget: [],
  wakeAt: null,
  holdUntil: null,
  suspend: null,
  lease: { type: 'release' },
} as const;

type Ticket = World['tickets'][number];

function grip({ actor, fence, version }: Ticket): Pick<Ticket, 'actor' | 'fence' | 'version'> {
  return { actor, fence, version };
}

/** Runs turns that consume everything until nothing is due for a long time. */
async function drain(world: World): Promise<void> {
  await world.moveClock(DAY);
  for (const actor of ACTORS) await world.resume(0, actor);
  const partitions = new Set(ACTORS.map((actor) => world.model.partitionOf(actor)));
  for (let round = 0; round < 20; round++) {
    let found = 0;
    for (const partition of partitions) {
      const { claimed } = await world.claim(0, {
        partition,
        holder: 'drain',
        overdueMs: { message: 0, tick: 0 },
        limit: 100,
        leaseMs: 1_000,
        maxMessages: 1_000,
      });
      found += claimed.length;
      for (const { actor, messages } of claimed) {
        const ticket = world.tickets.find((one) => one.actor === actor);
        if (!ticket) continue;
        const consumedThrough = messages.at(-1)?.seq ?? null;
        await world.commit(0, [[ticket, { ...NOTHING, ...grip(ticket), consumedThrough }]]);
      }
    }
    if (found === 0) return world.checkAll(0);
  }
  throw new Error('actors are due again and again though they have nothing to do');
}

async function checkLedger(world: World): Promise<void> {
  const { actors, channels } = world.store(0);
  const dead = new Map<ActorKey, string[]>();
  for (const actor of ACTORS) {
    dead.set(
      actor,
      (await actors.deadLetters(actor)).map(({ body }) => body),
    );
  }
  world.ledger.settle(dead);
  for (const channel of CHANNELS.filter(keepsAll)) {
    const query = { limit: -1, metaTtlMs: 1_000 * DAY };
    world.ledger.settleChannel(channel, (await channels.history(channel, query)).publications);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
