import { once } from 'node:events';
import { connect, createServer, type AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import {
  handleOf,
  readDirectly,
  waitingIn,
  writeDirectly,
  type DirectReader,
  type DirectWriter,
  type SocketHandle,
} from './direct-socket.ts';

/** Both ends of a connection, and what happened to what one of them wrote. */
async function connected(): Promise<
  AsyncDisposable & {
    readonly here: Socket;
    readonly there: Socket;
    readonly handle: SocketHandle;
    readonly writer: DirectWriter & { writes: number; readonly errors: Error[] };
  }
> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const there = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [here] = (await once(server, 'connection')) as [Socket];
  const handle = handleOf(here);
  if (handle === null) throw new Error('this Node has other internals');
  const errors: Error[] = [];
  here.on('error', () => undefined);
  there.on('error', () => undefined);
  return {
    here,
    there,
    handle,
    writer: {
      writes: 0,
      errors,
      written() {
        this.writes++;
      },
      failed: (error) => void errors.push(error),
    },
    async [Symbol.asyncDispose]() {
      here.destroy();
      there.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reads until so many bytes have come. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
  });
  socket.resume();
  await waitFor(() => length >= count);
  return Buffer.concat(pieces);
}

function numbered(count: number): Buffer {
  const bytes = Buffer.alloc(count * 4);
  for (let i = 0; i < count; i++) bytes.writeUInt32BE(i, i * 4);
  return bytes;
}

describe('writing below the stream', () => {
  it('is done at once where the kernel has room, and nobody hears of it', async () => {
    await using pair = await connected();
    const { handle, writer, there } = pair;
    expect(writeDirectly(handle, Buffer.from('one '), writer)).toBe(true);
    expect(writeDirectly(handle, [Buffer.from('two '), Buffer.from('three')], writer)).toBe(true);
    expect(waitingIn(handle)).toBe(0);
    expect(String(await read(there, 13))).toBe('one two three');
    expect(writer.writes).toBe(0);
  });

  it('comes after what the stream wrote, and before what its end is', async () => {
    await using pair = await connected();
    const { handle, writer, here, there } = pair;
    here.write('head ');
    writeDirectly(handle, Buffer.from('body'), writer);
    here.end();
    expect(String(await read(there, 9))).toBe('head body');
    await waitFor(() => there.readableEnded);
  });

  it('waits for a peer that does not read, and keeps bytes and order', async () => {
    await using pair = await connected();
    const { handle, writer, there } = pair;
    const all = numbered(4_000_000);
    there.pause();
    expect(writeDirectly(handle, all.subarray(0, 12_000_000), writer)).toBe(false);
    const pieces = [all.subarray(12_000_000, 14_000_000), all.subarray(14_000_000)];
    expect(writeDirectly(handle, pieces, writer)).toBe(false);
    expect(waitingIn(handle)).toBeGreaterThan(4_000_000);
    expect(writer.writes).toBe(0);
    const came = await read(there, all.length);
    expect(came.equals(all)).toBe(true);
    await waitFor(() => writer.writes === 2);
    expect(waitingIn(handle)).toBe(0);
    expect(writer.errors).toEqual([]);
  });

  it('fails when the peer has reset the connection', async () => {
    await using pair = await connected();
    const { handle, writer, here, there } = pair;
    here.pause();
    there.resetAndDestroy();
    await waitFor(() => {
      if (writer.errors.length === 0) writeDirectly(handle, Buffer.from('x'), writer);
      return writer.errors.length > 0;
    });
    expect(writer.errors[0]).toMatchObject({ syscall: 'write' });
  });

  it('fails when the socket is destroyed while the peer does not read', async () => {
    await using pair = await connected();
    const { handle, writer, here, there } = pair;
    there.pause();
    expect(writeDirectly(handle, Buffer.alloc(16_000_000), writer)).toBe(false);
    here.destroy();
    await waitFor(() => writer.errors.length === 1);
    expect(writer.errors[0]).toMatchObject({ code: 'ECANCELED' });
    expect(writeDirectly(handle, Buffer.from('x'), writer)).toBe(false);
    expect(writer.errors).toHaveLength(2);
    expect(waitingIn(handle)).toBe(0);
  });

  it('is only for TCP, and not for what encrypts', () => {
    expect(handleOf(new Socket())).toBe(null);
    const inner = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    expect(handleOf(new TLSSocket(inner))).toBe(null);
  });
});

interface Log extends DirectReader {
  readonly bytes: Buffer[];
  readonly length: number;
  readonly events: string[];
}

function log(): Log {
  const bytes: Buffer[] = [];
  const events: string[] = [];
  return {
    bytes,
    events,
    get length() {
      return bytes.reduce((sum, each) => sum + each.length, 0);
    },
    feed: (piece) => void bytes.push(Buffer.from(piece)),
    ended: () => void events.push('ended'),
    failed: (error) => void events.push(error.message),
  };
}

describe('reading below the stream', () => {
  it('gives all bytes in order, and then the end', async () => {
    await using pair = await connected();
    const came = log();
    expect(readDirectly(pair.here, pair.handle, came)).toBe(true);
    const all = numbered(1_000_000);
    pair.there.end(all);
    await waitFor(() => came.events.length > 0);
    expect(Buffer.concat(came.bytes).equals(all)).toBe(true);
    expect(came.events).toEqual(['ended']);
  });

  it('keeps what several peers send apart', async () => {
    await using one = await connected();
    await using two = await connected();
    const logs = [log(), log()] as const;
    readDirectly(one.here, one.handle, logs[0]);
    readDirectly(two.here, two.handle, logs[1]);
    for (let i = 0; i < 100; i++) {
      one.there.write('a'.repeat(1000));
      two.there.write('b'.repeat(1000));
    }
    await waitFor(() => logs.every(({ length }) => length === 100_000));
    expect(String(Buffer.concat(logs[0].bytes))).toBe('a'.repeat(100_000));
    expect(String(Buffer.concat(logs[1].bytes))).toBe('b'.repeat(100_000));
  });

  it('stops, and starts again where it stopped', async () => {
    await using pair = await connected();
    const came = log();
    readDirectly(pair.here, pair.handle, came);
    pair.there.write('one');
    await waitFor(() => came.length === 3);
    pair.handle.readStop();
    pair.there.write('two');
    await new Promise((resolve) => pair.there.write('three', resolve));
    expect(came.length).toBe(3);
    pair.handle.readStart();
    await waitFor(() => came.length === 11);
    expect(String(Buffer.concat(came.bytes))).toBe('onetwothree');
  });

  it('tells of a connection that was reset', async () => {
    await using pair = await connected();
    const came = log();
    readDirectly(pair.here, pair.handle, came);
    pair.there.resetAndDestroy();
    await waitFor(() => came.events.length > 0);
    expect(came.events).toEqual(['read ECONNRESET']);
  });

  it('is left to the stream when that has something already', async () => {
    await using pair = await connected();
    pair.here.pause();
    pair.here.unshift(Buffer.from('early'));
    expect(readDirectly(pair.here, pair.handle, log())).toBe(false);
    expect(String(await read(pair.here, 5))).toBe('early');
  });
});
