import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NodeBus } from './bus/node-bus.ts';
import type { Session } from './core/session.ts';
import type { Transport } from './core/transport.ts';
import { EmulatedConnections } from './http/emulation.ts';
import { HttpEndpoints } from './http/http-endpoints.ts';
import type { HttpSettings } from './http/http-settings.ts';
import { pathOf, queryOf } from './http/request-url.ts';
import type { OutgoingShared } from './runtime/outgoing.ts';
import type { ReceivingShared } from './runtime/receive-frame.ts';
import type { BeaconSettings } from './settings.ts';
import type { UpgradeRequest } from './ws/request-head.ts';
import { Upgrader, type Refusal } from './ws/upgrader.ts';
import { uniWsForms, wsForms } from './ws/ws-forms.ts';

interface Options {
  readonly settings: BeaconSettings;
  readonly http: HttpSettings;
  readonly shared: OutgoingShared & ReceivingShared;
  readonly bus: NodeBus;
  /** Why nobody may connect now; `null`: they may. */
  readonly refusal: () => Refusal | null;
  readonly onRefused: (refusal: Refusal) => void;
  /** Makes the session of a new connection. */
  readonly open: (transport: Transport, request: UpgradeRequest) => Session;
}

/** A connection that waits for its session. */
interface Waiting extends Transport {
  session: Session | null;
}

/** Where clients come in: takes the requests that are for the Beacon and makes connections of them. */
export class FrontDoor {
  readonly #options: Options;
  readonly #upgrader: Upgrader;
  readonly #uniUpgrader: Upgrader | null;
  readonly #uniPath: string | undefined;
  readonly #endpoints: HttpEndpoints;

  constructor(options: Options) {
    this.#options = options;
    const { settings, http, shared, bus, refusal, onRefused } = options;
    const { allowedOrigins } = settings;
    const common = { shared, allowedOrigins, refusal, onRefused };
    this.#upgrader = new Upgrader({
      ...common,
      settings: settings.webSocket,
      forms: wsForms(settings.webSocket.compression),
      protobuf: true,
      onConnection: (connection, request) => this.#open(connection, request),
    });
    const { uniWebSocket } = http;
    this.#uniPath = uniWebSocket?.path;
    this.#uniUpgrader =
      uniWebSocket === null
        ? null
        : new Upgrader({
            ...common,
            settings: uniWebSocket,
            forms: uniWsForms(uniWebSocket.compression, uniWebSocket.disconnectPush),
            protobuf: false,
            onConnection: (connection, request) => {
              this.#open(connection, request);
              const connect = queryOf(request).get('cf_connect');
              if (connect !== null) connection.received(Buffer.from(connect, 'utf8'));
            },
          });
    const emulated = new EmulatedConnections(bus, shared.stats);
    bus.on('emulation', (message) => {
      emulated.arrived(message);
    });
    this.#endpoints = new HttpEndpoints({
      settings: http,
      shared,
      emulated,
      allowedOrigins,
      bodyTimeoutMs: settings.limits.staleCloseMs,
      refusal,
      onRefused,
      onConnection: (connection, request) => this.#open(connection, request),
    });
  }

  /** Where WebSockets are taken. */
  get webSocketPaths(): ReadonlySet<string> {
    const { webSocket } = this.#options.settings;
    return new Set([webSocket.path, ...(this.#uniPath === undefined ? [] : [this.#uniPath])]);
  }

  upgrade(request: UpgradeRequest, socket: Duplex, head: Buffer): void {
    const path = pathOf(request);
    const isUni = path === this.#uniPath || path === `${this.#uniPath}/`;
    const upgrader = isUni ? (this.#uniUpgrader ?? this.#upgrader) : this.#upgrader;
    upgrader.handle(request, socket, head);
  }

  /** False: it is for something else. */
  request(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#endpoints.handle(request, response);
  }

  #open(connection: Waiting, request: UpgradeRequest): void {
    connection.session = this.#options.open(connection, request);
  }
}
