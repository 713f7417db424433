/** Tells a process that it is one of several which share a port: JSON of `ChildContext`. Set by the primary, and not meant for people. */
export const CHILD_VARIABLE = 'BELFRY_PROCESS';

/** What one of several processes is told by the primary. */
export interface ChildContext {
  /** From 1. The process that takes the place of one that ended has the same. */
  readonly index: number;
  /** Where all of them listen; `0`: they do not, or each where its config says. */
  readonly port: number;
}

/** Reads what the primary said; `undefined`: this process was started by a person. */
export function readChildContext(text: string | undefined): ChildContext | undefined {
  if (text === undefined || text === '') return undefined;
  const { index, port } = JSON.parse(text) as Partial<ChildContext>;
  if (!Number.isInteger(index) || !Number.isInteger(port)) {
    throw new TypeError(`${CHILD_VARIABLE}: ${text} is not for people to set; unset it`);
  }
  return { index: index as number, port: port as number };
}
