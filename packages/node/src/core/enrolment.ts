import type { RegisterReply, RegisterRequest } from '@belfry/protocol';
import type { AgentNotice } from './agent-events.ts';
import type { AgentSettings } from './agent-snapshot.ts';
import { Retry } from './retry.ts';

const RETRY = { baseMs: 500, capMs: 30_000 };
/** How often a node that nobody has claimed asks whether somebody has, in ms. */
const POLL_MS = 3_000;

/** Whether the Sentinel knows a node, and whose it is. */
export class Enrolment {
  /** The body of `register`. */
  readonly request: string;
  readonly #retry = new Retry(RETRY);
  #status: 'outside' | 'unclaimed' | 'member' = 'outside';
  #node: string | null = null;
  #pool: string | null = null;
  #code: string | null = null;

  constructor({ name, publicKey, capabilities, claim }: AgentSettings) {
    const request: RegisterRequest = {
      publicKey,
      name,
      capabilities,
      ...(claim === undefined ? {} : { claim }),
    };
    this.request = JSON.stringify(request);
  }

  get status(): 'outside' | 'unclaimed' | 'member' {
    return this.#status;
  }

  get node(): string | null {
    return this.#node;
  }

  get pool(): string | null {
    return this.#pool;
  }

  /** What its owner has to type. */
  get code(): string | null {
    return this.#code;
  }

  /** When it may register; `Infinity`: it has. */
  get nextAt(): number {
    return this.#status === 'member' ? Infinity : this.#retry.at;
  }

  /** @returns what is new for people */
  answered(reply: RegisterReply, now: number, random: number): AgentNotice | null {
    const { node, pool, code, codeExpiresAt = 0 } = reply;
    this.#node = node;
    if (reply.status === 'claimed') {
      this.#status = 'member';
      this.#code = null;
      this.#pool = pool ?? null;
      return { type: 'registered', node, pool };
    }
    this.#status = 'unclaimed';
    this.#retry.succeeded();
    // Spread, so that nodes that were started together do not ask together.
    this.#retry.failed(now, 0, POLL_MS * (0.5 + random / 2));
    if (code === undefined || code === this.#code) return null;
    this.#code = code;
    return { type: 'code', code, expiresAt: codeExpiresAt };
  }

  failed(now: number, random: number, atLeastMs = 0): void {
    this.#retry.failed(now, random, atLeastMs);
  }

  /** It is known, as another call shows. */
  confirmed(): void {
    this.#retry.succeeded();
  }

  /** It is not known any more. */
  lost(now: number, random: number): void {
    if (this.#status !== 'member') return;
    this.#status = 'outside';
    // Not at once again and again, where the Sentinel registers it and does not know it then.
    this.#retry.failed(now, random);
  }
}
