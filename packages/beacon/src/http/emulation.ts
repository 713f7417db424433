import { isUtf8 } from 'node:buffer';
import type { Stats } from '../core/stats.ts';
import { Strangers } from '../core/strangers.ts';
import { decodeEmulationProtobuf } from './emulation-protobuf.ts';

/** A request with what a client of an emulated connection sends. */
export interface EmulationRequest {
  readonly session: string;
  readonly node: string;
  /** A frame as the connection's encoding has it. */
  readonly data: Buffer;
}

/** A body that is none. */
export class BadEmulationError extends Error {
  override readonly name = 'BadEmulationError';
}

function decodeJson(body: Buffer): EmulationRequest {
  if (!isUtf8(body)) throw new BadEmulationError('the body is not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new BadEmulationError('the body is not JSON', { cause });
  }
  const { session, node, data } = (parsed ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries({ session, node, data })) {
    if (typeof value !== 'string') throw new BadEmulationError(`${name} is not a string`);
  }
  return {
    session: session as string,
    node: node as string,
    data: Buffer.from(data as string, 'utf8'),
  };
}

/** @throws BadEmulationError saying what is wrong with the body */
export function decodeEmulation(body: Buffer, contentType: string | undefined): EmulationRequest {
  if (!isBinary(contentType)) return decodeJson(body);
  const request = decodeEmulationProtobuf(body);
  if (request === null) throw new BadEmulationError('the body is not an EmulationRequest');
  return request;
}

/** Whether a body is Protobuf. */
export function isBinary(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/octet-stream';
}

/** A connection that is reached by its key. */
export interface Emulated {
  received(data: Buffer): void;
}

/** What it takes of the bus between Beacons. */
export interface EmulationBus {
  readonly node: string;
  /** False: there is no such node, or it cannot be reached. */
  send(
    node: string,
    message: {
      readonly type: 'emulation';
      readonly session: string;
      readonly data: string;
      readonly base64?: boolean;
    },
  ): Promise<boolean>;
}

/** What became of a request. `busy`: too many that nobody knows came. */
export type Delivered = 'delivered' | 'unknown' | 'busy';

/** Sessions of Beacons are shorter, and what others make up is not worth remembering. */
const LONGEST_SESSION = 128;

/** For how long the key of a connection that ended is known, in ms: what its client sent before it saw the end is no error. */
const REMEMBER_MS = 10_000;

/** The emulated connections of this process by their keys. */
export class EmulatedConnections {
  readonly #bus: EmulationBus;
  readonly #stats: Stats;
  readonly #byKey = new Map<string, Emulated | null>();
  /** Whether there is such a session elsewhere is not known here; asking costs both. */
  readonly #strangers = new Strangers();

  constructor(bus: EmulationBus, stats: Stats) {
    this.#bus = bus;
    this.#stats = stats;
  }

  add(key: string, connection: Emulated): void {
    this.#byKey.set(key, connection);
  }

  remove(key: string): void {
    this.#byKey.set(key, null);
    setTimeout(() => this.#byKey.delete(key), REMEMBER_MS).unref();
  }

  /** Hands over what a client sent, here or to another process. `unknown`: there is no such connection, or no such node. */
  async deliver(request: EmulationRequest): Promise<Delivered> {
    const { session, node, data } = request;
    this.#stats.emulationRequests++;
    if (node === this.#bus.node) return this.#here(session, data) ? 'delivered' : 'unknown';
    if (session.length > LONGEST_SESSION) return 'unknown';
    if (!this.#strangers.admit(session, performance.now())) return 'busy';
    this.#stats.emulationForwarded++;
    const text = isUtf8(data)
      ? { data: data.toString('utf8') }
      : { data: data.toString('base64'), base64: true };
    const sent = await this.#bus.send(node, { type: 'emulation', session, ...text });
    return sent ? 'delivered' : 'unknown';
  }

  /** What another process was asked to hand over. */
  arrived(message: { session: string; data: string; base64?: boolean }): void {
    const { session, data, base64 } = message;
    if (this.#here(session, Buffer.from(data, base64 === true ? 'base64' : 'utf8'))) return;
    this.#stats.emulationFailures++;
  }

  #here(session: string, data: Buffer): boolean {
    const connection = this.#byKey.get(session);
    connection?.received(data);
    return connection !== undefined;
  }
}
