import type { ActorKey } from '@belfry/protocol';
import type { DeadLetter } from '../actor-store.ts';
import { partitionIn, placeOf, type Core } from './core.ts';
import { checkActor } from './validate.ts';

/** What `bury` in scripts/includes/actor.lua keeps. */
interface Stored {
  readonly id: number;
  readonly body: string;
  readonly acceptedAt: number;
  readonly diedAt: number;
  readonly error: string;
  readonly attempts: number;
}

/** The oldest first. */
export async function deadLetters(core: Core, actor: ActorKey): Promise<DeadLetter[]> {
  checkActor(actor);
  const place = placeOf(core, partitionIn(core, actor));
  const reply = await core.link.command(place, ['ZRANGE', `${place.base}dl:${actor}`, '0', '-1'], {
    idempotent: true,
  });
  return (reply as string[]).map((text) => {
    const { id, body, acceptedAt, diedAt, error, attempts } = JSON.parse(text) as Stored;
    return { actor, id, body, acceptedAt, diedAt, error, attempts };
  });
}

/** Which dead letters of an actor; all of them without `ids`. */
export interface DeadLetterChoice {
  readonly actor: ActorKey;
  readonly ids: readonly number[] | undefined;
}

/** Puts them back or deletes them. How many. */
export async function takeDeadLetters(
  core: Core,
  step: 'redrive' | 'drop',
  { actor, ids }: DeadLetterChoice,
): Promise<number> {
  checkActor(actor);
  const args = core.link.head(step);
  args.push(actor, ids === undefined ? '1' : '0');
  if (ids !== undefined) {
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) args.push(String(id));
  }
  const place = placeOf(core, partitionIn(core, actor));
  const [stats, taken] = (await core.link.run(place, args)) as [unknown, number];
  core.counters.addStats(stats);
  return taken;
}
