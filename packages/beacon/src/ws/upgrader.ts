import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type Server } from 'ws';
import { isOriginAllowed } from './origin.ts';
import { BeaconSocket } from './ws-connection.ts';

interface Options {
  /** Where clients connect. */
  readonly path: string;
  readonly allowedOrigins: readonly string[];
  readonly messageSizeLimit: number;
  /** Why nobody may connect now; `null`: they may. */
  readonly refusal: () => Refusal | null;
  readonly onRefused: (refusal: Refusal) => void;
  readonly onSocket: (ws: BeaconSocket, socket: Socket, request: IncomingMessage) => void;
}

/** An answer to an upgrade request that is not to be. */
export interface Refusal {
  readonly status: number;
  readonly problem: string;
}

const SUBPROTOCOL = 'centrifuge-json';
const PROTOBUF = 'centrifuge-protobuf';

/** Takes the HTTP upgrades that are for the Beacon. */
export class Upgrader {
  readonly #options: Options;
  readonly #server: Server<typeof BeaconSocket>;

  constructor(options: Options) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.messageSizeLimit,
      WebSocket: BeaconSocket,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request, socket);
    if (refusal !== null || !(socket instanceof Socket)) {
      this.#refuse(socket, refusal ?? { status: 500, problem: 'not a network socket' });
      return;
    }
    socket.setNoDelay(true);
    socket.setTimeout(0);
    this.#server.handleUpgrade(request, socket, head, (ws) =>
      this.#options.onSocket(ws, socket, request),
    );
  }

  #refusal(request: IncomingMessage, socket: Duplex): Refusal | null {
    const { path, allowedOrigins } = this.#options;
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url === null) return { status: 400, problem: 'the path is not one' };
    if (url.pathname !== path && url.pathname !== `${path}/`) {
      return { status: 404, problem: `nothing is at ${url.pathname}; connect to ${path}` };
    }
    const { origin, host } = request.headers;
    if (!isOriginAllowed(origin, host, allowedOrigins)) {
      const problem = `origin ${origin} is not allowed; add it to client.allowed_origins`;
      return { status: 403, problem };
    }
    const protobuf =
      url.searchParams.get('format') === 'protobuf' ||
      url.searchParams.get('cf_protocol') === 'protobuf' ||
      request.headers['sec-websocket-protocol'] === PROTOBUF;
    if (protobuf) return { status: 400, problem: 'only the JSON protocol is served here' };
    if (!(socket instanceof Socket)) return { status: 500, problem: 'not a network socket' };
    return this.#options.refusal();
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    const { status, problem } = refusal;
    this.#options.onRefused(refusal);
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(problem)}`,
      '',
      problem,
    ];
    socket.on('error', ignore);
    socket.end(lines.join('\r\n'));
  }
}

/** A peer that hangs up while it is being refused is as good as refused. */
function ignore(): void {}
