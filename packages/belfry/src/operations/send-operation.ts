import type { AnyActorDefinition, Schema } from '@belfry/actors';
import { type ActorKey, encodeActorMessage, parseActorKey, type Sender } from '@belfry/protocol';
import type { ActorStore } from '@belfry/store';
import { z } from 'zod';
import { DEFAULT_INBOX_LIMIT, problemOf } from '../run/actor-kinds.ts';
import { actorInput } from './actor-operations.ts';
import { change, type OperationContext, OperationError } from './operation.ts';

/** A message for an actor. */
export interface SendInput {
  readonly actor: ActorKey;
  readonly data: z.core.util.JSONType;
  readonly user?: string | undefined;
}

/** What handlers see as the connection of a client that a person speaks for. */
const CLIENT = 'belfry-cli';

export const sendInput: z.ZodType<SendInput, SendInput> = z.strictObject({
  actor: actorInput,
  data: z.json(),
  /** Send as this user's client; absent: as the deployment itself. */
  user: z.string().min(1).optional(),
});

/** The schema that the message must fit; throws when the kind takes none of that sort. */
function schemaOf({ kind, spec }: AnyActorDefinition, isClient: boolean): Schema {
  const schema = (isClient ? spec.control : spec.internal) as Schema | undefined;
  if (schema !== undefined) return schema;
  const other = (isClient ? spec.internal : spec.control) as Schema | undefined;
  const takes = isClient
    ? 'clients (it has no `control`)'
    : 'the deployment (it has no `internal`)';
  const hint = isClient ? 'leave --user out' : 'send as a client with --user NAME';
  throw new OperationError(
    `the kind "${kind}" takes no messages from ${takes}${other === undefined ? '' : `; ${hint}`}.`,
  );
}

/** Puts a message into an actor's inbox. Throws an `OperationError` that says why not. */
export async function sendMessage(
  {
    actors,
    definitions,
  }: Pick<OperationContext, 'definitions'> & { readonly actors: Pick<ActorStore, 'send'> },
  input: SendInput,
): Promise<{ readonly sent: true }> {
  const { actor, data, user } = input;
  const kind = parseActorKey(actor)?.kind ?? '';
  const all = await definitions();
  const definition = all.find((each) => each.kind === kind);
  if (definition === undefined) {
    const known =
      all.length === 0 ? 'there are none' : `there are ${all.map((d) => d.kind).join(', ')}`;
    throw new OperationError(`the config has no kind "${kind}"; ${known}.`);
  }
  const schema = schemaOf(definition, user !== undefined);
  let cause: Error | undefined;
  const problem = problemOf(schema, data, (error) => {
    cause = error instanceof Error ? error : new Error(String(error));
  });
  if (cause !== undefined) {
    throw new OperationError(`the schema of the kind fails on the data: ${cause.message}.`, {
      cause,
    });
  }
  if (problem !== null) throw new OperationError(`the data does not fit the kind: ${problem}`);
  const from: Sender =
    user === undefined ? { type: 'system' } : { type: 'client', user, client: CLIENT };
  const result = await actors.send({
    to: actor,
    body: encodeActorMessage({ type: 'message', from, data }),
    mustExist: definition.spec.creation === 'explicit',
    inboxLimit: definition.spec.inboxLimit ?? DEFAULT_INBOX_LIMIT,
  });
  if (result === 'no-actor') throw new OperationError(`there is no actor ${actor}.`);
  if (result === 'full') throw new OperationError(`the inbox of ${actor} is full.`);
  return { sent: true };
}

/** The same for people. */
export const sendToActor = change(sendInput, sendMessage);
