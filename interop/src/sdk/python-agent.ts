import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Json } from '../json.ts';
import { PATIENCE_MS } from './event-log.ts';
import type { PythonSetup } from './python-setup.ts';

const AGENT = fileURLToPath(new URL('../../python/agent.py', import.meta.url));

/** What the agent writes: the answer to an order, or what happened to a client or a subscription. */
interface Line {
  readonly id?: number;
  readonly ok?: Json;
  readonly code?: number;
  readonly temporary?: boolean;
  readonly failed?: string;
  readonly client?: string;
  readonly channel?: string;
  readonly event?: { readonly on: string };
  readonly error?: number;
}

export type Answer = Pick<Line, 'ok' | 'code' | 'temporary'>;
export type Happened = Pick<Line, 'channel' | 'event' | 'error'>;

/** A Python process that has any number of clients. */
export class PythonAgent implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (line: Line) => void>();
  readonly #followers = new Map<string, (happened: Happened) => void>();
  #lastId = 0;
  #errors = '';

  constructor({ python }: PythonSetup) {
    const child = spawn(python, ['-u', AGENT], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-8_192);
    });
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.id === undefined) this.#followers.get(line.client ?? '')?.(line);
      else this.#waiting.get(line.id)?.(line);
    });
  }

  /** Rejects when the agent could not do it at all. */
  async order(order: Readonly<Record<string, unknown>>): Promise<Answer> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    const timer = setTimeout(() => {
      reject(new Error(`no answer to ${JSON.stringify(order)}: ${this.#errors}`));
    }, PATIENCE_MS);
    this.#waiting.set(id, resolve);
    this.#child.stdin?.write(`${JSON.stringify({ id, ...order })}\n`);
    try {
      const line = await promise;
      if (line.failed !== undefined) throw new Error(`centrifuge-python: ${line.failed}`);
      return line;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  follow(client: string, follower: (happened: Happened) => void): void {
    this.#followers.set(client, follower);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
