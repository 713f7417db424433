const NOBODY: readonly never[] = [];

/**
 * Sets of values by key, for very many keys of which most have one value: that one takes no set of its own. Values are not sets
 * themselves.
 */
export class Groups<K, V extends object> {
  readonly #groups = new Map<K, V | Set<V>>();

  /** How many keys have values. */
  get size(): number {
    return this.#groups.size;
  }

  /** True: it is the key's first. */
  add(key: K, value: V): boolean {
    const there = this.#groups.get(key);
    if (there === undefined) {
      this.#groups.set(key, value);
      return true;
    }
    if (there instanceof Set) there.add(value);
    else if (there !== value) this.#groups.set(key, new Set([there, value]));
    return false;
  }

  /** False: it was not there. */
  delete(key: K, value: V): boolean {
    const there = this.#groups.get(key);
    if (there instanceof Set) {
      // The set stays until it is empty: what goes often comes again.
      if (!there.delete(value)) return false;
      if (there.size === 0) this.#groups.delete(key);
      return true;
    }
    return there === value && this.#groups.delete(key);
  }

  has(key: K): boolean {
    return this.#groups.has(key);
  }

  keys(): IterableIterator<K> {
    return this.#groups.keys();
  }

  count(key: K): number {
    const there = this.#groups.get(key);
    if (there === undefined) return 0;
    return there instanceof Set ? there.size : 1;
  }

  /** The values of a key, in the order they came. They may be deleted meanwhile, and are passed over then. */
  of(key: K): Iterable<V> {
    const there = this.#groups.get(key);
    if (there === undefined) return NOBODY;
    return there instanceof Set ? there : [there];
  }
}
