/**
 * The types of an actor's messages, read off its definition. `import type { match } from './match.ts'` and `typeof match` bring them to
 * a client without bringing the actor's code.
 */

/** What of a Standard Schema carries its types. */
interface TypedSchema<Input, Output> {
  readonly '~standard': {
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type InputOf<S> = S extends TypedSchema<infer Input, unknown> ? Input : never;
type OutputOf<S> = S extends TypedSchema<unknown, infer Output> ? Output : never;

/** Any actor definition. */
export interface DefinitionLike {
  readonly kind: string;
  readonly spec: object;
}

type Part<D extends DefinitionLike, Name extends string> =
  D['spec'] extends Partial<Readonly<Record<Name, infer S>>> ? NonNullable<S> : never;

/** What clients send to it. */
export type ControlMessageOf<D extends DefinitionLike> = InputOf<Part<D, 'control'>>;

/** What it publishes to everyone. */
export type ServerMessageOf<D extends DefinitionLike> = OutputOf<Part<D, 'server'>>;

/** What it publishes to single users. */
export type UserMessageOf<D extends DefinitionLike> = OutputOf<Part<D, 'user'>>;

/** What the deployment itself sends to it. */
export type InternalMessageOf<D extends DefinitionLike> = InputOf<Part<D, 'internal'>>;
