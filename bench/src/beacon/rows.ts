import type { PublishOrder } from './load/protocol.ts';

/** Publications to many: how many clients, on what, and what is published. */
export interface DeliveryRow {
  readonly name: string;
  readonly title: string;
  readonly clients: number;
  readonly channels: number;
  readonly publish: Pick<PublishOrder, 'via' | 'burst' | 'everyMs' | 'spread' | 'window'>;
  /** Two servers over a Redis: one is published to, the clients are on the other. */
  readonly overRedis?: true;
}

/** The rates are what each server is offered; beyond `window` publications under way it is offered no more. */
export const DELIVERY_ROWS: readonly DeliveryRow[] = [
  {
    name: 'fan_out',
    title: '(a) one channel, 1,000 subscribers, 200 B: 100 single publications a second',
    clients: 1000,
    channels: 1,
    publish: { via: 'server', burst: 1, everyMs: 10, spread: false, window: 32 },
  },
  {
    name: 'fan_out_bursts',
    title: '(a) one channel, 1,000 subscribers, 200 B: 10 bursts of 16 publications a second',
    clients: 1000,
    channels: 1,
    publish: { via: 'server', burst: 16, everyMs: 100, spread: false, window: 64 },
  },
  {
    name: 'channels',
    title:
      '(b) 1,000 channels × 10 subscribers, 200 B: 5,000 publications a second, 10 to 10 channels at a time',
    clients: 10_000,
    channels: 1000,
    publish: { via: 'server', burst: 10, everyMs: 2, spread: true, window: 1000 },
  },
  {
    name: 'client_publish',
    title: '(c) a client publishes → 100 subscribers, 200 B: 500 a second, by each client in turn',
    clients: 100,
    channels: 1,
    publish: { via: 'client', burst: 1, everyMs: 2, spread: false, window: 64 },
  },
  {
    name: 'over_redis',
    title:
      '(f) publications to 1,000 channels × 1 subscriber, over Redis, from one server to another: 2,000 a second, 10 at a time',
    clients: 1000,
    channels: 1000,
    publish: { via: 'server', burst: 10, everyMs: 5, spread: true, window: 1000 },
    overRedis: true,
  },
];

export const CONNECTS = 'connects';
export const IDLE = 'idle';

export const ROWS: readonly string[] = [
  ...DELIVERY_ROWS.filter(({ overRedis }) => overRedis === undefined).map(({ name }) => name),
  CONNECTS,
  IDLE,
  ...DELIVERY_ROWS.filter(({ overRedis }) => overRedis === true).map(({ name }) => name),
];
