import type { NodeInfo } from './messages.ts';

/** Who has announced itself of late, by the clock of whoever listens. */
export class NodeRegistry {
  readonly #expireMs: number;
  readonly #seen = new Map<string, { info: NodeInfo; at: number }>();

  /** @param expireMs for how long a node counts after it was last heard of */
  constructor(expireMs: number) {
    this.#expireMs = expireMs;
  }

  heard(info: NodeInfo, now: number): void {
    this.#seen.set(info.uid, { info, at: now });
  }

  left(uid: string): void {
    this.#seen.delete(uid);
  }

  /** Those that are there, by their ids. */
  alive(now: number): NodeInfo[] {
    const there: NodeInfo[] = [];
    for (const [uid, { info, at }] of this.#seen) {
      if (now - at < this.#expireMs) there.push(info);
      else this.#seen.delete(uid);
    }
    return there.sort((a, b) => (a.uid < b.uid ? -1 : 1));
  }

  has(uid: string, now: number): boolean {
    const known = this.#seen.get(uid);
    return known !== undefined && now - known.at < this.#expireMs;
  }
}
