/** What has something to write. */
export interface Flushable {
  flush(): void;
}

/** Writes once per turn of the event loop what connections are owed by then: each gets one write, however many frames it is owed. */
export class Flusher {
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];
  #scheduled = false;

  add(item: Flushable): void {
    this.#dirty.push(item);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const dirty = this.#dirty;
    this.#dirty = this.#spare;
    for (const item of dirty) item.flush();
    dirty.length = 0;
    this.#spare = dirty;
  };
}
