import { Worker } from 'node:worker_threads';
import { StoreError } from '../store-error.ts';
import type { StoreErrorCode } from '../store-error.ts';
import type { ThreadOptions } from './thread/main.ts';
import { WireReader } from './wire.ts';
import type { FromThread, OpCode, ToThread, WireValue } from './wire.ts';

/** How one operation crosses to the thread and back. */
export interface Operation<Input, Output> {
  readonly code: OpCode;
  /** Checks the input and writes the fields; throws a `StoreError` for what is not legal. */
  write(out: WireValue[], input: Input): void;
  /** Reads the answer. Called in the order of the operations, also when the caller has stopped waiting. */
  read(from: WireReader, input: Input): Output;
}

interface LinkOptions {
  readonly timeoutMs: number;
  readonly maxQueuedBytes: number;
  readonly now: (() => number) | null;
  /** Hears the wakes of every batch, after its answers. */
  readonly onWakes: (wakes: readonly WireValue[]) => void;
  readonly thread: ThreadOptions;
}

/** What a caller waits for. */
interface Call {
  readonly inputs: readonly unknown[];
  readonly operation: Operation<unknown, unknown>;
  readonly many: boolean;
  readonly deadline: number;
  /** `null` once the caller has been told. */
  settle: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null;
}

class Batch {
  readonly ops: WireValue[] = [];
  readonly calls: Call[] = [];
  bytes = 0;
}

/** A batch is not made longer than this: what comes first in it waits for the last. */
const MAX_BATCH_VALUES = 16_384;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** One is applied while the answers of the other are handled. */
const MAX_IN_FLIGHT = 2;
/** What a value takes on the way besides its characters. */
const VALUE_BYTES = 8;

/**
 * The main thread's end: gathers what is asked in one turn of the event loop, and while batches are under way, into the next batch.
 * It never waits for a disk.
 */
export class EmbeddedLink {
  readonly #options: LinkOptions;
  readonly #worker: Worker;
  /** SQLite's version, when the data is open. */
  readonly #opened: Promise<string>;
  #settleOpened: { resolve: (sqlite: string) => void; reject: (error: Error) => void } | null =
    null;
  #open = new Batch();
  readonly #sealed: Batch[] = [];
  readonly #inFlight: Batch[] = [];
  #queuedBytes = 0;
  #flushing = false;
  #timer: NodeJS.Timeout | null = null;
  /** Why calls are refused; `null`: they are not. */
  #refusal: StoreError | null = null;
  #onDrained: (() => void) | null = null;
  #onClosed: (() => void) | null = null;
  #ended = false;

  private constructor(worker: Worker, options: LinkOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#opened = new Promise((resolve, reject) => {
      this.#settleOpened = { resolve, reject };
    });
    worker.on('message', (message: FromThread) => this.#receive(message));
    worker.on('error', (error: Error) => this.#die(error));
    worker.on('exit', () => this.#die(null));
  }

  /** Starts the thread and opens the data. Also tells SQLite's version. */
  static async open(options: LinkOptions): Promise<{ link: EmbeddedLink; sqlite: string }> {
    const file = import.meta.url.endsWith('.ts') ? './thread/main.ts' : './thread/main.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      name: 'belfry-store',
      // Of the process's flags only these concern the thread; others (`--input-type`) would stop it.
      execArgv: [...conditionFlags(process.execArgv), '--disable-warning=ExperimentalWarning'],
      workerData: options.thread,
    });
    const link = new EmbeddedLink(worker, options);
    return { link, sqlite: await link.#opened };
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Throws when nothing can be asked any more. */
  checkOpen(): void {
    if (this.#refusal !== null) throw this.#refusal;
  }

  /** Asks for one operation. */
  call<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    return this.#ask(operation, [input], false) as Promise<Output>;
  }

  /** Asks for one operation per input, all in one batch. */
  callMany<Input, Output>(
    operation: Operation<Input, Output>,
    inputs: readonly Input[],
  ): Promise<Output[]> {
    return this.#ask(operation, inputs, true) as Promise<Output[]>;
  }

  /** Finishes what was asked, then closes the data and ends the thread. */
  async close(): Promise<void> {
    this.#refusal ??= new StoreError('closed', 'the store has been closed');
    if (this.#pendingCalls() > 0) {
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
    }
    if (this.#ended) return;
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.#post({ type: 'close' });
    const tooLong = setTimeout(() => this.#onClosed?.(), this.#options.timeoutMs);
    await closed;
    clearTimeout(tooLong);
    await this.#worker.terminate();
  }

  #ask<Input, Output>(
    operation: Operation<Input, Output>,
    inputs: readonly Input[],
    many: boolean,
  ): Promise<unknown> {
    if (this.#refusal !== null) return Promise.reject(this.#refusal);
    if (inputs.length === 0) return Promise.resolve([]);
    const batch = this.#open;
    const start = batch.ops.length;
    try {
      for (const input of inputs) writeOperation(batch.ops, operation, input);
      this.#reserve(batch, start);
    } catch (error) {
      batch.ops.length = start;
      return Promise.reject(asStoreError(error));
    }
    const promise = new Promise<unknown>((resolve, reject) => {
      batch.calls.push({
        inputs,
        operation: operation,
        many,
        deadline: performance.now() + this.#options.timeoutMs,
        settle: { resolve, reject },
      });
    });
    if (batch.ops.length >= MAX_BATCH_VALUES || batch.bytes >= MAX_BATCH_BYTES) {
      this.#sealed.push(batch);
      this.#open = new Batch();
    }
    this.#timer ??= setTimeout(() => this.#checkDeadlines(), this.#options.timeoutMs).unref();
    this.#flushSoon();
    return promise;
  }

  /** Counts the bytes of what was written from `start` on. */
  #reserve(batch: Batch, start: number): void {
    let bytes = 0;
    for (let i = start; i < batch.ops.length; i++) {
      const value = batch.ops[i];
      bytes += typeof value === 'string' ? VALUE_BYTES + value.length : VALUE_BYTES;
    }
    const limit = this.#options.maxQueuedBytes;
    if (bytes > limit) {
      throw new StoreError(
        'invalid',
        `one call of ${bytes} bytes is more than the store may queue (${limit}); make it smaller or raise maxQueuedBytes`,
      );
    }
    if (this.#queuedBytes + bytes > limit) {
      throw new StoreError(
        'overloaded',
        `${this.#queuedBytes} bytes wait for the store and the limit is ${limit}; try again later or raise maxQueuedBytes`,
      );
    }
    this.#queuedBytes += bytes;
    batch.bytes += bytes;
  }

  #flushSoon(): void {
    if (this.#flushing || this.#inFlight.length >= MAX_IN_FLIGHT) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#inFlight.length < MAX_IN_FLIGHT) {
      let batch = this.#sealed.shift();
      if (batch === undefined) {
        batch = this.#open;
        if (batch.calls.length === 0) return;
        this.#open = new Batch();
      }
      this.#inFlight.push(batch);
      const { now } = this.#options;
      this.#post({
        type: 'batch',
        now: now === null ? null : Math.floor(now()),
        ops: batch.ops,
      });
    }
  }

  #post(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'open':
        this.#settleOpened?.resolve(message.sqlite);
        break;
      case 'refused':
        this.#settleOpened?.reject(new StoreError(message.code as StoreErrorCode, message.message));
        break;
      case 'done':
        this.#finish(message);
        break;
      case 'closed':
        this.#onClosed?.();
        break;
    }
  }

  #finish(message: Extract<FromThread, { type: 'done' }>): void {
    const batch = this.#inFlight.shift();
    if (batch === undefined) return;
    this.#queuedBytes -= batch.bytes;
    const from = new WireReader(message.results);
    for (const call of batch.calls) answer(call, from);
    if (message.wakes.length > 0) this.#options.onWakes(message.wakes);
    if (this.#pendingCalls() === 0) this.#onDrained?.();
    else this.#flushSoon();
  }

  #pendingCalls(): number {
    return this.#inFlight.length + this.#sealed.length + this.#open.calls.length;
  }

  #batches(): Batch[] {
    return [...this.#inFlight, ...this.#sealed, this.#open];
  }

  #checkDeadlines(): void {
    // Answers that have arrived while this thread was busy are in time: let them in first.
    setImmediate(() => {
      this.#timer = null;
      const now = performance.now();
      const { timeoutMs } = this.#options;
      for (const call of this.#batches().flatMap(({ calls }) => calls)) {
        if (call.deadline > now) {
          this.#timer = setTimeout(() => this.#checkDeadlines(), call.deadline - now).unref();
          return;
        }
        call.settle?.reject(
          new StoreError('timeout', `the store did not answer in ${timeoutMs} ms`),
        );
        call.settle = null;
      }
    });
  }

  /** The thread has ended: by our wish, or by a fault, after which nothing can be known. */
  #die(cause: Error | null): void {
    this.#ended = true;
    const why = cause === null ? '' : `: ${cause.message}`;
    const error = new StoreError('unavailable', `the store's thread has ended${why}; restart`, {
      ...(cause !== null && { cause }),
    });
    this.#refusal ??= error;
    this.#settleOpened?.reject(error);
    for (const { settle } of this.#batches().flatMap(({ calls }) => calls)) settle?.reject(error);
    this.#inFlight.length = 0;
    this.#sealed.length = 0;
    this.#open = new Batch();
    this.#queuedBytes = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#onDrained?.();
    this.#onClosed?.();
  }
}

function writeOperation<Input>(
  out: WireValue[],
  operation: Operation<Input, unknown>,
  input: Input,
): void {
  const start = out.push(operation.code, 0) - 2;
  operation.write(out, input);
  out[start + 1] = out.length - start;
}

/** Reads the answers of a call, in any case to their end, and tells the caller. */
function answer(call: Call, from: WireReader): void {
  const { inputs, operation, settle } = call;
  const outputs: unknown[] = [];
  let failure: StoreError | null = null;
  for (const input of inputs) {
    if (from.flag()) outputs.push(operation.read(from, input));
    else failure = new StoreError(from.text() as StoreErrorCode, from.text());
  }
  call.settle = null;
  if (settle === null) return;
  if (failure !== null) settle.reject(failure);
  else settle.resolve(call.many ? outputs : outputs[0]);
}

/** The flags that decide how packages are resolved. */
function conditionFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, i) => {
    if (flag === '-C' || flag === '--conditions') return [`--conditions=${flags[i + 1] ?? ''}`];
    return flag.startsWith('--conditions=') ? [flag] : [];
  });
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new StoreError('invalid', `bad input: ${why}`, { cause: error });
}
