/** A WebSocket without an SDK: what the scenarios of framing and strictness speak with. */
import { waitFor } from '@belfry/testkit';
import { WebSocket } from 'ws';
import type { JsonObject } from '../json.ts';
import { PATIENCE_MS } from '../sdk/event-log.ts';

export interface RawSocket extends Disposable {
  /** Every message, as it came. */
  readonly frames: readonly (string | Uint8Array)[];
  /** The JSON objects of all text messages in order, without pings. */
  readonly replies: readonly JsonObject[];
  /** How many `{}` came. */
  readonly pings: number;
  /** How many ping frames of the WebSocket came. */
  readonly framePings: number;
  readonly protocol: string;
  send(message: string | Uint8Array): void;
  /** Reads nothing any more, until `resume`. */
  pause(): void;
  resume(): void;
  /** Resolves with the code that it was closed with. */
  closed(): Promise<number>;
  /** Resolves with the first `count` replies. */
  got(count: number): Promise<readonly JsonObject[]>;
}

/** `pong`: whether pings of the server are answered; default true. */
export interface SocketOptions {
  readonly protocols?: readonly string[];
  readonly pong?: boolean;
  readonly origin?: string;
}

export async function openSocket(url: string, options: SocketOptions = {}): Promise<RawSocket> {
  const { protocols = [], pong = true, origin } = options;
  const socket = new WebSocket(
    url.replace('http', 'ws'),
    [...protocols],
    origin === undefined ? {} : { origin },
  );
  const frames: (string | Uint8Array)[] = [];
  const replies: JsonObject[] = [];
  const counts = { pings: 0, framePings: 0 };
  let code: number | undefined;
  socket.on('message', (data: Buffer, isBinary) => {
    frames.push(isBinary ? new Uint8Array(data) : data.toString());
    if (isBinary) return;
    for (const line of data.toString().split('\n')) {
      const reply = JSON.parse(line) as JsonObject;
      if (Object.keys(reply).length > 0) {
        replies.push(reply);
      } else {
        counts.pings++;
        if (pong) socket.send('{}');
      }
    }
  });
  socket.on('ping', () => counts.framePings++);
  socket.on('close', (closed) => {
    code = closed;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  const wait = { timeoutMs: PATIENCE_MS };
  return {
    frames,
    replies,
    get pings() {
      return counts.pings;
    },
    get framePings() {
      return counts.framePings;
    },
    protocol: socket.protocol,
    send: (message) => socket.send(message),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed: async () => {
      await waitFor(() => code !== undefined, { ...wait, what: 'the end of the connection' });
      return code ?? 0;
    },
    got: async (count) => {
      await waitFor(() => replies.length >= count || code !== undefined, {
        ...wait,
        what: `reply ${count}`,
      });
      if (replies.length >= count) return replies.slice(0, count);
      throw new Error(`closed with ${code} after ${JSON.stringify(replies)}`);
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
