import { Gate } from './gate.ts';
import type { ProxyBackend } from './proxy-backend.ts';
import type { Post, Posted, ProxyAsker } from './proxy-client.ts';
import { ProxyFailure } from './proxy-failure.ts';
import type { ProxySettings } from './proxy-settings.ts';

/** Asks a backend in this process, with the limits that one over HTTP has. */
export class LocalClient implements ProxyAsker {
  readonly #backend: ProxyBackend;
  readonly #timeoutMs: number;
  readonly #gate: Gate;

  constructor(
    backend: ProxyBackend,
    {
      timeoutMs,
      concurrency,
      queueSize,
    }: Pick<ProxySettings, 'timeoutMs' | 'concurrency' | 'queueSize'>,
  ) {
    this.#backend = backend;
    this.#timeoutMs = timeoutMs;
    this.#gate = new Gate(concurrency, queueSize);
  }

  get load(): { readonly active: number; readonly waiting: number } {
    return this.#gate.load;
  }

  async post({ use, body }: Post): Promise<Posted> {
    const endsAt = performance.now() + this.#timeoutMs;
    await this.#gate.enter(this.#timeoutMs);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new ProxyFailure('timeout', `no answer within ${this.#timeoutMs} ms`)),
      Math.max(1, endsAt - performance.now()),
    );
    const answer = this.#backend(use, body).finally(() => this.#gate.leave());
    try {
      return { status: 200, body: await Promise.race([answer, late]) };
    } catch (cause) {
      if (cause instanceof ProxyFailure) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProxyFailure('bad_answer', `the backend failed: ${why}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {}
}
