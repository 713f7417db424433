import type { AnyActorDefinition, Schema } from '@belfry/actors';
import type { ActorKind, ActorKinds } from '@belfry/beacon';

/** An inbox holds so many messages unless its kind says otherwise; as in `ActorSpec`. */
export const DEFAULT_INBOX_LIMIT = 1_000;
/** More than that helps nobody to mend a message. */
const MAX_ISSUES = 3;

/**
 * What is wrong with `data`, in words for its sender; `null`: nothing.
 *
 * @param onThrow hears what the schema threw, which is nothing for a sender to see
 */
export function problemOf(
  schema: Schema,
  data: unknown,
  onThrow: (error: unknown) => void,
): string | null {
  let result: ReturnType<Schema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(data);
  } catch (error) {
    onThrow(error);
    return 'the schema of this kind fails on it; the log of the server says how';
  }
  if (result instanceof Promise) {
    // Its outcome is of no use any more, but must not end the process. Some libraries try asynchronously what threw.
    result.catch(onThrow);
    return 'the schema of this kind throws, or validates asynchronously, which it must not';
  }
  if (result.issues === undefined) return null;
  return result.issues
    .slice(0, MAX_ISSUES)
    .map(({ path = [], message }) => {
      const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
      return steps.length === 0 ? message : `${steps.join('.')}: ${message}`;
    })
    .join('; ');
}

/** What the Beacon must know of the kinds that clients can reach: those with a control schema. */
export function actorKinds(
  definitions: Iterable<AnyActorDefinition>,
  onThrow: (kind: string, error: unknown) => void,
): ActorKinds {
  const kinds = new Map<string, ActorKind>();
  for (const { kind, spec } of definitions) {
    const control = spec.control as Schema | undefined;
    if (control === undefined) continue;
    kinds.set(kind, {
      kind,
      inboxLimit: spec.inboxLimit ?? DEFAULT_INBOX_LIMIT,
      explicit: spec.creation === 'explicit',
      validate: (data) =>
        problemOf(control, data, (error) => {
          onThrow(kind, error);
        }),
    });
  }
  return kinds;
}

/** The kinds without a control schema: other actors and the deployment send to them, clients never see them. */
export function closedKinds(definitions: Iterable<AnyActorDefinition>): ReadonlySet<string> {
  const closed = new Set<string>();
  for (const { kind, spec } of definitions) if (spec.control === undefined) closed.add(kind);
  return closed;
}
