import { type ActorKey, parseActorKey } from '@belfry/protocol';
import type { ActorListQuery, ActorPage, ActorView, DeadLetter } from '@belfry/store';
import { z } from 'zod';
import { change, operation, type OperationContext, OperationError } from './operation.ts';

const isActorKey = (value: unknown): boolean =>
  typeof value === 'string' && parseActorKey(value) !== null;

/** `kind/id` */
export const actorInput: z.ZodType<ActorKey, ActorKey> = z.custom<ActorKey>(isActorKey, {
  error: ({ input }) =>
    `got ${JSON.stringify(input) ?? 'nothing'}; an actor is named kind/id, e.g. tictactoe/A1B2C3`,
});
const actor = actorInput;

const listInput = z.strictObject({
  kind: z.string().optional(),
  cursor: z
    .string()
    .regex(/^\d{1,5}:./, {
      error: ({ input }) => `got ${JSON.stringify(input)}; give the one that the last page told`,
    })
    .optional(),
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

/** A kind that nobody defines and that has no actors is a typing error. */
async function checkKind({ definitions }: OperationContext, kind: string): Promise<void> {
  const kinds = (await definitions().catch(() => [])).map((each) => each.kind);
  if (kinds.length === 0 || kinds.includes(kind)) return;
  throw new OperationError(`there is no kind "${kind}"; there are ${kinds.join(', ')}.`);
}

async function checkExists({ actors }: OperationContext, key: ActorKey): Promise<ActorView> {
  const view = await actors.peek(key);
  if (view === null) throw new OperationError(`there is no actor ${key}.`);
  return view;
}

/** Lists actors with how they are. */
export const listActors = operation(listInput, async (context, input) => {
  const { actors } = context;
  const page = await actors.list(queryOf(input));
  if (page.actors.length === 0 && input.kind !== undefined) await checkKind(context, input.kind);
  const views = await Promise.all(page.actors.map((key) => actors.peek(key)));
  const found = views.flatMap((view): ActorSummary[] => {
    if (view === null) return [];
    const { state: _state, meta: _meta, fence: _fence, ...rest } = view;
    return [rest];
  });
  return { actors: found, cursor: page.cursor };
});

/** An actor with its state. */
export const showActor = operation(z.strictObject({ actor }), async (context, { actor: key }) => {
  const view = await checkExists(context, key);
  return { ...view, state: parsed(view.state), meta: parsed(view.meta) };
});

/** A dead letter with its message as data. */
export type ShownDeadLetter = Omit<DeadLetter, 'body'> & { readonly message: unknown };

/** The dead letters of one actor, or of all that have some (page by page). */
export const listDeadLetters = operation(
  listInput.extend({ actor: actor.optional() }),
  async (context, { actor: key, ...query }) => {
    const { actors } = context;
    if (key !== undefined) await checkExists(context, key);
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
export const redriveDeadLetters = change(lettersInput, async (context, input) => {
  await checkExists(context, input.actor);
  return { redriven: await context.actors.redrive(input.actor, input.ids) };
});

/** Deletes dead letters. */
export const dropDeadLetters = change(lettersInput, async (context, input) => {
  await checkExists(context, input.actor);
  return { dropped: await context.actors.drop(input.actor, input.ids) };
});

/** Makes a suspended actor active. */
export const resumeActor = change(z.strictObject({ actor }), async (context, input) => {
  await checkExists(context, input.actor);
  return { resumed: await context.actors.resume(input.actor) };
});
