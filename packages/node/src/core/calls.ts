import type { NodeCall } from '@belfry/protocol';
import type { AgentEffect, CallReply } from './agent-events.ts';

interface OpenCall {
  readonly call: NodeCall;
  /** The number of the event that it was made in. */
  readonly sentWith: number;
}

/** The calls that are under way. */
export class Calls {
  readonly #open = new Map<number, OpenCall>();
  #next = 1;

  isOpen(...calls: readonly NodeCall[]): boolean {
    for (const { call } of this.#open.values()) if (calls.includes(call)) return true;
    return false;
  }

  make(call: NodeCall, body: string, { timeoutMs, sentWith }: CallOptions): AgentEffect {
    const id = this.#next++;
    this.#open.set(id, { call, sentWith });
    return { type: 'call', id, call, body, timeoutMs };
  }

  /** The call that this is the answer to; `undefined`: it has been answered. */
  take(id: number): OpenCall | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    return open;
  }
}

interface CallOptions {
  readonly timeoutMs: number;
  readonly sentWith: number;
}

/**
 * What to do about a call that failed. `again`: later. `register`: the Sentinel does not know the node. `refused`: the same call will not succeed.
 * `end`: no call will.
 */
export type Verdict = 'again' | 'register' | 'removed' | 'refused' | 'end';

const PASSING: ReadonlySet<string> = new Set(['clock_off', 'nonce_used']);
const PASSING_STATUS: ReadonlySet<number> = new Set([0, 408, 425, 429]);

export function verdictOf({ code, status }: Extract<CallReply, { ok: false }>): Verdict {
  if (code === 'removed') return 'removed';
  if (code === 'protocol') return 'end';
  if (code === 'unknown_node' || code === 'unclaimed') return 'register';
  if (PASSING.has(code) || PASSING_STATUS.has(status) || status >= 500) return 'again';
  return 'refused';
}
