/** The HTTP transports without an SDK. */
import { waitFor } from '@belfry/testkit';
import type { JsonObject } from '../json.ts';
import { PATIENCE_MS } from '../sdk/event-log.ts';

export interface RawStream extends Disposable {
  readonly status: number;
  readonly contentType: string;
  /** The body so far, for what is not JSON. */
  readonly bytes: Uint8Array;
  readonly ended: boolean;
  /** Resolves with the first `count` JSON objects, without pings; of events, what is after `data: `. */
  got(count: number): Promise<readonly JsonObject[]>;
  end(): Promise<void>;
}

export async function openStream(url: string, init: RequestInit = {}): Promise<RawStream> {
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  const chunks: Uint8Array[] = [];
  let ended = false;
  const reading = (async () => {
    try {
      for await (const chunk of response.body ?? []) chunks.push(chunk);
    } catch {
      // Cut off, by us or by the server.
    }
    ended = true;
  })();
  const replies = (): JsonObject[] =>
    Buffer.concat(chunks)
      .toString()
      .split(/\r?\n/)
      .slice(0, -1)
      .map((line) => line.replace(/^data: ?/, ''))
      .filter((line) => line.startsWith('{') && line !== '{}')
      .map((line) => JSON.parse(line) as JsonObject);
  const wait = { timeoutMs: PATIENCE_MS };
  return {
    status: response.status,
    contentType: (response.headers.get('content-type') ?? '').split(';')[0] ?? '',
    get bytes() {
      return Buffer.concat(chunks);
    },
    get ended() {
      return ended;
    },
    got: async (count) => {
      await waitFor(() => replies().length >= count, { ...wait, what: `line ${count}` });
      return replies().slice(0, count);
    },
    end: async () => {
      await waitFor(() => ended, { ...wait, what: 'the end of the stream' });
      await reading;
    },
    [Symbol.dispose]: () => abort.abort(),
  };
}
