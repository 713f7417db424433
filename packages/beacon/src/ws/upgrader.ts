import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pathOf, queryOf } from '../http/request-url.ts';
import { inflateMessage } from './deflate.ts';
import { FrameReader } from './frame-reader.ts';
import {
  chooseSubprotocol,
  handshakeProblem,
  handshakeResponse,
  offersDeflate,
} from './handshake.ts';
import { isOriginAllowed } from './origin.ts';
import type { UpgradeRequest } from './request-head.ts';
import { WsConnection, type WsShared } from './ws-connection.ts';
import type { WsForms } from './ws-forms.ts';
import type { WsSettings } from './ws-settings.ts';

interface Options {
  readonly settings: WsSettings;
  readonly forms: WsForms;
  /** Whether clients may choose Protobuf. */
  readonly protobuf: boolean;
  readonly shared: WsShared;
  readonly allowedOrigins: readonly string[];
  /** Why nobody may connect now; `null`: they may. */
  readonly refusal: () => Refusal | null;
  readonly onRefused: (refusal: Refusal) => void;
  /** Must give the connection its session. */
  readonly onConnection: (connection: WsConnection, request: UpgradeRequest) => void;
}

/** An answer to an upgrade request that is not to be. */
export interface Refusal {
  readonly status: number;
  readonly problem: string;
  /** The option that says so, for the metrics; without it the status does. */
  readonly reason?: string;
}

const JSON_PROTOCOL = 'centrifuge-json';
const PROTOBUF_PROTOCOL = 'centrifuge-protobuf';

/** Takes the HTTP upgrades that are for the Beacon. */
export class Upgrader {
  readonly #options: Options;
  readonly #subprotocols: readonly string[];

  constructor(options: Options) {
    this.#options = options;
    this.#subprotocols = options.protobuf ? [JSON_PROTOCOL, PROTOBUF_PROTOCOL] : [JSON_PROTOCOL];
  }

  handle(request: UpgradeRequest, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request, socket);
    if (refusal !== null || !(socket instanceof Socket)) {
      this.#refuse(socket, refusal ?? { status: 500, problem: 'not a network socket' });
      return;
    }
    socket.setNoDelay(true);
    socket.setTimeout(0);
    this.#open(request, socket, head);
  }

  #open(request: UpgradeRequest, socket: Socket, head: Buffer): void {
    const { settings, forms, shared, onConnection } = this.#options;
    const { headers } = request;
    const subprotocol = chooseSubprotocol(headers['sec-websocket-protocol'], this.#subprotocols);
    const compressed = settings.compression !== null && offersDeflate(headers);
    const form = forms({
      encoding: wantsProtobuf(request, subprotocol) ? 'protobuf' : 'json',
      compressed,
      framePings: queryOf(request).get('cf_ws_frame_ping_pong') === 'true',
    });
    const reader = new FrameReader(settings, compressed ? inflateMessage : null);
    const connection = new WsConnection(shared, { socket, form, reader });
    const response = handshakeResponse(headers, { subprotocol, deflate: compressed });
    connection.greet(Buffer.from(response, 'latin1'));
    onConnection(connection, request);
    if (head.length > 0) connection.feed(head);
  }

  #refusal(request: UpgradeRequest, socket: Duplex): Refusal | null {
    const { settings, allowedOrigins, protobuf } = this.#options;
    const misplaced = elsewhere(request, settings.path);
    if (misplaced !== null) return misplaced;
    if (settings.disabled) return { status: 404, problem: 'WebSockets are disabled' };
    const { origin, host } = request.headers;
    if (!isOriginAllowed(origin, host, allowedOrigins)) {
      const problem = `origin ${origin} is not allowed; add it to client.allowed_origins`;
      return { status: 403, problem };
    }
    if (!protobuf && wantsProtobuf(request, null)) {
      return { status: 400, problem: 'only the JSON protocol is served here' };
    }
    const problem = handshakeProblem(request);
    if (problem !== null) return { status: 400, problem };
    if (!(socket instanceof Socket)) return { status: 500, problem: 'not a network socket' };
    return this.#options.refusal();
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    const { status, problem } = refusal;
    this.#options.onRefused(refusal);
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      // RFC 6455, 4.4: what would have been understood.
      'Sec-WebSocket-Version: 13',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(problem)}`,
      '',
      problem,
    ];
    socket.on('error', ignore);
    // No server times it out any more, and whoever does not hang up would be kept for ever.
    socket.once('finish', () => socket.destroy());
    socket.end(lines.join('\r\n'));
  }
}

/** The refusal of a request that is for another path. */
function elsewhere(request: UpgradeRequest, path: string): Refusal | null {
  // As nearly all have it. Others may be written otherwise and mean the same.
  if (pathOf(request) === path) return null;
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url === null) return { status: 400, problem: 'the path is not one' };
  if (url.pathname === path || url.pathname === `${path}/`) return null;
  return { status: 404, problem: `nothing is at ${url.pathname}; connect to ${path}` };
}

/** A peer that hangs up while it is being refused is as good as refused. */
function ignore(): void {}

/** Whether a client asks for Protobuf: in the query, or by the subprotocol that was chosen. */
function wantsProtobuf(request: UpgradeRequest, subprotocol: string | null): boolean {
  if (subprotocol === PROTOBUF_PROTOCOL) return true;
  const query = queryOf(request);
  return query.get('format') === 'protobuf' || query.get('cf_protocol') === 'protobuf';
}
