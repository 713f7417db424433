import { describe, expect, it } from 'vitest';
import type { ChannelOptions } from '../config.ts';
import { history, publication, SessionRig, type Client } from '../testing/session-rig.ts';

/** One option: what a client sees of it without and with it. */
interface Row {
  /** What else is set, both times. */
  readonly given?: ChannelOptions;
  readonly values: readonly unknown[];
  /** What is seen with each of the values, in their order. */
  readonly seen: readonly unknown[];
  see(look: Look): unknown;
}

const kinds = new Map([
  ['room', { kind: 'room', inboxLimit: 10, explicit: false, validate: () => null }],
]);

/** One client on channels of a namespace `ns`. */
class Look {
  readonly rig: SessionRig;
  readonly client: Client;

  constructor(options: ChannelOptions, user = 'ann') {
    const namespaces = [{ name: 'ns', ...options }];
    this.rig = new SessionRig({ channel: { namespaces } }, kinds);
    this.client = this.rig.connect(user);
  }

  /** What a command is answered with: its result, or the code of the error, or of the disconnect. */
  ask(command: object): unknown {
    this.client.command({ id: 5, ...command });
    return this.answer();
  }

  answer(): unknown {
    if (this.client.closed !== null) return this.client.closed.code;
    const [reply] = this.client.read() as { error?: { code: number } }[];
    if (reply === undefined) return 'done';
    return reply.error?.code ?? reply;
  }

  /** Subscribes; the result, or the code of the error. */
  subscribe(request: object = {}, top = 0): unknown {
    this.client.command({ id: 4, subscribe: { channel: 'ns:1', ...request } });
    const attach = this.rig.effects.find((each) => each.type === 'attach');
    if (attach !== undefined) this.rig.attach(attach.need.type === 'none' ? null : history(top));
    const answer = this.answer() as { subscribe?: object } | number;
    return typeof answer === 'number' ? answer : answer.subscribe;
  }

  /** The pushes it got, by kind. */
  pushes(): string[] {
    const frames = this.client.read() as { push?: object }[];
    return frames.flatMap(({ push = {} }) =>
      Object.keys(push).filter((each) => each !== 'channel'),
    );
  }

  has(effect: string): boolean {
    return this.rig.effects.some((each) => each.type === effect);
  }
}

const client: ChannelOptions = { allow_subscribe_for_client: true };
const kept: ChannelOptions = { ...client, history_size: 10, history_ttl: '60s' };
const off = [undefined, false, true];

/** Asks for what the last word of an option's name says. */
const permission = (
  command: object,
  {
    granted = 'done',
    given = client,
    anonymous = false,
    subscribed = false,
  }: {
    readonly granted?: unknown;
    readonly given?: ChannelOptions;
    readonly anonymous?: boolean;
    readonly subscribed?: boolean;
  } = {},
): Row => ({
  given,
  values: off,
  seen: [103, 103, granted],
  see: (look) => {
    const asked = anonymous ? anonymousOf(look) : look;
    if (subscribed) asked.subscribe();
    return asked.ask(command);
  },
});

function anonymousOf(look: Look): Look {
  const other = Object.create(Look.prototype) as Look;
  return Object.assign(other, { rig: look.rig, client: look.rig.connect('') });
}

const publishing = { publish: { channel: 'ns:1', data: 1 } };
const reading = { history: { channel: 'ns:1', limit: 1 } };
const looking = { presence: { channel: 'ns:1' } };

const positioned = (look: Look): unknown => {
  const { positioned = false, recoverable = false } = (look.subscribe({
    positioned: true,
  }) ?? {}) as { positioned?: boolean; recoverable?: boolean };
  return { positioned, recoverable };
};

/** Those that take more than one session to see, and the tests that look at them. */
const ELSEWHERE = {
  delta_publish: 'delivering.test.ts',
  subscribe_proxy_enabled: 'proxies',
  subscribe_proxy_name: 'proxies',
  publish_proxy_enabled: 'proxies',
  publish_proxy_name: 'proxies',
  sub_refresh_proxy_enabled: 'proxies',
  sub_refresh_proxy_name: 'proxies',
  unsubscribe_proxy_enabled: 'proxies',
  unsubscribe_proxy_name: 'proxies',
  rate_limit: 'limits',
} as const;

const rows: Readonly<Record<Exclude<keyof ChannelOptions, keyof typeof ELSEWHERE>, Row>> = {
  presence: {
    given: { ...client, allow_presence_for_client: true },
    values: off,
    seen: [108, 108, 'done'],
    see: (look) => look.ask(looking),
  },
  join_leave: {
    given: { ...client, presence: true, allow_presence_for_client: true },
    values: off,
    seen: [
      [false, []],
      [false, []],
      [true, ['join']],
    ],
    see: (look) => {
      look.subscribe({ join_leave: true });
      look.rig.context.hub.joinLeave('ns:1', 'join', '{}');
      return [look.has('announce-join'), look.pushes()];
    },
  },
  force_push_join_leave: {
    given: { ...client, join_leave: true },
    values: off,
    seen: [[], [], ['leave']],
    see: (look) => {
      look.subscribe();
      look.rig.context.hub.joinLeave('ns:1', 'leave', '{}');
      return look.pushes();
    },
  },
  history_size: {
    given: { ...client, history_ttl: '60s', allow_history_for_client: true },
    values: [undefined, 0, 1],
    seen: [108, 108, 'done'],
    see: (look) => look.ask(reading),
  },
  history_ttl: {
    given: { ...client, history_size: 5, allow_history_for_client: true },
    values: [undefined, '0s', '1s'],
    seen: [108, 108, 'done'],
    see: (look) => look.ask(reading),
  },
  history_meta_ttl: {
    given: { ...kept, allow_publish_for_client: true },
    values: [undefined, '2m', '1s'],
    // Positions never go before the publications that have them.
    seen: [720 * 3_600_000, 120_000, 60_000],
    see: (look) => {
      look.ask(publishing);
      return look.rig.take('publish').history.metaTtlMs;
    },
  },
  allow_positioning: {
    given: kept,
    values: off,
    seen: [false, false, true].map((each) => ({ positioned: each, recoverable: false })),
    see: positioned,
  },
  force_positioning: {
    given: kept,
    values: off,
    seen: [false, false, true],
    see: (look) => (look.subscribe() as { positioned?: boolean }).positioned ?? false,
  },
  allow_recovery: {
    given: kept,
    values: off,
    seen: [false, false, true],
    see: (look) =>
      (look.subscribe({ recoverable: true }) as { recoverable?: boolean }).recoverable ?? false,
  },
  force_recovery: {
    given: kept,
    values: off,
    seen: [{}, {}, { recoverable: true, positioned: true }],
    see: (look) => {
      const { recoverable, positioned } = look.subscribe() as Record<string, boolean>;
      return recoverable === undefined ? {} : { recoverable, positioned };
    },
  },
  force_recovery_mode: {
    given: { ...kept, force_recovery: true },
    values: [undefined, '', 'stream', 'cache'],
    seen: [
      { type: 'since', offset: 3, limit: 300 },
      { type: 'since', offset: 3, limit: 300 },
      { type: 'since', offset: 3, limit: 300 },
      { type: 'latest', limit: 1 },
    ],
    see: (look) => {
      const subscribe = { channel: 'ns:1', recover: true, offset: 3, epoch: 'e' };
      look.client.command({ id: 4, subscribe });
      return look.rig.take('attach').need;
    },
  },
  auto_cache_recover: {
    given: { ...kept, force_recovery: true, force_recovery_mode: 'cache' },
    values: off,
    seen: ['top', 'top', 'latest'],
    see: (look) => {
      look.client.command({ id: 4, subscribe: { channel: 'ns:1' } });
      return look.rig.take('attach').need.type;
    },
  },
  allowed_delta_types: {
    given: { ...kept, force_positioning: true },
    values: [undefined, [], ['fossil']],
    seen: [undefined, undefined, true],
    see: (look) => (look.subscribe({ delta: 'fossil' }) as { delta?: boolean }).delta,
  },
  allow_tags_filter: {
    given: client,
    values: off,
    seen: [107, 107, {}],
    see: (look) => look.subscribe({ tf: { key: 'a', cmp: 'ex' } }),
  },
  publication_data_format: {
    given: { ...client, allow_publish_for_client: true },
    values: [undefined, 'json', 'json_object'],
    seen: ['done', 'done', 107],
    see: (look) => look.ask(publishing),
  },
  allow_subscribe_for_client: {
    values: off,
    seen: [103, 103, {}],
    see: (look) => look.subscribe(),
  },
  allow_subscribe_for_anonymous: {
    given: client,
    values: off,
    seen: [103, 103, {}],
    see: (look) => anonymousOf(look).subscribe(),
  },
  allow_publish_for_client: permission(publishing),
  allow_publish_for_subscriber: permission(publishing, { subscribed: true }),
  allow_publish_for_anonymous: permission(publishing, {
    given: { ...client, allow_publish_for_client: true },
    anonymous: true,
  }),
  allow_presence_for_client: permission(looking, { given: { ...client, presence: true } }),
  allow_presence_for_subscriber: permission(looking, {
    given: { ...client, presence: true },
    subscribed: true,
  }),
  allow_presence_for_anonymous: permission(looking, {
    given: { ...client, presence: true, allow_presence_for_client: true },
    anonymous: true,
  }),
  allow_history_for_client: permission(reading, { given: kept }),
  allow_history_for_subscriber: permission(reading, { given: kept, subscribed: true }),
  allow_history_for_anonymous: permission(reading, {
    given: { ...kept, allow_history_for_client: true },
    anonymous: true,
  }),
  allow_user_limited_channels: {
    values: off,
    seen: [
      [103, 103],
      [103, 103],
      [{}, 103],
    ],
    see: (look) => [
      look.subscribe({ channel: 'ns:dialog#ann,bob' }),
      look.subscribe({ channel: 'ns:dialog#bob' }),
    ],
  },
  channel_regex: {
    given: client,
    values: [undefined, '^[a-z]+$'],
    seen: [{}, 107],
    see: (look) => look.subscribe({ channel: 'ns:UPPER' }),
  },
  queue: {
    given: { ...client, allow_publish_for_subscriber: true },
    values: off,
    seen: ['publish', 'publish', 'send'],
    see: (look) => {
      look.subscribe({ channel: 'ns:room/1' });
      look.ask({ publish: { channel: 'ns:room/1', data: 1 } });
      return look.rig.effects.at(-1)?.type;
    },
  },
  presence_events: {
    given: { ...client, presence: true, queue: true },
    values: off,
    seen: [null, null, 'room/1'],
    see: (look) => {
      look.client.command({ id: 4, subscribe: { channel: 'ns:room/1' } });
      return look.rig.take('attach').events?.actor ?? null;
    },
  },
  exclude_publisher: {
    given: client,
    values: off,
    seen: [['pub'], ['pub'], []],
    see: (look) => {
      look.subscribe();
      const own = publication(0, 1, look.client.session.client);
      look.rig.context.hub.publish('ns:1', own, '' as never);
      return look.pushes();
    },
  },
  client_message_ids: {
    given: { ...client, queue: true, allow_publish_for_subscriber: true },
    values: off,
    seen: ['undefined', 'undefined', 'string'],
    see: (look) => {
      look.subscribe({ channel: 'ns:room/1' });
      look.ask({ publish: { channel: 'ns:room/1', data: { id: 'm1', data: 1 } } });
      const { id } = look.rig.take('send').send;
      return typeof id;
    },
  },
  presence_ttl: {
    given: { ...client, presence: true },
    values: [undefined, '90s'],
    seen: [60_000, 90_000],
    see: (look) => look.rig.context.namespaces.of('ns:1')?.presenceTtlMs,
  },
  presence_update_interval: {
    given: { ...client, presence: true },
    values: [undefined, '3s'],
    seen: [
      [false, true],
      [true, true],
    ],
    see: (look) => {
      look.subscribe();
      look.rig.pass(4_000);
      const early = look.has('renew-presence');
      for (let s = 0; s < 25; s++) {
        look.rig.pass(1_000);
        if (look.client.frames.splice(0).includes('{}')) look.client.send('{}');
      }
      return [early, look.has('renew-presence')];
    },
  },
  conflate: {
    given: client,
    values: off,
    seen: [['pub', 'pub'], ['pub', 'pub'], ['pub']],
    see: (look) => {
      look.subscribe();
      look.client.slow = true;
      look.rig.publish('ns:1', 0, 'old');
      look.rig.publish('ns:1', 0, 'new');
      look.client.slow = false;
      look.client.session.eased();
      return look.pushes();
    },
  },
};

describe('the option of a namespace', () => {
  for (const [name, { given = {}, values, seen, see }] of Object.entries<Row>(rows)) {
    it(`${name} does what it says, and nothing unless it is set`, () => {
      const looks = values.map((value) => see(new Look({ ...given, [name]: value })));
      expect(looks).toEqual(seen);
    });
  }
});

describe('an unrecoverable position', () => {
  it('is an error only for who asked for that by the second bit of the flag', () => {
    const recover = { recover: true, offset: 1, epoch: 'another' };
    for (const [flag, seen] of [
      [0, { was_recovering: true }],
      [1, { was_recovering: true }],
      [2, 112],
      [3, 112],
    ] as const) {
      const look = new Look({ ...kept, force_recovery: true });
      const answer = look.subscribe({ ...recover, flag }, 5);
      if (typeof seen === 'number') expect(answer).toBe(seen);
      else expect(answer).toMatchObject(seen);
      expect(look.rig.context.hub.subscriptionCount).toBe(typeof seen === 'number' ? 0 : 1);
    }
  });

  it('is none in cache mode as long as the latest is there', () => {
    const look = new Look({ ...kept, force_recovery: true, force_recovery_mode: 'cache' });
    const recover = { channel: 'ns:1', recover: true, offset: 1, epoch: 'another', flag: 2 };
    look.client.command({ id: 4, subscribe: recover });
    look.rig.attach(history(5, [publication(5)]));
    expect(look.answer()).toMatchObject({
      subscribe: { recovered: true, publications: [{ offset: 5 }] },
    });
  });
});
