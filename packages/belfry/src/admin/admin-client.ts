import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { SubscriptionEvent } from '../operations/channel-operations.ts';
import { InputError, OperationError } from '../operations/operation.ts';
import { BAD_INPUT } from './bad-input.ts';

/** The server is not there (any more). */
export class ServerGoneError extends Error {
  override readonly name = 'ServerGoneError';
}

interface Call {
  readonly name: string;
  readonly input: unknown;
  readonly signal?: AbortSignal;
}

/** Asks the admin API of a running server. */
export interface AdminClient {
  run(name: string, input: unknown): Promise<unknown>;
  subscribe(
    channel: string,
    sink: (event: SubscriptionEvent) => void,
    listening: { readonly signal: AbortSignal; onListening(): void },
  ): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** @param secret the admin secret of the data directory */
export function createAdminClient(url: string, secret: string): AdminClient {
  const post = async ({ name, input, signal }: Call): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`${url}/admin/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify(input),
        signal: signal ?? AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ServerGoneError(`the server at ${url} does not answer.`, { cause: error });
    }
    if (response.ok) return response;
    const body = (await response.json().catch(() => ({}))) as {
      error?: { code?: string; message?: string };
    };
    const message = body.error?.message ?? `the server at ${url} answered ${response.status}.`;
    throw body.error?.code === BAD_INPUT ? new InputError(message) : new OperationError(message);
  };

  return {
    async run(name, input) {
      const response = await post({ name, input });
      return ((await response.json()) as { result: unknown }).result;
    },
    async subscribe(channel, sink, { signal, onListening }) {
      try {
        const response = await post({ name: 'channels.subscribe', input: { channel }, signal });
        if (response.body === null) return;
        onListening();
        const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream) });
        for await (const line of lines) {
          if (line !== '') sink(JSON.parse(line) as SubscriptionEvent);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      if (!signal.aborted)
        throw new ServerGoneError(`the server at ${url} ended the subscription.`);
    },
  };
}
