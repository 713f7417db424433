import { connect, type Socket } from 'node:net';

const CONNECTIONS = 4;
export const API_KEY = 'bench-api-key-0123456789abcdef0123456789';

interface Line {
  readonly socket: Socket;
  busy: boolean;
  readonly waiting: string[];
}

/** Publishes over the HTTP API of Belfry and Centrifugo, on a few connections that stay open: what is for the same channel on the same one. */
export class ServerApi {
  readonly #port: number;
  readonly #lines: Line[] = [];
  readonly #lineOf = new Map<string, Line>();
  readonly #onProblem: (problem: string) => void;

  constructor(port: number, onProblem: (problem: string) => void) {
    this.#port = port;
    this.#onProblem = onProblem;
    for (let i = 0; i < CONNECTIONS; i++) this.#lines.push(this.#open());
  }

  publish(messages: readonly (readonly [channel: string, payload: string])[]): void {
    const [first] = messages;
    if (first === undefined) return;
    if (messages.length === 1) {
      this.#post(first[0], 'publish', `{"channel":"${first[0]}","data":${first[1]}}`);
      return;
    }
    const commands = messages.map(
      ([channel, data]) => `{"publish":{"channel":"${channel}","data":${data}}}`,
    );
    this.#post(first[0], 'batch', `{"commands":[${commands.join(',')}]}`);
  }

  close(): void {
    for (const { socket } of this.#lines) socket.destroy();
  }

  #post(channel: string, method: string, body: string): void {
    const line = this.#lineOf.get(channel) ?? this.#lines[this.#lineOf.size % CONNECTIONS];
    if (line === undefined) return;
    this.#lineOf.set(channel, line);
    line.waiting.push(
      `POST /api/${method} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nX-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    next(line);
  }

  #open(): Line {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const line: Line = { socket, busy: false, waiting: [] };
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('error', (error) => this.#onProblem(error.message));
    socket.on('data', (text: string) => {
      answer += text;
      if (!isWhole(answer)) return;
      if (!answer.startsWith('HTTP/1.1 200') || answer.includes('"error"')) {
        this.#onProblem(`the server API answered ${answer.slice(0, 400)}`);
      }
      answer = '';
      line.busy = false;
      next(line);
    });
    return line;
  }
}

function next(line: Line): void {
  const request = line.busy ? undefined : line.waiting.shift();
  if (request === undefined) return;
  line.busy = true;
  line.socket.write(request);
}

/** Whether all of an HTTP answer has come. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /content-length: (\d+)/i.exec(answer.slice(0, head))?.[1];
  return length === undefined
    ? answer.endsWith('\r\n0\r\n\r\n')
    : answer.length >= head + 4 + Number(length);
}
