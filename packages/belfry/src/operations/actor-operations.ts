import { type ActorKey, parseActorKey } from '@belfry/protocol';
import type { ActorListQuery, ActorPage, ActorView, DeadLetter } from '@belfry/store';
import { z } from 'zod';
import { operation, OperationError } from './operation.ts';

/** `kind/id` */
const actor = z.custom<ActorKey>(
  (value) => typeof value === 'string' && parseActorKey(value) !== null,
  'an actor is named kind/id, e.g. tictactoe/A1B2C3',
);

const listInput = z.strictObject({
  kind: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(1_000).default(100),
});

const lettersInput = z.strictObject({
  actor,
  ids: z.array(z.int().min(0)).optional(),
});

/** JSON text as data, so that whoever prints it need not parse it twice. */
function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An actor without its state. */
export type ActorSummary = Omit<ActorView, 'state' | 'meta' | 'fence'>;

function queryOf({ kind, cursor, limit }: z.output<typeof listInput>): ActorListQuery {
  return {
    limit,
    ...(kind === undefined ? {} : { kind }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Lists actors with how they are. */
export const listActors = operation(listInput, async ({ actors }, input) => {
  const page = await actors.list(queryOf(input));
  const views = await Promise.all(page.actors.map((key) => actors.peek(key)));
  const found = views.flatMap((view): ActorSummary[] => {
    if (view === null) return [];
    const { state: _state, meta: _meta, fence: _fence, ...rest } = view;
    return [rest];
  });
  return { actors: found, cursor: page.cursor };
});

/** An actor with its state. */
export const showActor = operation(
  z.strictObject({ actor }),
  async ({ actors }, { actor: key }) => {
    const view = await actors.peek(key);
    if (view === null) throw new OperationError(`there is no actor ${key}.`);
    return { ...view, state: parsed(view.state), meta: parsed(view.meta) };
  },
);

/** A dead letter with its message as data. */
export type ShownDeadLetter = Omit<DeadLetter, 'body'> & { readonly message: unknown };

/** The dead letters of one actor, or of all that have some (page by page). */
export const listDeadLetters = operation(
  listInput.extend({ actor: actor.optional() }),
  async ({ actors }, { actor: key, ...query }) => {
    const page: ActorPage =
      key === undefined ? await actors.listDead(queryOf(query)) : { actors: [key], cursor: null };
    const lists = await Promise.all(page.actors.map((of) => actors.deadLetters(of)));
    const letters = lists
      .flat()
      .map(({ body, ...rest }): ShownDeadLetter => ({ ...rest, message: parsed(body) }));
    return { deadLetters: letters, cursor: page.cursor };
  },
);

/** Puts dead letters back into the inbox. */
export const redriveDeadLetters = operation(lettersInput, async ({ actors }, input) => ({
  redriven: await actors.redrive(input.actor, input.ids),
}));

/** Deletes dead letters. */
export const dropDeadLetters = operation(lettersInput, async ({ actors }, input) => ({
  dropped: await actors.drop(input.actor, input.ids),
}));

/** Makes a suspended actor active. */
export const resumeActor = operation(z.strictObject({ actor }), async ({ actors }, input) => ({
  resumed: await actors.resume(input.actor),
}));
