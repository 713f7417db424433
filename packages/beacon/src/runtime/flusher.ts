/** What has something to write. */
export interface Flushable {
  flush(): void;
}

/**
 * Makes one buffer of several pieces. Many connections are owed the same pieces at the same time: what was made for one is given to the
 * next too, as long as its pieces are the same objects.
 */
export class Joiner {
  #pieces: readonly Uint8Array[] = [];
  #joined: Uint8Array = NOTHING;

  join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
    if (!areSame(pieces, this.#pieces)) {
      this.#joined = Buffer.concat(pieces, bytes);
      this.#pieces = pieces;
    }
    return this.#joined;
  }

  forget(): void {
    this.#pieces = [];
    this.#joined = NOTHING;
  }
}

const NOTHING = new Uint8Array();

function areSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Writes once per turn of the event loop what connections are owed by then: each gets one write, however many frames it is owed. */
export class Flusher {
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];
  #scheduled = false;
  readonly joiner: Joiner = new Joiner();

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
    this.joiner.forget();
    this.#spare = dirty;
  };
}
