import type { ApiBatchResult, ApiError } from '@belfry/protocol';
import { BelfryError, toBelfryError } from '../belfry-error.ts';
import { backoff } from '../core/backoff.ts';

/** How one call is made. */
export interface CallOptions {
  /** How long an attempt may take, in ms. Default that of the client. */
  readonly timeoutMs?: number;
  /** How many further attempts there are after a temporary failure. Default that of the client; of `rpc` none. */
  readonly retries?: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

export interface ApiCallerOptions {
  /** Where the API is, with its path: `http://localhost:8000/api`. */
  readonly url: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly fetch: typeof fetch;
}

const PAUSE = { minMs: 50, maxMs: 2_000 };

interface Answer extends Partial<ApiBatchResult> {
  readonly result?: unknown;
  readonly error?: ApiError;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new BelfryError('closed', 'the call was given up', { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Makes the calls: one HTTP request for each attempt. */
export class ApiCaller {
  readonly #options: ApiCallerOptions;

  constructor(options: ApiCallerOptions) {
    this.#options = options;
  }

  /** Resolves to the answer of a method; rejects with a `BelfryError`. */
  async call(method: string, request: object, options: CallOptions = {}): Promise<Answer> {
    const body = JSON.stringify(request);
    const retries = options.retries ?? this.#options.retries;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(method, body, options);
      } catch (error) {
        const known = toBelfryError(error, method);
        if (!known.temporary || attempt >= retries) throw known;
        await pause(backoff(attempt, PAUSE, Math.random()), options.signal);
      }
    }
  }

  async #attempt(
    method: string,
    body: string,
    { timeoutMs, signal }: CallOptions,
  ): Promise<Answer> {
    const { url, key, fetch } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs ?? this.#options.timeoutMs);
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      if (signal?.aborted === true) {
        throw new BelfryError('closed', `${method}: the call was given up`, { cause });
      }
      if (timeout.aborted) {
        const message = `${method}: no answer within ${timeoutMs ?? this.#options.timeoutMs} ms`;
        throw new BelfryError('timeout', message, { cause, temporary: true });
      }
      throw new BelfryError('network', `${method}: ${url} cannot be reached`, {
        cause,
        temporary: true,
      });
    }
    return answerOf(method, status, text);
  }
}

function answerOf(method: string, status: number, text: string): Answer {
  let answer: Answer | undefined;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    // What stands between answers in its own words.
  }
  if (typeof answer?.error?.code === 'number') throw toBelfryError(answer.error, method);
  if (status === 200 && (answer?.result !== undefined || answer?.replies !== undefined)) {
    return answer;
  }
  const message = `${method}: the server answered ${status} without a result`;
  const isBusy = status === 429 || status >= 500;
  throw new BelfryError(isBusy ? 'unavailable' : 'failed', message, { temporary: isBusy });
}
