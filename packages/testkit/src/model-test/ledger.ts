import type { ActorKey } from '@belfry/protocol';

interface Entry {
  readonly to: ActorKey;
  /** Where it came from: one stream is in order. */
  readonly stream: string;
  /** Its place in the order in which everything was sent. */
  readonly n: number;
  /** Must become of it what becomes of an accepted message; else it may also have been dropped as a duplicate or for lack of an actor. */
  readonly required: boolean;
  redriven: boolean;
  /** How often a commit consumed it other than as a dead letter. */
  consumed: number;
  /** How often it was dropped as a dead letter. */
  dropped: number;
}

/**
 * Book-keeping of its own beside the model: what was accepted, what commits consumed, what they published. It knows nothing of how a
 * store works, only what must be true at the end.
 */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  /** What left each inbox, in order. */
  readonly #left = new Map<ActorKey, string[]>();
  readonly #published = new Map<string, { body: string; stream: string; forgotten: boolean }[]>();
  #count = 0;

  /** A new, unique body. */
  body(kind: 'm' | 'p'): string {
    this.#count += 1;
    return `${kind}${this.#count}`;
  }

  sent(
    body: string,
    to: ActorKey,
    from: { readonly stream: string; readonly required: boolean },
  ): void {
    const n = Number(body.slice(1));
    this.#entries.set(body, { to, ...from, n, redriven: false, consumed: 0, dropped: 0 });
  }

  /** What a commit took out of an inbox. */
  consumed(actor: ActorKey, bodies: readonly string[], dead: readonly string[]): void {
    for (const body of bodies) {
      const entry = this.#entries.get(body);
      // Presence.
      if (!entry) continue;
      const left = this.#left.get(actor) ?? [];
      this.#left.set(actor, left);
      if (!entry.redriven) left.push(body);
      if (!dead.includes(body)) entry.consumed += 1;
    }
  }

  redriven(bodies: readonly string[]): void {
    for (const body of bodies) {
      const entry = this.#entries.get(body);
      if (entry) entry.redriven = true;
    }
  }

  dropped(bodies: readonly string[]): void {
    for (const body of bodies) {
      const entry = this.#entries.get(body);
      if (entry) entry.dropped += 1;
    }
  }

  published(channel: string, body: string, stream: string): void {
    const list = this.#published.get(channel) ?? [];
    this.#published.set(channel, list);
    list.push({ body, stream, forgotten: false });
  }

  forgotten(channel: string): void {
    for (const one of this.#published.get(channel) ?? []) one.forgotten = true;
  }

  /** To be called when all inboxes are empty. Throws an Error that names what was lost, doubled or out of order. */
  settle(dead: ReadonlyMap<ActorKey, readonly string[]>): void {
    for (const [body, entry] of this.#entries) {
      const waiting = (dead.get(entry.to) ?? []).filter((one) => one === body).length;
      const fates = entry.consumed + entry.dropped + waiting;
      const what = `message ${body} to ${entry.to}`;
      if (entry.consumed > 1) throw new Error(`${what} took effect ${entry.consumed} times`);
      if (fates > 1)
        throw new Error(`${what} was consumed, dropped or is a dead letter ${fates} times`);
      if (fates === 0 && entry.required) throw new Error(`${what} was lost`);
    }
    for (const [actor, bodies] of this.#left) {
      const last = new Map<string, number>();
      for (const body of bodies) {
        const { stream, n } = this.#entries.get(body) ?? { stream: '', n: 0 };
        if (n < (last.get(stream) ?? 0)) throw new Error(`${actor} consumed ${body} too late`);
        last.set(stream, n);
      }
    }
  }

  /** Whether a history that keeps everything is what was published, once and in order per stream, without holes. */
  settleChannel(
    channel: string,
    history: readonly { readonly offset: number; readonly body: string }[],
  ): void {
    const published = this.#published.get(channel) ?? [];
    const expected = published.filter(({ forgotten }) => !forgotten).map(({ body }) => body);
    const bodies = history.map(({ body }) => body);
    if (bodies.toSorted().join() !== expected.toSorted().join()) {
      throw new Error(
        `${channel} keeps [${bodies.join()}], but published was [${expected.join()}]`,
      );
    }
    const streams = new Map(published.map(({ body, stream }) => [body, stream]));
    const last = new Map<string, number>();
    for (const [i, { body, offset }] of history.entries()) {
      if (i > 0 && offset !== (history[i - 1]?.offset ?? 0) + 1) {
        throw new Error(`${channel} has a hole before offset ${offset}`);
      }
      const stream = streams.get(body) ?? '';
      const n = Number(body.slice(1));
      if (n < (last.get(stream) ?? 0)) throw new Error(`${channel} has ${body} too late`);
      last.set(stream, n);
    }
  }

  get channels(): string[] {
    return [...this.#published.keys()];
  }
}
