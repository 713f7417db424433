/** The game through the client and a whole server: tokens, channels, inbox, turns, commits and back. */
import type { Rejection } from '@belfry/client';
import { startFaultProxy, waitFor } from '@belfry/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { startGameServer, visit } from './game-lab.ts';
import type { RoomHandle, Visitor } from './game-lab.ts';
import type { Change, RoomPublication } from './messages.ts';
import { roomPublication } from './messages.ts';

/** A server, and two players in a room where nothing was played yet. */
async function twoPlayers(url: string) {
  const ann = await visit(url, 'Ann');
  const bea = await visit(url, 'Bea');
  onTestFinished(() => {
    ann.client.close();
    bea.client.close();
  });
  const id = await ann.createRoom();
  const host = ann.room(id);
  await host.enter();
  const guest = bea.room(id);
  await guest.enter();
  await waitFor(() => host.log.at(-1)?.room.guest?.connected === true);
  return { ann, bea, id, host, guest };
}

type WithLog = RoomHandle & { readonly log: readonly RoomPublication[] };

async function until(room: WithLog, type: Change): Promise<RoomPublication> {
  return waitFor(() => room.log.findLast((each) => each.type === type), {
    what: `a publication ${type}`,
    timeoutMs: 10_000,
  });
}

test('createRoom answers with a 6-character id and the names of both channels', async () => {
  await using server = await startGameServer();
  using ann = await visit(server.url, 'Ann');
  const answer = await ann.client.rpc<Record<string, string>>('createRoom', { kind: 'tictactoe' });
  expect(answer['id']).toMatch(/^[A-Z0-9]{6}$/);
  expect(answer).toEqual({
    id: answer['id'],
    control: `control:tictactoe/${answer['id']}`,
    server: `server:tictactoe/${answer['id']}`,
  });
});

test('two clients play to a win and see the same, and a late one gets the present state with nothing but the subscription', async () => {
  await using server = await startGameServer({ finishMs: 300 });
  const { ann, bea, id, host, guest } = await twoPlayers(server.url);
  await guest.send({ type: 'start' });
  await until(host, 'started');
  const moves = [
    [host, 4],
    [guest, 0],
    [host, 2],
    [guest, 1],
  ] as const;
  for (const [room, cell] of moves) await room.send({ type: 'mark', cell });
  // Accepted is not yet handled.
  await waitFor(() => host.log.filter(({ type }) => type === 'marked').length === 4);

  using cid = await visit(server.url, 'Cid');
  const late = cid.room(id);
  await late.enter();
  await waitFor(() => late.log.length > 0);
  expect(late.log[0]?.room).toMatchObject({
    state: 'playing',
    turn: 'host',
    board: ['guest', 'guest', 'host', null, 'host', null, null, null, null],
    host: { user: ann.user, name: 'Ann', connected: true },
    guest: { user: bea.user, name: 'Bea', connected: true },
  });

  await host.send({ type: 'mark', cell: 6 });
  await until(host, 'finished');
  for (const room of [host, guest]) await waitFor(() => room.log.at(-1)?.type === 'reset');
  const types = (room: WithLog): Change[] => room.log.map(({ type }) => type);
  expect(types(host).slice(-8)).toEqual([
    'started',
    ...Array.from({ length: 5 }, () => 'marked'),
    'finished',
    'reset',
  ]);
  const same = guest.log.length;
  expect(guest.log).toEqual(host.log.slice(-same));
  for (const each of host.log) {
    expect(roomPublication['~standard'].validate(each)).toEqual({ value: each });
  }
});

test('what is not allowed changes nothing and is answered on the sender’s private channel, under the message’s id', async () => {
  await using server = await startGameServer();
  const { host, guest } = await twoPlayers(server.url);
  await host.send({ type: 'start' });
  await until(guest, 'started');
  const rejections: Rejection[] = [];
  const overheard: Rejection[] = [];
  guest.onRejected((each) => rejections.push(each));
  host.onRejected((each) => overheard.push(each));

  const early = await guest.send({ type: 'mark', cell: 0 });
  const outside = await guest.send({ type: 'mark', cell: 9 });
  await waitFor(() => rejections.length === 2);
  expect(rejections[0]).toEqual({
    code: 'not-your-turn',
    message: 'It is not your turn.',
    id: early.id,
  });
  expect(rejections[1]).toMatchObject({ code: 'no-such-cell', id: outside.id });
  await expect(guest.send({ type: 'jump' } as never)).rejects.toMatchObject({
    code: 'bad-request',
  });

  await host.send({ type: 'mark', cell: 0 });
  await guest.send({ type: 'mark', cell: 0 });
  await waitFor(() => rejections.length === 3);
  expect(rejections[2]?.code).toBe('cell-taken');
  expect(guest.log.filter(({ type }) => type === 'marked')).toHaveLength(1);
  expect(overheard).toEqual([]);
});

test('a message that is sent again under its id is accepted once', async () => {
  await using server = await startGameServer();
  const { ann, id, host, guest } = await twoPlayers(server.url);
  await host.send({ type: 'start' });
  await until(guest, 'started');
  const again = { id: 'the-same', data: { type: 'mark', cell: 8 } };
  let rejected = 0;
  host.onRejected(() => {
    rejected += 1;
  });
  for (let i = 0; i < 3; i += 1) {
    await ann.client.centrifuge.publish(`control:tictactoe/${id}`, again);
  }
  await guest.send({ type: 'mark', cell: 0 });
  await waitFor(() => host.log.at(-1)?.room.board[0] === 'guest');
  expect(rejected).toBe(0);
  expect(host.log.filter(({ type }) => type === 'marked')).toHaveLength(2);
});

test('moves sent while the connection breaks are made once and in order', async () => {
  await using server = await startGameServer();
  await using proxy = await startFaultProxy({ target: server.url });
  const ann = await visit(server.url, 'Ann', proxy.url);
  const bea = await visit(server.url, 'Bea');
  onTestFinished(() => {
    ann.client.close();
    bea.client.close();
  });
  const id = await ann.createRoom();
  const host = ann.room(id);
  const guest = bea.room(id);
  await host.enter();
  await guest.enter();
  const rejections: Rejection[] = [];
  host.onRejected((each) => rejections.push(each));
  guest.onRejected((each) => rejections.push(each));
  await waitFor(() => guest.latest?.message.room.guest !== null);
  await host.send({ type: 'start' });

  const play = async (room: RoomHandle, cell: number): Promise<void> => {
    const sent = room.send({ type: 'mark', cell });
    // The move is on its way, or its reply is.
    proxy.cut();
    await sent;
    await waitFor(() => guest.latest?.message.room.board[cell] !== null, { timeoutMs: 10_000 });
  };
  await play(host, 0);
  await play(guest, 8);
  await play(host, 1);
  await play(guest, 7);
  await play(host, 2);
  const end = await until(guest, 'finished');
  expect(end.room.result).toEqual({ winner: 'host', reason: 'line' });
  expect(rejections).toEqual([]);
  const marked = guest.log.filter(({ type }) => type === 'marked');
  expect(marked).toHaveLength(5);
  expect(guest.log.some(({ type }) => type === 'reconnected')).toBe(true);
}, 40_000);

test('the turn timer is the server’s: who does not move loses', async () => {
  await using server = await startGameServer({ turnMs: 400 });
  const { host, guest } = await twoPlayers(server.url);
  await host.send({ type: 'start' });
  const end = await until(guest, 'finished');
  expect(end.room.result).toEqual({ winner: 'guest', reason: 'time' });
  expect(guest.log.map(({ type }) => type).slice(-2)).toEqual(['timed-out', 'finished']);
});

test('a host who leaves loses the game, and the guest is the host at once', async () => {
  await using server = await startGameServer({ finishMs: 300 });
  const { bea, host, guest } = await twoPlayers(server.url);
  await host.send({ type: 'start' });
  await until(guest, 'started');
  await host.send({ type: 'mark', cell: 4 });
  await host.send({ type: 'leave' });
  host.leave();
  const end = await until(guest, 'finished');
  expect(end.room).toMatchObject({ host: null, result: { winner: 'guest', reason: 'left' } });
  const next = await until(guest, 'host-changed');
  expect(next.room).toMatchObject({
    state: 'finishing',
    host: { user: bea.user },
    guest: null,
    result: { winner: 'host', reason: 'left' },
  });
  expect(next.room.board[4]).toBe('guest');
  await waitFor(() => guest.log.at(-1)?.type === 'reset');
  expect(guest.log.at(-1)?.room).toMatchObject({
    state: 'waiting',
    host: { user: bea.user },
    result: null,
  });
  const types = guest.log.map(({ type }) => type);
  expect(types.slice(types.indexOf('started'))).toEqual([
    'started',
    'marked',
    'left',
    'finished',
    'host-changed',
    'reset',
  ]);
});

test('a player who is gone too long loses the game, one who comes back in time goes on', async () => {
  await using server = await startGameServer({ graceMs: 2_000 });
  const { bea, id, host, guest } = await twoPlayers(server.url);
  await host.send({ type: 'start' });
  await until(host, 'started');
  guest.leave();
  await until(host, 'disconnected');
  const back = bea.room(id);
  await back.enter();
  await until(host, 'reconnected');
  back.leave();
  const end = await until(host, 'finished');
  expect(end.room.result).toEqual({ winner: 'host', reason: 'left' });
});

test('a room that everybody has left is gone and does not come back, and one that nobody enters goes as well', async () => {
  await using server = await startGameServer({ graceMs: 300, unclaimedMs: 500 });
  using ann = await visit(server.url, 'Ann');
  const isGone = async (visitor: Visitor, id: string): Promise<boolean> => {
    const room = visitor.room(id);
    try {
      await room.enter();
      return false;
    } catch (error) {
      expect(error).toMatchObject({ name: 'BelfryError', code: 'not-found' });
      expect(room.presence).toMatchObject({ type: 'refused', error: { code: 'not-found' } });
      return true;
    }
  };
  const left = await ann.createRoom();
  const room = ann.room(left);
  await room.enter();
  await room.send({ type: 'leave' });
  room.leave();
  // The seat was given up, so there is nothing to wait for; presence is told at once.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await isGone(ann, left)).toBe(true);

  const unclaimed = await ann.createRoom();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(await isGone(ann, unclaimed)).toBe(true);
});

test('the client knows the server’s time', async () => {
  await using server = await startGameServer();
  using ann = await visit(server.url, 'Ann');
  await ann.client.clock.sync();
  // One machine, one clock.
  expect(Math.abs(ann.client.clock.now() - Date.now())).toBeLessThan(250);
});
