import { Socket } from 'node:net';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';

/**
 * A TCP socket below its stream. A publication to a thousand clients is a thousand writes, and what a stream does for each of them is a
 * tenth of what the kernel does: states, callbacks, and a request that is needed only when the kernel does not take all at once. Reading
 * through one makes a buffer for whatever comes. What is used here is Node's own but not documented (decision 018); where it is not as
 * expected, `handleOf` has none, and streams do the same.
 */

/** What libuv has of a socket. */
export interface SocketHandle {
  /** 0, or the number of an error; none at all once the handle is closed. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number | undefined;
  writev(
    request: WriteRequest,
    pieces: readonly Uint8Array[],
    allAreBytes: true,
  ): number | undefined;
  /** Bytes that were taken and that the kernel has not; none at all once the handle is closed. */
  readonly writeQueueSize: number | undefined;
  readStart(): number | undefined;
  readStop(): number | undefined;
  useUserBuffer(bytes: Uint8Array): void;
  onread: ((this: SocketHandle, bytes?: ArrayBuffer) => void) | null;
  [reader]?: DirectReader;
  [peeked]?: Peeked | undefined;
}

const reader: unique symbol = Symbol('reader');
const peeked: unique symbol = Symbol('peeked');

/** Keeps what is written until the kernel has it. */
interface WriteRequest {
  oncomplete?: (this: WriteRequest, status: number) => void;
  writer?: DirectWriter;
  bytes?: Uint8Array | readonly Uint8Array[];
}

/** Who writes. */
export interface DirectWriter {
  /** What the kernel had not taken at once it has now. */
  written(): void;
  /** Nothing can be written any more. */
  failed(error: Error): void;
}

/** Who reads. */
export interface DirectReader {
  /** Bytes that came: they are overwritten once this returns. */
  feed(bytes: Buffer): void;
  /** The peer sends no more. */
  ended(): void;
  /** Nothing can be read any more. */
  failed(error: Error): void;
}

/** Who looks at what comes first. */
export interface Peeker {
  /** `null`: the connection ended, or failed, before anything came. */
  came(bytes: Buffer | null): void;
}

/** A handle whose socket does not read yet. */
interface Peeked {
  readonly by: Peeker;
  readonly read: NonNullable<SocketHandle['onread']>;
}

interface Internals {
  readonly Request: new () => WriteRequest;
  readonly Handle: new () => SocketHandle;
  /** The outcome of the last write stands in an array that all share. */
  readonly state: Int32Array;
  readonly wasAsync: number;
  readonly bytesRead: number;
  /** Where in the bytes of a read that which came begins. */
  readonly offset: number;
}

function internals(): Internals | null {
  try {
    const { binding } = process as unknown as {
      readonly binding: (name: string) => Readonly<Record<string, unknown>>;
    };
    const {
      WriteWrap,
      streamBaseState,
      kLastWriteWasAsync: wasAsync,
      kReadBytesOrError: bytesRead,
      kArrayBufferOffset: offset,
    } = binding('stream_wrap');
    const { TCP } = binding('tcp_wrap');
    if (typeof WriteWrap !== 'function' || typeof TCP !== 'function') return null;
    if (!(streamBaseState instanceof Int32Array)) return null;
    if (typeof wasAsync !== 'number' || typeof bytesRead !== 'number') return null;
    if (typeof offset !== 'number') return null;
    return {
      Request: WriteWrap as Internals['Request'],
      Handle: TCP as Internals['Handle'],
      state: streamBaseState,
      wasAsync,
      bytesRead,
      offset,
    };
  } catch {
    return null;
  }
}

const node = internals();
/** One that has not been needed yet: most never are. */
let spare: WriteRequest | null = node === null ? null : new node.Request();

/** What to use instead of the socket's stream, from the first write on; `null`: only the stream will do. */
export function handleOf(socket: Socket): SocketHandle | null {
  if (node === null || socket.constructor !== Socket) return null;
  const { _handle: handle } = socket as unknown as { readonly _handle?: unknown };
  if (!(handle instanceof node.Handle)) return null;
  return handle;
}

/**
 * Writes, after what was written before. False: the kernel has not got all of it yet, and the writer will hear; until then the bytes must
 * stay as they are.
 */
export function writeDirectly(
  handle: SocketHandle,
  bytes: Uint8Array | readonly Uint8Array[],
  writer: DirectWriter,
): boolean {
  if (node === null) throw new Error('there is no handle without internals');
  const request = (spare ??= new node.Request());
  const error =
    bytes instanceof Uint8Array
      ? handle.writeBuffer(request, bytes)
      : handle.writev(request, bytes, true);
  if (error === 0 && node.state[node.wasAsync] === 0) return true;
  spare = null;
  if (error === 0) {
    request.oncomplete = onComplete;
    request.writer = writer;
    request.bytes = bytes;
  } else {
    writer.failed(errorOf('write', error ?? -constants.errno.EBADF));
  }
  return false;
}

/** Bytes that were taken and that the kernel has not. */
export function waitingIn(handle: SocketHandle): number {
  return handle.writeQueueSize ?? 0;
}

function onComplete(this: WriteRequest, status: number): void {
  const { writer } = this;
  if (status < 0) writer?.failed(errorOf('write', status));
  else writer?.written();
}

/** Every socket is read into the same bytes, one at a time. */
const incoming = Buffer.allocUnsafeSlow(64 * 1024);
const END_OF_FILE = -4095;

/**
 * Reads, from now on, what the stream would have read. There is an end of what comes, and errors; whoever reads must destroy the socket
 * after them. False: the stream has something already and must go on.
 */
export function readDirectly(socket: Socket, handle: SocketHandle, by: DirectReader): boolean {
  if (socket.readableLength > 0 || socket.readableEnded) return false;
  handle.useUserBuffer(incoming);
  handle[reader] = by;
  handle.onread = onRead;
  // Nothing happens if it is being read already.
  handle.readStart();
  return true;
}

function onRead(this: SocketHandle): void {
  const count = node?.state[node.bytesRead] ?? 0;
  if (count > 0) this[reader]?.feed(incoming.subarray(0, count));
  else if (count === END_OF_FILE) this[reader]?.ended();
  else if (count < 0) this[reader]?.failed(errorOf('read', count));
}

/** Takes what comes first, once, of a socket that has just been accepted; what comes after is its stream's. False: the stream must do. */
export function peek(handle: SocketHandle, by: Peeker): boolean {
  const { onread: read } = handle;
  if (typeof read !== 'function') return false;
  handle[peeked] = { by, read };
  handle.onread = onPeek;
  return true;
}

/** Nobody looks any more: what comes first is the stream's too. */
export function unpeek(handle: SocketHandle): void {
  const read = handle[peeked]?.read;
  if (read === undefined) return;
  handle.onread = read;
  handle[peeked] = undefined;
}

function onPeek(this: SocketHandle, bytes?: ArrayBuffer): void {
  const count = node?.state[node.bytesRead] ?? 0;
  const from = node?.state[node.offset] ?? 0;
  const by = this[peeked]?.by;
  unpeek(this);
  by?.came(count > 0 && bytes !== undefined ? Buffer.from(bytes, from, count) : null);
}

function errorOf(syscall: string, status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
