import { expect, test } from 'vitest';
import { roomIdFrom, roomPath, routeOf } from './routes.ts';

test('addresses lead to pages', () => {
  expect(routeOf('/')).toEqual({ page: 'home' });
  expect(routeOf('/play/tictactoe/')).toEqual({ page: 'tictactoe' });
  expect(routeOf(roomPath('A1B2C3'))).toEqual({ page: 'tictactoe-room', id: 'A1B2C3' });
  expect(routeOf('/channels')).toEqual({ page: 'channels', view: 'overview', query: '' });
  expect(routeOf('/channels/connections', 'user=ann')).toMatchObject({
    view: 'connections',
    query: 'user=ann',
  });
  expect(routeOf('/channels/at', 'name=server%3Ax')).toMatchObject({ view: 'channel' });
  for (const path of [
    '/channels/at',
    '/channels/nowhere',
    '/channels/list/more',
    '/channels/constructor',
    '/play',
    '/play/chess/A1',
    '/play/tictactoe/A1/more',
    '/play/tictactoe/%00',
  ]) {
    expect(routeOf(path)).toEqual({ page: 'not-found', path });
  }
});

test('a room is found by its code in any writing, or by its link', () => {
  for (const text of [
    'A1B2C3',
    ' a1b2c3 ',
    'A1B-2C3',
    'a1b 2c3',
    'http://127.0.0.1:8000/play/tictactoe/A1B2C3',
    'https://belfry.example/play/tictactoe/A1B2C3?from=mail#x',
    'belfry.example/play/tictactoe/A1B2C3',
    '/play/tictactoe/A1B2C3',
  ]) {
    expect(roomIdFrom(text)).toBe('A1B2C3');
  }
  for (const text of ['', 'ab', 'not a room at all', 'https://belfry.example/', 'a/b', 'ß12345']) {
    expect(roomIdFrom(text)).toBeNull();
  }
});
