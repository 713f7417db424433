/** What the run knows of its nodes: who they are, which of them nobody can hear, and what they did. */
import type { Row } from '../report.ts';
import type { Part } from '../torture/deployment.ts';
import {
  SILENT_FAULTS,
  type AgentFigures,
  type FaultOrder,
  type NodeFault,
} from './agents/agent-protocol.ts';
import type { DeadWatch } from './dead-watch.ts';
import type { ChaosTarget } from './fleet-chaos.ts';

const TIMEOUT_MS = 2_000;

export class AgentBook {
  readonly #parts: readonly Part[];
  readonly #ids = new Map<number, string>();
  /** By node: until when nobody can hear it, in ms of `performance.now`. */
  readonly #silentUntil = new Map<number, number>();
  /** By process and how often it was started: what it told last. */
  readonly #told = new Map<string, AgentFigures>();

  constructor(targets: readonly ChaosTarget[]) {
    this.#parts = targets.map(({ part }) => part);
  }

  /** Nothing is heard of the node from now on, for so long. */
  silent(watch: DeadWatch, number: number, forMs: number): void {
    const now = performance.now();
    const until = Math.max(this.#silentUntil.get(number) ?? 0, now + forMs);
    this.#silentUntil.set(number, until);
    const id = this.#ids.get(number);
    if (id !== undefined) watch.fellSilent(id, now);
  }

  back(watch: DeadWatch, number: number): void {
    this.#silentUntil.delete(number);
    const id = this.#ids.get(number);
    if (id !== undefined) watch.spoke(id);
  }

  /** Time passed: whose fault is over may be heard again. */
  passed(watch: DeadWatch): void {
    for (const [number, until] of this.#silentUntil) {
      if (performance.now() >= until) this.back(watch, number);
    }
  }

  async fail(
    watch: DeadWatch,
    order: {
      readonly target: ChaosTarget;
      readonly nodes: readonly number[];
      readonly fault: NodeFault;
      readonly forMs: number;
    },
  ): Promise<void> {
    const { target, nodes, fault, forMs } = order;
    await Promise.all(
      nodes.map(async (number) => {
        const body: FaultOrder = { number, fault, forMs };
        const sentAt = performance.now();
        const answer = await ask(`${target.part.url}/fault`, body);
        if (answer === null || !SILENT_FAULTS.has(fault)) return;
        // It may have begun, and so be over, as early as it was sent.
        this.silent(watch, number, forMs - (performance.now() - sentAt));
      }),
    );
  }

  /** Asks each process what it did so far. */
  async look(): Promise<void> {
    await Promise.all(
      this.#parts.map(async (part) => {
        if (part.state !== 'up') return;
        const { name, starts } = part;
        const figures = (await ask(`${part.url}/figures`)) as AgentFigures | null;
        if (figures === null) return;
        this.#told.set(`${name} ${starts}`, figures);
        for (const [number, id] of Object.entries(figures.ids)) this.#ids.set(Number(number), id);
      }),
    );
  }

  counts(): Row {
    const all = [...this.#told.values()];
    const sum = (of: (figures: AgentFigures) => number): number =>
      all.reduce((total, figures) => total + of(figures), 0);
    return {
      nodes: this.#ids.size,
      chunks_run: sum(({ ran }) => ran),
      lies: sum(({ lies }) => lies),
      sent_twice: sum(({ sentTwice }) => sentTwice),
      sent_late: sum(({ sentLate }) => sentLate),
    };
  }

  failures(): string[] {
    return [...new Set([...this.#told.values()].flatMap(({ failures }) => failures))];
  }
}

/** `null`: there was no answer. */
async function ask(url: string, body?: object): Promise<unknown> {
  try {
    const reply = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return reply.ok ? await reply.json() : null;
  } catch {
    return null;
  }
}
