import { type ChildProcess, fork } from 'node:child_process';
import type { Logger } from '../log/logger.ts';
import { CHILD_VARIABLE, type ChildContext } from './child-context.ts';
import { collectMetrics } from './collect-metrics.ts';
import type { FromChild, ToChild } from './messages.ts';
import { RestartDelay } from './restart-delay.ts';

export interface PrimaryOptions {
  readonly processes: number;
  /** The port that they share. */
  readonly port: number;
  readonly log: Logger;
  /** The program and its arguments, as this process was started with them. */
  readonly program: string;
  readonly args: readonly string[];
  /** How long they may take to stop, in ms; then they are killed. */
  readonly stopMs: number;
}

/** One of the processes, and whoever takes its place. */
interface Slot {
  readonly index: number;
  readonly delay: RestartDelay;
  child: ChildProcess | undefined;
  /** Undefined: it does not run yet. */
  readyAt: number | undefined;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** The first start came to nothing, for a reason that the process has told. */
export class FirstStartError extends Error {
  override readonly name = 'FirstStartError';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`a process ended with code ${exitCode} before it ran`);
    this.exitCode = exitCode;
  }
}

/** Starts several processes that share a port, and sees to it that so many are there. It serves nobody itself. */
export class Primary {
  readonly #options: PrimaryOptions;
  readonly #slots: readonly Slot[];
  readonly #started = Promise.withResolvers<string | undefined>();
  readonly #ended = Promise.withResolvers<void>();
  #restarts = 0;
  #running = false;
  #stopping = false;

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.processes }, (_, i) => ({
      index: i + 1,
      delay: new RestartDelay(),
      child: undefined,
      readyAt: undefined,
      startedAt: 0,
      timer: undefined,
    }));
  }

  /** Resolves when all run, with where they are reached. Rejects with a `FirstStartError`, and then has ended them all. */
  start(): Promise<string | undefined> {
    for (const slot of this.#slots) this.#fork(slot);
    return this.#started.promise;
  }

  /** Passes a signal on to all. */
  signal(name: NodeJS.Signals): void {
    for (const { child } of this.#slots) child?.kill(name);
  }

  /** Ends all of them with `name`, and by force when that takes too long. Resolves when they have ended. */
  async stop(name: NodeJS.Signals): Promise<void> {
    this.#stopping = true;
    for (const slot of this.#slots) clearTimeout(slot.timer);
    this.signal(name);
    const timer = setTimeout(() => {
      this.#options.log.warn('not every process ended in time');
      this.signal('SIGKILL');
    }, this.#options.stopMs);
    this.#endedPerhaps();
    await this.#ended.promise;
    clearTimeout(timer);
  }

  #fork(slot: Slot): void {
    const { program, args, port, log } = this.#options;
    const context: ChildContext = { index: slot.index, port };
    const child = fork(program, args, {
      env: { ...process.env, [CHILD_VARIABLE]: JSON.stringify(context) },
    });
    slot.child = child;
    slot.readyAt = undefined;
    slot.startedAt = performance.now();
    child.on('message', (message) => {
      this.#received(slot, child, message as FromChild);
    });
    child.on('error', (err) => {
      log.error({ process: slot.index, err }, 'a process cannot be reached');
      if (child.pid === undefined) this.#gone(slot, 1);
    });
    child.on('exit', (code, signal) => {
      log[this.#stopping ? 'debug' : 'error'](
        { process: slot.index, pid: child.pid, code, signal },
        'a process ended',
      );
      this.#gone(slot, code ?? 1);
    });
  }

  #gone(slot: Slot, code: number): void {
    const wasReady = slot.readyAt !== undefined;
    slot.child = undefined;
    slot.readyAt = undefined;
    if (this.#stopping) {
      this.#endedPerhaps();
    } else if (!this.#running && !wasReady) {
      // What is wrong with the first is wrong with all.
      void this.stop('SIGTERM').then(() => {
        this.#started.reject(new FirstStartError(code));
      });
    } else {
      this.#restarts++;
      const delayMs = slot.delay.next(performance.now() - slot.startedAt, Math.random());
      slot.timer = setTimeout(() => {
        this.#fork(slot);
      }, delayMs);
      this.#options.log.warn(
        { process: slot.index, delayMs: Math.round(delayMs) },
        'it is started again',
      );
    }
  }

  #endedPerhaps(): void {
    if (this.#slots.every(({ child }) => child === undefined)) this.#ended.resolve();
  }

  #received(slot: Slot, child: ChildProcess, message: FromChild): void {
    switch (message.type) {
      case 'ready':
        slot.readyAt = performance.now();
        if (this.#running) {
          this.#options.log.info({ process: slot.index, pid: child.pid }, 'it runs again');
        } else if (this.#slots.every(({ readyAt }) => readyAt !== undefined)) {
          this.#running = true;
          this.#started.resolve(message.url);
        }
        return;
      case 'all-metrics':
        void this.#tellMetrics(child, message.id);
        return;
      case 'metrics':
    }
  }

  async #tellMetrics(child: ChildProcess, id: number): Promise<void> {
    const ready = this.#slots.flatMap(({ index, child: each, readyAt }) =>
      each === undefined || readyAt === undefined ? [] : { index, child: each },
    );
    const text = await collectMetrics(ready, {
      wanted: this.#slots.length,
      restarts: this.#restarts,
    });
    const answer: ToChild = { type: 'all-metrics', id, text };
    if (child.connected) child.send(answer, () => undefined);
  }
}
