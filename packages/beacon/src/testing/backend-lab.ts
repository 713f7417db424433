/** The process of `startBackend`: answers as it is told, and tells what it was asked. It ends with whoever started it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface BackendRequest {
  readonly path: string;
  readonly method: string;
  /** Tells the connection. */
  readonly peer: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How a request is answered. */
export interface BackendAnswer {
  /** Only requests whose body has this. */
  readonly where?: string;
  /** Default 200. */
  readonly status?: number;
  /** JSON, or a text that goes as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never. */
  readonly hang?: boolean;
  /** Byte by byte, with so many ms between. */
  readonly dripMs?: number;
  /** So many bytes. */
  readonly bytes?: number;
  /** So many ms later. */
  readonly afterMs?: number;
  /** Closes the connection without a word. */
  readonly cut?: boolean;
  /** Only for the first so many requests. */
  readonly times?: number;
}

export type BackendMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'request'; readonly request: BackendRequest }
  | { readonly type: 'told' };

interface Instruction {
  readonly type: 'answers';
  readonly path: string;
  readonly answers: readonly BackendAnswer[];
}

function tell(message: BackendMessage): void {
  process.send?.(message);
}

const answers = new Map<string, { readonly answer: BackendAnswer; left: number }[]>();

/** Who waits until a request has been heard of. */
const unheard: (() => void)[] = [];

process.on('message', (message: Instruction | { readonly type: 'heard' }) => {
  if (message.type === 'heard') {
    unheard.shift()?.();
    return;
  }
  const { path, answers: given } = message;
  answers.set(
    path,
    given.map((answer) => ({ answer, left: answer.times ?? Number.POSITIVE_INFINITY })),
  );
  tell({ type: 'told' });
});
process.on('disconnect', () => process.exit());

function answerFor(path: string, body: string): BackendAnswer {
  const found = answers
    .get(path)
    ?.find(({ answer, left }) => left > 0 && body.includes(answer.where ?? ''));
  if (found === undefined) return {};
  found.left--;
  return found.answer;
}

async function write(response: ServerResponse, answer: BackendAnswer): Promise<void> {
  const { status = 200, body = { result: {} }, headers = {}, dripMs, bytes } = answer;
  if (answer.afterMs !== undefined) await sleep(answer.afterMs);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (bytes !== undefined) {
    response.end(Buffer.alloc(bytes, ' '));
  } else if (dripMs === undefined) {
    response.end(text);
  } else {
    for (const char of text) {
      response.write(char);
      await sleep(dripMs);
      if (response.destroyed) return;
    }
    response.end();
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const path = request.url ?? '';
  const { method = '', headers } = request;
  const peer = `${request.socket.remotePort}`;
  const heard = new Promise<void>((resolve) => {
    unheard.push(resolve);
  });
  tell({ type: 'request', request: { path, method, headers, body, peer } });
  await heard;
  const answer = answerFor(path, body);
  if (answer.hang === true) return;
  if (answer.cut === true) request.socket.destroy();
  else await write(response, answer);
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  tell({ type: 'listening', port: (server.address() as AddressInfo).port });
});
