import { isUtf8 } from 'node:buffer';
import { isCloseCode, opcodes } from './frames.ts';

/**
 * The receiving side of a server's WebSocket (RFC 6455): a state machine that is fed bytes, however they are cut, and tells a sink what
 * they mean. It keeps no more than what has come of the message that is being received, and of that never more than the limit.
 */

/** Who is told what came. What is called from within `feed` may call `stop`. */
export interface FrameSink {
  /** A whole message. `data` is the reader's own: it is overwritten once this returns. */
  onMessage(data: Buffer, binary: boolean): void;
  onPing(data: Buffer): void;
  onPong(): void;
  /** A close frame; nothing is read after it. `code` 1005: it had none. */
  onClose(code: number): void;
  /** The peer broke the protocol or sent too much; nothing is read after it. `code`: what to close with. */
  onViolation(code: number, problem: string): void;
}

/** What all readers of a server share. */
export interface ReaderLimits {
  /** The most bytes of a message on the wire. */
  readonly messageSizeLimit: number;
  /** The most bytes of a message that was compressed, once it is unpacked. */
  readonly decompressedSizeLimit: number;
}

/** Gives the bytes that were compressed; `null`: they are not of the format; `'too large'`: more than the limit. */
export type Inflate = (data: Buffer, limit: number) => Buffer | 'too large' | null;

/** Which bytes come next. `ended`: none. */
const states = { start: 0, length16: 1, length64: 2, mask: 3, payload: 4, ended: 5 } as const;
type State = (typeof states)[keyof typeof states];

/** How many bytes of a header each state needs. */
const NEEDS: readonly number[] = [2, 2, 8, 4];

const FIRST_SIZE = 256;
const NOTHING = Buffer.alloc(0);

export const closeCodes: {
  readonly protocolError: 1002;
  readonly noCode: 1005;
  readonly badData: 1007;
  readonly tooBig: 1009;
} = { protocolError: 1002, noCode: 1005, badData: 1007, tooBig: 1009 };

export class FrameReader {
  readonly #limits: ReaderLimits;
  readonly #inflate: Inflate | null;
  #state: State = states.start;
  /** Bytes of the header part that is being read, as far as they have come: at most seven, as a number each. */
  #header: number[] | null = null;
  #opcode = 0;
  #fin = false;
  #payloadLength = 0;
  /** What of the payload is still to come. */
  #left = 0;
  #mask = 0;
  /** The opcode of the message that is being received in several frames; 0: none. */
  #messageOpcode = 0;
  #compressed = false;
  /** The message as far as it has come. */
  #message: Buffer = NOTHING;
  #messageLength = 0;
  /** The payload of a control frame as far as it has come: it may stand between the frames of a message. */
  #control: Buffer = NOTHING;

  /** @param inflate `null`: compression was not negotiated */
  constructor(limits: ReaderLimits, inflate: Inflate | null = null) {
    this.#limits = limits;
    this.#inflate = inflate;
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#state = states.ended;
    this.#forgetMessage();
    this.#header = null;
  }

  /** Takes the next bytes, which it may change. */
  feed(chunk: Buffer, sink: FrameSink): void {
    let at = 0;
    while (this.#state !== states.ended) {
      if (this.#state === states.payload) {
        const end = Math.min(chunk.length, at + this.#left);
        this.#payload(chunk.subarray(at, end), sink);
        at = end;
        if (this.#isWaiting()) return;
        continue;
      }
      at = this.#headerPart(chunk, at, sink);
      if (at < 0) return;
    }
  }

  #isWaiting(): boolean {
    return this.#state === states.payload && this.#left > 0;
  }

  /** Reads one part of a header. Where the next one begins; below 0: the rest has not come. */
  #headerPart(chunk: Buffer, from: number, sink: FrameSink): number {
    const need = NEEDS[this.#state] ?? 0;
    const kept = this.#header;
    if (kept === null && chunk.length - from >= need) {
      this.#headerBytes(chunk, from, sink);
      return from + need;
    }
    const bytes = kept ?? [];
    let at = from;
    while (bytes.length < need && at < chunk.length) bytes.push(chunk[at++] ?? 0);
    if (bytes.length < need) {
      this.#header = bytes.length > 0 ? bytes : null;
      return -1;
    }
    this.#header = null;
    this.#headerBytes(Buffer.from(bytes), 0, sink);
    return at;
  }

  #headerBytes(bytes: Buffer, at: number, sink: FrameSink): void {
    switch (this.#state) {
      case states.start:
        this.#start(bytes[at] ?? 0, bytes[at + 1] ?? 0, sink);
        return;
      case states.length16:
        this.#length(bytes.readUInt16BE(at), sink);
        return;
      case states.length64:
        // Above 2^53 it is not exact, and above the limit all the same.
        this.#length(bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4), sink);
        return;
      case states.mask:
        this.#mask = bytes.readInt32BE(at);
        this.#left = this.#payloadLength;
        this.#state = states.payload;
        return;
      case states.payload:
      case states.ended:
        throw new Error('no header is being read');
    }
  }

  #start(first: number, second: number, sink: FrameSink): void {
    const opcode = first & 0x0f;
    this.#fin = (first & 0x80) !== 0;
    const problem = this.#startProblem(first, opcode) ?? this.#lengthProblem(opcode, second);
    if (problem !== null) {
      this.#violated(sink, closeCodes.protocolError, problem);
      return;
    }
    this.#opcode = opcode;
    if (opcode === opcodes.text || opcode === opcodes.binary) {
      this.#messageOpcode = opcode;
      this.#compressed = (first & 0x40) !== 0;
    }
    const length = second & 0x7f;
    if (length === 126) this.#state = states.length16;
    else if (length === 127) this.#state = states.length64;
    else this.#length(length, sink);
  }

  #startProblem(first: number, opcode: number): string | null {
    if ((first & 0x30) !== 0) return 'RSV2 and RSV3 must be clear';
    const starts = opcode === opcodes.text || opcode === opcodes.binary;
    if ((first & 0x40) !== 0 && !(starts && this.#inflate !== null)) return 'RSV1 must be clear';
    if (opcode === opcodes.continuation) {
      return this.#messageOpcode === 0 ? 'a continuation of nothing' : null;
    }
    if (starts) return this.#messageOpcode === 0 ? null : 'a message within a message';
    const known = opcode === opcodes.close || opcode === opcodes.ping || opcode === opcodes.pong;
    if (!known) return `the opcode ${opcode}`;
    return this.#fin ? null : 'a control frame in fragments';
  }

  #lengthProblem(opcode: number, second: number): string | null {
    if ((second & 0x80) === 0) return 'a frame without a mask';
    const length = second & 0x7f;
    if (opcode === opcodes.close && length === 1) return 'half a close code';
    return opcode >= opcodes.close && length > 125 ? 'a long control frame' : null;
  }

  #length(length: number, sink: FrameSink): void {
    this.#payloadLength = length;
    const isData = this.#opcode < opcodes.close;
    if (isData && this.#messageLength + length > this.#limits.messageSizeLimit) {
      this.#violated(sink, closeCodes.tooBig, 'a message is too large');
      return;
    }
    this.#state = states.mask;
  }

  /** Takes the next part of a payload, which may be empty. */
  #payload(part: Buffer, sink: FrameSink): void {
    const done = this.#payloadLength - this.#left;
    unmask(part, this.#mask, done & 3);
    this.#left -= part.length;
    const whole = this.#left === 0;
    if (whole) this.#state = states.start;
    if (this.#opcode >= opcodes.close) {
      this.#controlPart(part, { done, whole }, sink);
      return;
    }
    if (whole && this.#fin && this.#messageLength === 0) {
      this.#finish(part, sink);
      return;
    }
    this.#append(part);
    if (whole && this.#fin) this.#finish(this.#message.subarray(0, this.#messageLength), sink);
  }

  #append(part: Buffer): void {
    const length = this.#messageLength + part.length;
    if (length > this.#message.length) {
      // No more than twice what has come: a length that is merely claimed costs nothing.
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_SIZE, length, this.#message.length * 2));
      this.#message.copy(larger, 0, 0, this.#messageLength);
      this.#message = larger;
    }
    part.copy(this.#message, this.#messageLength);
    this.#messageLength = length;
  }

  #forgetMessage(): void {
    this.#messageOpcode = 0;
    this.#messageLength = 0;
    this.#message = NOTHING;
    this.#control = NOTHING;
  }

  #finish(data: Buffer, sink: FrameSink): void {
    const text = this.#messageOpcode === opcodes.text;
    const compressed = this.#compressed;
    this.#forgetMessage();
    const message = compressed ? this.#inflated(data, sink) : data;
    if (message === null) return;
    if (text && !isUtf8(message)) {
      this.#violated(sink, closeCodes.badData, 'a text message is not UTF-8');
      return;
    }
    sink.onMessage(message, !text);
  }

  #inflated(data: Buffer, sink: FrameSink): Buffer | null {
    const message = this.#inflate?.(data, this.#limits.decompressedSizeLimit) ?? null;
    if (message === 'too large') {
      this.#violated(sink, closeCodes.tooBig, 'a message is too large');
      return null;
    }
    if (message === null) this.#violated(sink, closeCodes.badData, 'a message is not deflated');
    return message;
  }

  #controlPart(
    part: Buffer,
    { done, whole }: { readonly done: number; readonly whole: boolean },
    sink: FrameSink,
  ): void {
    if (whole && done === 0) {
      this.#controlFrame(part, sink);
      return;
    }
    if (done === 0) this.#control = Buffer.allocUnsafeSlow(this.#payloadLength);
    part.copy(this.#control, done);
    if (!whole) return;
    const control = this.#control;
    this.#control = NOTHING;
    this.#controlFrame(control, sink);
  }

  #controlFrame(data: Buffer, sink: FrameSink): void {
    if (this.#opcode === opcodes.ping) sink.onPing(data);
    else if (this.#opcode === opcodes.pong) sink.onPong();
    else this.#closeFrame(data, sink);
  }

  #closeFrame(data: Buffer, sink: FrameSink): void {
    const code = data.length === 0 ? closeCodes.noCode : data.readUInt16BE(0);
    if (data.length > 0 && !isCloseCode(code)) {
      this.#violated(sink, closeCodes.protocolError, `the close code ${code}`);
    } else if (!isUtf8(data.subarray(2))) {
      this.#violated(sink, closeCodes.badData, 'a close reason is not UTF-8');
    } else {
      this.stop();
      sink.onClose(code);
    }
  }

  #violated(sink: FrameSink, code: number, problem: string): void {
    this.stop();
    sink.onViolation(code, problem);
  }
}

/** Takes the mask off, in place. `shift`: how many bytes of the payload came before, modulo four. */
function unmask(data: Buffer, mask: number, shift: number): void {
  if (mask === 0) return;
  let turned = shift === 0 ? mask : (mask << (8 * shift)) | (mask >>> (32 - 8 * shift));
  for (let i = 0; i < data.length; i++) {
    data[i] = (data[i] ?? 0) ^ (turned >>> 24);
    turned = (turned << 8) | (turned >>> 24);
  }
}
