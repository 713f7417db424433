import type { TokenStore } from '@belfry/store';
import { CODE_TTL_MS } from './admin-token.ts';

/** The most codes that are remembered here; a code can only be made by who has the secret. */
const MAX_CODES = 10_000;

/**
 * Which links have been used. The store remembers it for all Beacons; while the store is away this process knows of its own at
 * least, for an operator is needed most just then.
 */
export class UsedCodes {
  readonly #tokens: TokenStore;
  readonly #here = new Set<string>();

  constructor(tokens: TokenStore) {
    this.#tokens = tokens;
  }

  /** Uses a code; false: it was used before. */
  async use(id: string): Promise<boolean> {
    if (this.#here.has(id)) return false;
    if (this.#here.size >= MAX_CODES) {
      const [oldest] = this.#here;
      if (oldest !== undefined) this.#here.delete(oldest);
    }
    this.#here.add(id);
    // A bucket of one, full again only when the code has long run out.
    const bucket = { rate: 1, intervalMs: CODE_TTL_MS * 2 };
    try {
      const { granted } = await this.#tokens.take(`admin-code:${id}`, [bucket], 1);
      return granted === 1;
    } catch {
      return true;
    }
  }
}
