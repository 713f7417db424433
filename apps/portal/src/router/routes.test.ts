import { expect, test } from 'vitest';
import {
  fleetPath,
  jobIdFrom,
  jobPath,
  roomIdFrom,
  roomPath,
  routeOf,
  simulatePath,
} from './routes.ts';

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
  for (const view of ['quick-sim', 'best-in-bags', 'drop-optimizer'] as const) {
    expect(routeOf(simulatePath(view))).toEqual({ page: 'simulate', view, job: null });
    const [path = '', query] = simulatePath(view, 'j_1-A').split('?');
    expect(routeOf(path, query)).toEqual({ page: 'simulate', view, job: 'j_1-A' });
  }
  expect(routeOf('/simulate', 'job=../x')).toMatchObject({ page: 'simulate', job: null });
  expect(routeOf('/jobs')).toEqual({ page: 'jobs' });
  expect(routeOf(jobPath('j_1-A'))).toEqual({ page: 'job', id: 'j_1-A' });
  expect(routeOf('/fleet')).toEqual({ page: 'fleet', pool: 'default' });
  expect(fleetPath('default')).toBe('/fleet');
  const [fleet = '', pool] = fleetPath('gpu & co').split('?');
  expect(routeOf(fleet, pool)).toEqual({ page: 'fleet', pool: 'gpu & co' });
  expect(routeOf('/donate/')).toEqual({ page: 'donate' });
  for (const path of [
    '/simulate/nothing',
    '/jobs/a b',
    '/jobs/a/b',
    '/fleet/v1',
    '/donate/more',
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

test('a job is found by its id or by its link', () => {
  for (const text of ['j_1-A', ' j_1-A ', '/jobs/j_1-A', 'http://127.0.0.1:8000/jobs/j_1-A?x=1']) {
    expect(jobIdFrom(text)).toBe('j_1-A');
  }
  for (const text of ['', 'a b', 'https://belfry.example/', 'https://belfry.example/jobs/']) {
    expect(jobIdFrom(text)).toBeNull();
  }
});
