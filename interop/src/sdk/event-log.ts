import { waitFor } from '@belfry/testkit';
import { terse, type JsonObject } from '../json.ts';
import type { Log } from './client.ts';

/** How long anything that has to come may take, in ms: the machine may be busy. */
export const PATIENCE_MS = 20_000;

export class EventLog implements Log {
  readonly events: JsonObject[] = [];
  readonly errors: number[] = [];
  readonly #of: string;

  constructor(of: string) {
    this.#of = of;
  }

  /** Events tell what changed: what is empty or false is left out. */
  add(on: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.events.push({ on, ...terse(details) });
  }

  /** Codes below 100 are the SDK's own and depend on the moment. */
  addError(code: number): void {
    if (code >= 100) this.errors.push(code);
  }

  async saw(on: string, count = 1): Promise<JsonObject> {
    const found = await waitFor(() => this.#found(on, count), {
      timeoutMs: PATIENCE_MS,
      what: `${on} (${count}) of ${this.#of}`,
    }).catch((cause: unknown) => {
      const seen = JSON.stringify(this.events);
      throw new Error(`${(cause as Error).message}; there was ${seen}`, { cause });
    });
    return found;
  }

  #found(on: string, count: number): JsonObject | undefined {
    return this.events.filter((each) => each['on'] === on)[count - 1];
  }
}
