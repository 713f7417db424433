/** Keys by the time they are due: a binary heap that also finds, moves and removes a key. All operations O(log n). */
export class DueHeap<K> {
  readonly #keys: K[] = [];
  readonly #times: number[] = [];
  readonly #places = new Map<K, number>();

  get size(): number {
    return this.#keys.length;
  }

  /** When `key` is due; `undefined`: it is not here. */
  timeOf(key: K): number | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#times[place];
  }

  /** When the first key is due; `undefined`: there is none. */
  nextTime(): number | undefined {
    return this.#times[0];
  }

  /** Adds `key`, or moves it. */
  set(key: K, time: number): void {
    const place = this.#places.get(key);
    if (place === undefined) {
      this.#up(this.#keys.length, key, time);
    } else if (time < (this.#times[place] as number)) {
      this.#up(place, key, time);
    } else {
      this.#down(place, key, time);
    }
  }

  delete(key: K): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    const lastKey = this.#keys.pop() as K;
    const lastTime = this.#times.pop() as number;
    if (place === this.#keys.length) return;
    // The last one takes the hole, from where it may have to go either way.
    this.#up(place, lastKey, lastTime);
    this.#down(this.#places.get(lastKey) as number, lastKey, lastTime);
  }

  /** Takes out the first key if it is due by `now`. */
  popDue(now: number): K | undefined {
    const time = this.#times[0];
    if (time === undefined || time > now) return undefined;
    const key = this.#keys[0] as K;
    this.delete(key);
    return key;
  }

  clear(): void {
    this.#keys.length = 0;
    this.#times.length = 0;
    this.#places.clear();
  }

  #up(from: number, key: K, time: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((this.#times[parent] as number) <= time) break;
      this.#put(place, this.#keys[parent] as K, this.#times[parent] as number);
      place = parent;
    }
    this.#put(place, key, time);
  }

  #down(from: number, key: K, time: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#keys.length) break;
      if (
        child + 1 < this.#keys.length &&
        (this.#times[child + 1] as number) < (this.#times[child] as number)
      ) {
        child++;
      }
      if ((this.#times[child] as number) >= time) break;
      this.#put(place, this.#keys[child] as K, this.#times[child] as number);
      place = child;
    }
    this.#put(place, key, time);
  }

  #put(place: number, key: K, time: number): void {
    this.#keys[place] = key;
    this.#times[place] = time;
    this.#places.set(key, place);
  }
}
