import type { Disconnect, Reply } from '@belfry/protocol';
import { Session } from '../core/session.ts';
import type { PreparedPush, Transport, TransportInfo } from '../core/transport.ts';
import { receiveFrame } from '../runtime/receive-frame.ts';
import type { WireForm } from '../runtime/wire-form.ts';
import { FrameReader, type FrameSink } from '../ws/frame-reader.ts';
import { wsForms, type WsChoice } from '../ws/ws-forms.ts';
import { clientFrame } from './client-frames.ts';
import { firstFrame } from './raw-socket.ts';
import { plain, sdkCodec } from './sdk-codec.ts';
import type { SessionRig } from './session-rig.ts';

export type Encoding = WsChoice['encoding'];

const forms = wsForms(null);

/** A WebSocket connection without a socket: the bytes of a client go in, frames and a close code come out. */
export class WireClient implements Transport, FrameSink {
  readonly session: Session;
  readonly encoding: Encoding;
  /** The code it was closed with, by the session or for what is not a WebSocket frame. */
  closed: number | null = null;
  /** Errors that are nobody's fault but ours. */
  readonly errors: unknown[] = [];
  readonly #rig: SessionRig;
  readonly #form: WireForm;
  readonly #reader = new FrameReader({ messageSizeLimit: 1 << 20, decompressedSizeLimit: 1 << 20 });
  #frames: Uint8Array[] = [];

  constructor(rig: SessionRig, encoding: Encoding) {
    this.#rig = rig;
    this.encoding = encoding;
    this.#form = forms({ encoding, compressed: false, framePings: false });
    this.session = new Session(rig.context, this);
  }

  get info(): TransportInfo {
    return this.#form.info;
  }

  reply(reply: Reply): void {
    this.#write(this.#form.reply(reply) ?? new Uint8Array());
  }

  push(push: PreparedPush): void {
    this.#write(push.as(this.#form.push));
  }

  ping(): void {
    this.#write(this.#form.ping);
  }

  congested(): boolean {
    return false;
  }

  pause(): void {}

  resume(): void {}

  close({ code }: Disconnect): void {
    this.closed ??= code;
    this.#reader.stop();
  }

  #write(frame: Uint8Array): void {
    if (this.closed !== null) throw new Error('written after the close frame');
    this.#frames.push(frame);
  }

  onMessage(data: Buffer): void {
    const { session } = this;
    receiveFrame(
      {
        stats: this.#rig.context.stats,
        log: () => {},
        onError: (error) => this.errors.push(error),
      },
      { session, form: this.#form, data },
    );
  }

  onPing(): void {}

  onPong(): void {}

  onClose(code: number): void {
    this.closed ??= code;
    this.session.transportClosed();
  }

  onViolation(code: number): void {
    this.closed ??= code;
    this.session.transportClosed();
  }

  /** Bytes of the WebSocket, cut as they come. */
  feed(chunk: Buffer): void {
    this.#reader.feed(chunk, this);
  }

  /** One message. */
  message(payload: Uint8Array | string): void {
    this.feed(clientFrame({ opcode: this.encoding === 'json' ? 1 : 2, payload }));
  }

  /** Commands as the JSON wire has them, in this client's encoding. */
  send(...commands: readonly object[]): void {
    this.message(encodeCommands(this.encoding, commands));
  }

  /** What it got, all bytes. */
  get bytes(): Buffer {
    return Buffer.concat(this.#frames);
  }

  /** What it got since the last time, as the JSON wire has it, payloads of Protobuf read as JSON. */
  read(): unknown[] {
    return this.#frames.splice(0).flatMap((each) => {
      const frame = firstFrame(Buffer.from(each));
      if (frame === null || frame.bytes.length !== each.length) throw new Error('not one frame');
      return decodeReplies(this.encoding, frame.payload);
    });
  }
}

const PAYLOADS = new Set(['data', 'conn_info', 'chan_info']);

/** Commands of the JSON wire in an encoding. */
export function encodeCommands(encoding: Encoding, commands: readonly object[]): Uint8Array {
  if (encoding === 'json') {
    return Buffer.from(commands.map((each) => JSON.stringify(each)).join('\n'));
  }
  return sdkCodec.encodeCommands(
    commands.map(
      (each) => mapPayloads(each, (data) => Buffer.from(JSON.stringify(data))) as object,
    ),
  );
}

function decodeReplies(encoding: Encoding, payload: Buffer): unknown[] {
  if (encoding === 'json') {
    return payload
      .toString()
      .split('\n')
      .map((each) => JSON.parse(each) as unknown);
  }
  return sdkCodec
    .decodeReplies(payload)
    .map((each) =>
      mapPayloads(
        plain(each),
        (data) => JSON.parse(Buffer.from(data as number[]).toString()) as unknown,
      ),
    );
}

function mapPayloads(value: unknown, map: (data: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => mapPayloads(each, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      PAYLOADS.has(name) ? map(each) : mapPayloads(each, map),
    ]),
  );
}
