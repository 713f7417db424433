/** What is to happen when, in simulated time. */
export class EventQueue {
  readonly #events: { readonly at: number; readonly seq: number; readonly run: () => void }[] = [];
  #seq = 0;
  now = 1_700_000_000_000;

  at(time: number, run: () => void): void {
    const events = this.#events;
    const event = { at: Math.max(this.now, time), seq: this.#seq++, run };
    let i = events.push(event) - 1;
    while (i > 0) {
      const up = (i - 1) >>> 1;
      if (!isBefore(event, events[up]!)) break;
      events[i] = events[up]!;
      i = up;
    }
    events[i] = event;
  }

  in(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Lets the next thing happen. False: there is none before `until`. */
  step(until: number): boolean {
    const next = this.#events[0];
    if (next === undefined || next.at > until) return false;
    this.#pop();
    this.now = next.at;
    next.run();
    return true;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop()!;
    if (events.length === 0) return;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= events.length) break;
      if (down + 1 < events.length && isBefore(events[down + 1]!, events[down]!)) down++;
      if (isBefore(last, events[down]!)) break;
      events[i] = events[down]!;
      i = down;
    }
    events[i] = last;
  }
}

function isBefore(
  a: { readonly at: number; readonly seq: number },
  b: { readonly at: number; readonly seq: number },
): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
