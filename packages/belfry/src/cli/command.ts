import type { Assignment } from '../config/assignment.ts';

/** How the program ends. Documented in `belfry --help`. */
export const EXIT = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** It was asked in a way that it does not understand. */
  usage: 2,
} as const;

/** A mistake in how the program was called. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that a person can understand and mend; shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A flag of a command. */
export interface FlagSpec {
  /** Without dashes. */
  readonly name: string;
  /** What its value is called in the help; `undefined`: it takes none. */
  readonly value?: string;
  /** May be given several times. Default false: the last one counts. */
  readonly multiple?: boolean;
  readonly doc: string;
  /** The field of the config it sets; `belfry start --no-<name>` sets a switch to false. */
  readonly field?: string;
}

/** What a command was called with. */
export interface Invocation {
  /** Values per flag; `true` for one that takes none, `false` for its `--no-` form. */
  readonly flags: ReadonlyMap<string, readonly (string | boolean)[]>;
  readonly positionals: readonly string[];
  /** What the flags say of the config. */
  readonly assignments: readonly Assignment[];
}

/** One thing the program can do. */
export interface Command {
  /** `['actors', 'ls']` */
  readonly path: readonly string[];
  readonly summary: string;
  /** Names of the positionals, `[…]` for one that may be left out. */
  readonly args?: readonly string[];
  readonly flags: readonly FlagSpec[];
  /** More for its help: paragraphs. */
  readonly notes?: readonly string[];
  readonly examples?: readonly string[];
  /** Resolves with the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** The value of a flag, the last one where there are several. */
export function flagText(invocation: Invocation, name: string): string | undefined {
  const value = invocation.flags.get(name)?.at(-1);
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag without a value was given. */
export function hasFlag(invocation: Invocation, name: string): boolean {
  return invocation.flags.get(name)?.at(-1) === true;
}

/** A flag's value as a whole number from `min` to `max`. */
export function flagNumber(
  invocation: Invocation,
  name: string,
  range: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = flagText(invocation, name);
  if (text === undefined) return range.fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new UsageError(
      `--${name}: got "${text}"; it must be a whole number from ${range.min} to ${range.max}.`,
    );
  }
  return value;
}
