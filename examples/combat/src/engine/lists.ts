/** Lists of entries, one list for each index, that become three flat arrays. */
export class Lists {
  readonly #lists: { readonly what: number; readonly share: number }[][];

  constructor(count: number) {
    this.#lists = Array.from({ length: count }, () => []);
  }

  /** Adds to the list of `index`: an index and a number. */
  add(index: number, what: number, share = 0): void {
    const list = this.#lists[index];
    if (list === undefined) throw new RangeError(`there is no list ${index}`);
    list.push({ what, share });
  }

  /** One longer than there are lists: where each begins. */
  starts(): Int32Array {
    let at = 0;
    const starts = [0];
    for (const list of this.#lists) starts.push((at += list.length));
    return Int32Array.from(starts);
  }

  whats(): Int32Array {
    return Int32Array.from(this.#lists.flat(), ({ what }) => what);
  }

  shares(): Float64Array {
    return Float64Array.from(this.#lists.flat(), ({ share }) => share);
  }

  /** The most entries of one list. */
  longest(): number {
    return this.#lists.reduce((most, list) => Math.max(most, list.length), 0);
  }
}
