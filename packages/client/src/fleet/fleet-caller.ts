import { FLEET_PATH } from '@belfry/protocol';
import { BelfryError, type BelfryErrorCode } from '../belfry-error.ts';
import { backoff } from '../core/backoff.ts';
import { httpUrl } from '../server-url.ts';

/** Gives the token for a call. `rejected`: the server did not accept the last one. */
export type TokenSource = (why: { readonly rejected: boolean }) => Promise<string>;

export interface FleetCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the fleet's path, with its query. */
  readonly path: string;
  readonly body?: object;
  /** How many further attempts there are after a temporary failure. Default 4. */
  readonly retries?: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

export interface FleetCallerOptions {
  readonly url: string;
  readonly token: TokenSource;
  /** How long an attempt may take, in ms. */
  readonly timeoutMs: number;
}

const PAUSE = { minMs: 100, maxMs: 3_000 };
const RETRIES = 4;
/** The longest that a server is given its way in how long to wait, in ms. */
const MOST_WAIT_MS = 30_000;

/** A refusal, with how long the server asked to wait. */
class Refusal extends Error {
  readonly error: BelfryError;
  readonly waitMs: number;
  readonly status: number;

  constructor(error: BelfryError, status: number, waitMs: number) {
    super(error.message);
    this.error = error;
    this.status = status;
    this.waitMs = waitMs;
  }
}

function codeOf(status: number): BelfryErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'rejected';
  if (status === 429) return 'overloaded';
  return status >= 500 ? 'unavailable' : 'bad-request';
}

async function refusalOf(response: Response, doing: string): Promise<Refusal> {
  const { status, headers } = response;
  const body = (await response.json().catch(() => null)) as {
    readonly error?: { readonly message?: string };
  } | null;
  const message = body?.error?.message ?? `the server answered ${status}`;
  // Without our own body it is a server in between, or one without a fleet.
  const temporary = status === 429 || status >= 500;
  const error = new BelfryError(codeOf(status), `${doing}: ${message}`, {
    wireCode: status,
    temporary,
  });
  const seconds = Number(headers.get('retry-after') ?? 0);
  return new Refusal(error, status, Math.min(MOST_WAIT_MS, (seconds > 0 ? seconds : 0) * 1_000));
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new BelfryError('closed', 'the call was given up'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Makes the calls of people to a fleet. What fails for a while is tried again: all of them may be made twice. */
export class FleetCaller {
  readonly #options: FleetCallerOptions;

  constructor(options: FleetCallerOptions) {
    this.#options = options;
  }

  /** Resolves to the answer; rejects with a `BelfryError`. */
  async call<Answer>(call: FleetCall): Promise<Answer> {
    const { retries = RETRIES, signal } = call;
    let rejected = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.#attempt(call, rejected)) as Answer;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        // A token that has run out since, or is of a secret that was: once more with a new one.
        const isStale = error.status === 401 && !rejected;
        rejected ||= error.status === 401;
        if (!isStale && (!error.error.temporary || attempt >= retries)) throw error.error;
        const waitMs = isStale ? 0 : Math.max(error.waitMs, backoff(attempt, PAUSE, Math.random()));
        await pause(waitMs, signal);
      }
    }
  }

  async #attempt(call: FleetCall, rejected: boolean): Promise<unknown> {
    const { method, path, body, signal } = call;
    const { url, token, timeoutMs } = this.#options;
    const doing = `${method} ${path}`;
    const bearer = await token({ rejected });
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      response = await fetch(httpUrl(url, `${FLEET_PATH}${path}`), {
        method,
        headers: {
          ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      if (response.ok) return await response.json();
    } catch (cause) {
      if (cause instanceof BelfryError) throw cause;
      if (signal?.aborted === true) throw new BelfryError('closed', `${doing}: it was given up`);
      const error = timeout.aborted
        ? new BelfryError('timeout', `${doing}: no answer within ${timeoutMs} ms`, {
            temporary: true,
            cause,
          })
        : new BelfryError('network', `${doing}: ${url} cannot be reached`, {
            temporary: true,
            cause,
          });
      throw new Refusal(error, 0, 0);
    }
    throw await refusalOf(response, doing);
  }
}
