import { createPublicKey, type KeyObject } from 'node:crypto';

/** The key that 32 bytes in base64url are; `null`: they are none. */
export function publicKeyOf(x: string): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

export interface NodeKeysOptions {
  /** The public key of a node in base64url; `null`: there is no such node. */
  readonly fetch: (node: string) => Promise<string | null>;
  /** How many are kept. */
  readonly max: number;
}

/**
 * The keys of nodes. What is kept is never wrong: the id of a node is made of its key. Whether the node is still there is for its actor
 * to say.
 */
export class NodeKeys {
  readonly #options: NodeKeysOptions;
  /** In the order of last use. */
  readonly #known = new Map<string, KeyObject>();
  readonly #fetching = new Map<string, Promise<KeyObject | null>>();

  constructor(options: NodeKeysOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  async get(node: string): Promise<KeyObject | null> {
    const known = this.#known.get(node);
    if (known === undefined) return this.#fetch(node);
    this.#known.delete(node);
    this.#known.set(node, known);
    return known;
  }

  #fetch(node: string): Promise<KeyObject | null> {
    let fetching = this.#fetching.get(node);
    if (fetching === undefined) {
      fetching = this.#load(node).finally(() => this.#fetching.delete(node));
      this.#fetching.set(node, fetching);
    }
    return fetching;
  }

  async #load(node: string): Promise<KeyObject | null> {
    const text = await this.#options.fetch(node);
    const key = text === null ? null : publicKeyOf(text);
    if (key === null) return null;
    this.#known.set(node, key);
    if (this.#known.size > this.#options.max) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return key;
  }
}
